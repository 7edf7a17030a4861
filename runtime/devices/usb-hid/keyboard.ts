import type { HostStream } from '../../host/stream.ts';
import { byteQueue, bytes, type Component, describe, type StateOf, u8 } from '../../snapshot/describe.ts';
import { Protocol } from './registers.ts';
import { keyboardReports } from './report-descriptors.ts';
import type { Reports } from './reports.ts';
import { FIRST_MODIFIER, usageOf } from './usages.ts';

const [EVENT_BYTES, REPORT_KEYS, HELD_KEYS] = [2, 6, 16];
/** Stands in all places while more keys are down than there is room for. */
const ROLL_OVER = 1;
/** Out: what the byte says besides the lights. */
const USED = 0x80;

const keyboardState = describe({
  /** Events of the host's that were not reported. */
  waiting: byteQueue,
  modifiers: u8,
  /** Usages of the keys that are down, in the order in which they went down; 0 after them. */
  held: bytes(HELD_KEYS),
  /** Scroll, num and caps lock in bits 0-2; USED. */
  told: u8,
});
type KeyboardState = StateOf<typeof keyboardState>;

/** A keyboard of 104 keys. */
export class KeyboardReports implements Reports {
  readonly product = 'USB Keyboard';
  readonly descriptor = keyboardReports;
  readonly bootProtocol = Protocol.keyboard;
  readonly packet = 8;
  readonly interval = 8;
  readonly component: Component;
  onReady: () => void = () => {};
  readonly #state: KeyboardState = keyboardState.create();
  readonly #line: HostStream;

  /**
   * The line to the host. In: two bytes for a key that goes down or up, its number and 1 or 0. Out: a byte with the lights, as that of the
   * i8042, and bit 7 while the guest uses the keyboard.
   */
  constructor(name: string, line: HostStream) {
    this.#line = line;
    this.component = keyboardState.bind(name, this.#state, { restored: () => this.#tell(this.#state.told) });
    line.onInput = (events) => {
      this.#state.waiting.push(events);
      if (this.isReady) this.onReady();
    };
  }

  get isReady(): boolean {
    return this.#state.waiting.length >= EVENT_BYTES;
  }

  reset(): void {
    const { waiting } = this.#state;
    Object.assign(this.#state, keyboardState.create(), { waiting });
    this.#tell(0);
  }

  setUsed(isUsed: boolean): void {
    this.#tell((this.#state.told & ~USED) | (isUsed ? USED : 0));
  }

  #tell(told: number): void {
    this.#state.told = told;
    this.#line.write(Uint8Array.of(told));
  }

  /** Num, caps and scroll lock in bits 0-2. */
  output(report: Uint8Array): void {
    const lights = report[0] ?? 0;
    this.#tell((this.#state.told & USED) | ((lights << 1) & 6) | ((lights >> 2) & 1));
  }

  /** One key at a time, so that none is missed. */
  next(): Uint8Array {
    const { waiting } = this.#state;
    if (this.isReady) {
      this.#key(usageOf(waiting.shift()!), waiting.shift() !== 0);
      this.#line.taken(EVENT_BYTES);
    }
    return this.current();
  }

  #key(usage: number, isDown: boolean): void {
    const state = this.#state;
    if (usage >= FIRST_MODIFIER) {
      const bit = 1 << (usage - FIRST_MODIFIER);
      state.modifiers = isDown ? state.modifiers | bit : state.modifiers & ~bit;
      return;
    }
    const others = [...state.held].filter((held) => held !== 0 && held !== usage);
    const held = isDown && usage !== 0 ? [...others, usage] : others;
    state.held.fill(0);
    state.held.set(held.slice(0, HELD_KEYS));
  }

  current(): Uint8Array {
    const { held, modifiers } = this.#state;
    const keys = held[REPORT_KEYS] === 0 ? held.subarray(0, REPORT_KEYS) : new Uint8Array(REPORT_KEYS).fill(ROLL_OVER);
    return Uint8Array.of(modifiers, 0, ...keys);
  }
}
