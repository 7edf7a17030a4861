import { KEY_EVENT_BYTES, pauseAt } from '../../host/key-events.ts';
import type { HostStream } from '../../host/stream.ts';
import { byteQueue, bytes, type Component, describe, type StateOf, u8 } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { Protocol } from './registers.ts';
import { keyboardReports } from './report-descriptors.ts';
import type { Reports } from './reports.ts';
import { FIRST_MODIFIER, usageOf } from './usages.ts';

const [REPORT_KEYS, HELD_KEYS] = [6, 16];
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

export interface KeyboardOptions {
  /** Unique in the machine. */
  readonly name: string;
  readonly clock: Clock;
  readonly events: EventQueue;
  /**
   * In: keys that go down or up, by their numbers, and pauses (host/key-events.ts). Out: a byte with the lights, as that of the i8042, and
   * bit 7 while the guest uses the keyboard.
   */
  readonly line: HostStream;
}

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
  readonly #clock: Clock;
  /** Until the key after a pause. */
  readonly #pause: Timer;

  constructor({ name, clock, events, line }: KeyboardOptions) {
    this.#line = line;
    this.#clock = clock;
    this.#pause = events.timer(`${name} pause`, (_, due) => this.#comesNext(due));
    this.component = keyboardState.bind('keyboard', this.#state, { restored: () => this.#tell(this.#state.told) });
    line.onInput = (bytes) => {
      this.#state.waiting.push(bytes);
      this.#comesNext(clock.now());
    };
  }

  get isReady(): boolean {
    return this.#state.waiting.length >= KEY_EVENT_BYTES && this.#pause.deadline === Infinity;
  }

  /** A pause or a key is at the front of the queue since some virtual time. */
  #comesNext(since: number): void {
    if (!this.isReady) return;
    const pause = pauseAt(this.#state.waiting);
    if (pause === null) {
      this.onReady();
      return;
    }
    this.#state.waiting.drop(KEY_EVENT_BYTES);
    this.#line.taken(KEY_EVENT_BYTES);
    this.#pause.arm(since + pause);
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
      this.#line.taken(KEY_EVENT_BYTES);
      this.#comesNext(this.#clock.now());
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
