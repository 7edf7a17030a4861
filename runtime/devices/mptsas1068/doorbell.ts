import { DOORBELL_ACTIVE, DoorbellFunction } from './registers.ts';
import { type DoorbellState, DoorbellUse, doorbellState } from './state.ts';

export interface DoorbellOptions {
  readonly state: DoorbellState;
  /** The driver wants the message unit to be reset. */
  reset(): void;
  /** A message has come whole; `answer` or `postedElsewhere` follows. */
  execute(message: DataView): void;
  /** Sets or clears the doorbell's bit of the interrupt status. */
  setInterrupt(isSet: boolean): void;
}

/** The doorbell register: messages a word at a time, and their replies a half of a word at a time, each after an interrupt. */
export class Doorbell {
  readonly #options: DoorbellOptions;
  readonly #state: DoorbellState;

  constructor(options: DoorbellOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  /** Reads the register, whose upper half shows the controller's state. Takes the next part of a reply. */
  read(controller: number): number {
    const state = this.#state;
    switch (state.use) {
      case DoorbellUse.none:
        return controller;
      case DoorbellUse.message:
        return (controller | DOORBELL_ACTIVE) >>> 0;
      default: {
        const half = state.read < state.length ? state.reply[state.read++]! : 0;
        return ((controller & 0xffff0000) | DOORBELL_ACTIVE | half) >>> 0;
      }
    }
  }

  write(value: number): void {
    if (this.#state.use === DoorbellUse.message) this.#takeWord(value);
    else {
      const code = value >>> DoorbellFunction.shift;
      if (code === DoorbellFunction.messageUnitReset) this.#options.reset();
      else if (code === DoorbellFunction.handshake) this.#begin((value >> DoorbellFunction.wordsShift) & 0xff);
    }
  }

  #begin(wanted: number): void {
    Object.assign(this.#state, { use: DoorbellUse.message, words: 0, wanted });
    this.#state.message.fill(0);
    this.#options.setInterrupt(true);
  }

  #takeWord(value: number): void {
    const state = this.#state;
    if (state.words === state.wanted) return;
    const { buffer, byteOffset, byteLength } = state.message;
    const message = new DataView(buffer, byteOffset, byteLength);
    message.setUint32(4 * state.words++, value, true);
    if (state.words === state.wanted) this.#options.execute(message);
  }

  /** Gives the reply to the message. */
  answer(reply: DataView): void {
    const state = this.#state;
    const length = reply.byteLength / 2;
    for (let n = 0; n < length; n++) state.reply[n] = reply.getUint16(2 * n, true);
    Object.assign(state, { use: DoorbellUse.reply, read: 0, length });
    this.#options.setInterrupt(true);
  }

  /** The reply to the message was put into the queue of replies. */
  answeredElsewhere(): void {
    this.#state.use = DoorbellUse.none;
    this.#options.setInterrupt(true);
  }

  /** The driver has written the interrupt status. The interrupt stays as long as there is a reply, and tells of its end too. */
  acknowledge(): void {
    const state = this.#state;
    if (state.use !== DoorbellUse.reply) this.#options.setInterrupt(false);
    else if (state.read === state.length) state.use = DoorbellUse.none;
  }

  reset(): void {
    Object.assign(this.#state, doorbellState.create());
  }
}
