import type { Keyboard } from '../input/keyboard.ts';
import { keyName } from '../input/keys.ts';
import { keysThatType, type TypedKey } from '../input/layout.ts';
import { keyOfKeysym } from './keysyms.ts';
import type { KeyMessage } from './messages.ts';

/** Keys of one viewer that the guest has not taken yet, before more are dropped. */
const MOST_WAITING = 64;
const SHIFTS = ['shift', 'shift_r'] as const;
const ALT_GR = 'alt_r';

/** A viewer's keys on a machine's keyboard. */
export class ViewerKeyboard {
  readonly #keyboard: Keyboard;
  /** Keys that this viewer holds, by their names. */
  readonly #held = new Set<string>();
  #waiting = 0;

  constructor(keyboard: Keyboard) {
    this.#keyboard = keyboard;
  }

  take({ isDown, keysym, keycode }: KeyMessage): void {
    const byCode = keyName(keycode);
    const meant = byCode === undefined ? keyOfKeysym(keysym) : { name: byCode };
    if (meant === undefined) return;
    if ('name' in meant) this.#set(meant.name, isDown);
    else this.#type(meant.character, isDown);
  }

  /** The viewer has gone: its keys go up. */
  release(): void {
    for (const name of this.#held) this.#set(name, false);
  }

  /** The viewer's layout need not be that of the guest: while the key goes down, Shift and AltGr are as the guest's has them. */
  #type(character: string, isDown: boolean): void {
    const keys = keysThatType(character, this.#keyboard.layout) ?? [];
    const isTurned = /\p{Letter}/u.test(character) && this.#keyboard.leds.capsLock;
    if (keys.length === 1) this.#setTyped(isTurned ? { ...keys[0]!, shift: !keys[0]!.shift } : keys[0]!, isDown);
    else if (isDown) {
      // What is made of a dead key and another one does not repeat.
      for (const key of keys) for (const down of [true, false]) this.#setTyped(key, down);
    }
  }

  #setTyped({ key, shift, altGr }: TypedKey, isDown: boolean): void {
    const name = keyName(key)!;
    if (!isDown) {
      this.#set(name, false);
      return;
    }
    const held = SHIFTS.filter((side) => this.#held.has(side));
    const shifts = shift === held.length > 0 ? [] : shift ? [SHIFTS[0]] : held;
    const altGrs = altGr && !this.#held.has(ALT_GR) ? [ALT_GR] : [];
    for (const side of shifts) this.#set(side, shift);
    for (const side of altGrs) this.#set(side, true);
    this.#set(name, true);
    for (const side of altGrs) this.#set(side, false);
    for (const side of shifts) this.#set(side, !shift);
  }

  /** Sets a key. A viewer that sends more than the guest takes loses keys that go down; those that are down go up. */
  #set(name: string, isDown: boolean): void {
    if (isDown ? this.#waiting >= MOST_WAITING : !this.#held.delete(name)) return;
    if (isDown) this.#held.add(name);
    this.#waiting++;
    const taken = () => void this.#waiting--;
    // A machine that has ended takes no more.
    this.#keyboard[isDown ? 'down' : 'up'](name).then(taken, taken);
  }
}
