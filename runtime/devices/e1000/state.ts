import { eepromState } from '../../ethernet/eeprom93c46.ts';
import { sentInterruptsState } from '../../ethernet/sent-interrupts.ts';
import { bytes, describe, flag, list, type StateOf, u16, u32 } from '../../snapshot/describe.ts';
import { REGISTER_BYTES } from './registers.ts';

export const e1000State = describe({
  /** Registers at their offsets, 32 bits each. */
  registers: bytes(REGISTER_BYTES),
  eeprom: eepromState,
  /** Registers of the transceiver. */
  phy: list(32, u16),
  interruptMask: u32,
  /** The last context descriptor's words: what later ones refer to. */
  context: list(4, u32),
  /** The register that the ports reach. */
  portAddress: u32,
  /** An interrupt was raised, and the next one has to wait. */
  isThrottled: flag,
  sentInterrupts: sentInterruptsState,
});
export type E1000State = StateOf<typeof e1000State>;

/** The registers of a state as words. */
export class RegisterWords {
  readonly #words: Uint32Array;

  constructor({ registers }: E1000State) {
    this.#words = new Uint32Array(registers.buffer, registers.byteOffset, REGISTER_BYTES / 4);
  }

  get(offset: number): number {
    return this.#words[offset >> 2];
  }

  set(offset: number, value: number): void {
    this.#words[offset >> 2] = value;
  }

  fill(value: number): void {
    this.#words.fill(value);
  }

  /** Counts up to the largest value. */
  count(offset: number): void {
    const value = this.#words[offset >> 2];
    if (value < 0xffffffff) this.#words[offset >> 2] = value + 1;
  }

  /** A counter of 64 bits, low word first. */
  add64(offset: number, value: number): void {
    const sum = this.get(offset) + value;
    this.set(offset, sum);
    if (sum > 0xffffffff) this.set(offset + 4, this.get(offset + 4) + 1);
  }
}
