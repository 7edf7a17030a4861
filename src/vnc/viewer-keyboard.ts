import type { Keyboard } from '../input/keyboard.ts';
import { keyName, typedKey } from '../input/keys.ts';
import { keyOfKeysym } from './keysyms.ts';
import type { KeyMessage } from './messages.ts';

/** Keys of one viewer that the guest has not taken yet, before more are dropped. */
const MOST_WAITING = 64;
const SHIFTS = ['shift', 'shift_r'] as const;

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

  /** The viewer's layout need not be that of the guest: while the key goes down, Shift is as the US layout has it. */
  #type(character: string, isDown: boolean): void {
    const { key, shift } = typedKey(character);
    const name = keyName(key)!;
    const held = SHIFTS.filter((side) => this.#held.has(side));
    const isLetter = /[a-z]/i.test(character);
    const needsShift = isLetter && this.#keyboard.leds.capsLock ? !shift : shift;
    if (isDown && needsShift !== held.length > 0) this.#pressWith(name, needsShift, held);
    else this.#set(name, isDown);
  }

  #pressWith(name: string, needsShift: boolean, held: readonly string[]): void {
    const changed = needsShift ? [SHIFTS[0]] : held;
    for (const side of changed) this.#set(side, needsShift);
    this.#set(name, true);
    for (const side of changed) this.#set(side, !needsShift);
  }

  /** Whoever sends more than the guest takes loses keys that go down; those that are down go up. */
  #set(name: string, isDown: boolean): void {
    if (isDown ? this.#waiting >= MOST_WAITING : !this.#held.delete(name)) return;
    if (isDown) this.#held.add(name);
    this.#waiting++;
    const taken = () => void this.#waiting--;
    // A machine that has ended takes no more.
    this.#keyboard[isDown ? 'down' : 'up'](name).then(taken, taken);
  }
}
