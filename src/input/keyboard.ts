import { pauseEvents } from '../../runtime/host/key-events.ts';
import type { Outflow } from '../isolate/flow.ts';
import { shown } from '../util/checks.ts';
import { Emitter } from '../util/events.ts';
import { promised } from '../util/promised.ts';
import { keyName, keyNumber } from './keys.ts';
import { isKeyboardLayout, type KeyboardLayout, keyboardLayouts, type TypedKey, typedKeys } from './layout.ts';
import { ScancodeReader } from './scancodes.ts';

/** Lights of a keyboard. */
export interface Leds {
  /** Scroll lock. */
  readonly scrollLock: boolean;
  /** Num lock. */
  readonly numLock: boolean;
  /** Caps lock. */
  readonly capsLock: boolean;
}

/** Events of a keyboard, with their data. */
export interface KeyboardEvents {
  /** The guest has switched lights. */
  leds: Leds;
}

/** Keyboards that a guest uses in the place of that of the i8042. */
export type OtherKeyboard = 'usb' | 'xen';

/** Keys that go down, or up, one after the other. */
type KeyEvent = readonly [key: number, isDown: boolean];

const SHIFT = keyNumber('shift');
const ALT_GR = keyNumber('alt_r');

/**
 * The machine's keyboard. Keys have QEMU's names (`a`, `ret`, `ctrl`, `f1`) or those of browsers' `KeyboardEvent.code` (`KeyA`,
 * `Enter`). What is pressed waits until the guest has taken what came before, and promises resolve then; they reject when the
 * machine has ended, or ends before.
 */
export class Keyboard extends Emitter<KeyboardEvents> {
  readonly #ps2: Outflow;
  readonly #scancodes = new ScancodeReader();
  readonly #others = new Map<OtherKeyboard, Outflow>();
  /** The others that the guest uses: the first one gets the keys. */
  #used: readonly OtherKeyboard[] = [];
  #leds: Leds = { scrollLock: false, numLock: false, capsLock: false };
  #layout: KeyboardLayout;

  /**
   * The way to the keyboard of the i8042.
   * @internal
   */
  constructor(ps2: Outflow, layout: KeyboardLayout = 'en-us') {
    super();
    this.#ps2 = ps2;
    this.#layout = layout;
  }

  /**
   * Another keyboard has come, which gets the keys while the guest uses it; undefined: it has gone.
   * @internal
   */
  plug(name: OtherKeyboard, line: Outflow | undefined): void {
    if (line) this.#others.set(name, line);
    else this.#others.delete(name);
    this.#uses(name, false);
  }

  #uses(name: OtherKeyboard, isUsed: boolean): void {
    const others = this.#used.filter((one) => one !== name);
    this.#used = isUsed ? [name, ...others] : others;
  }

  /** The layout that the guest has, for `type`: at first that of `MachineOptions.keyboardLayout`. Setting it tells the guest nothing. */
  get layout(): KeyboardLayout {
    return this.#layout;
  }

  /** @throws TypeError for what is no layout */
  set layout(layout: KeyboardLayout) {
    if (!isKeyboardLayout(layout))
      throw new TypeError(`there is no keyboard layout '${layout}'; there are ${keyboardLayouts.join(', ')}`);
    this.#layout = layout;
  }

  /** The lights as the guest has switched them last. */
  get leds(): Leds {
    return this.#leds;
  }

  /**
   * Presses a key, or several at once, and lets them go: `'a'`, `'ctrl-alt-delete'`. `held`: milliseconds of the guest's time that all are
   * down, besides the 10 from one key to the next; 24 days at most. What comes later waits for it. Rejects with a TypeError for what is no
   * key or no time.
   */
  press(keys: string, held = 0): Promise<void> {
    return this.#send(() => {
      const numbers = keysOf(keys);
      if (!(held >= 0)) throw new TypeError(`keys are held for milliseconds from 0 on, not ${shown(held)}`);
      const released = numbers.toReversed().map((key): KeyEvent => [key, false]);
      return [bytesOf(numbers.map((key): KeyEvent => [key, true])), pauseEvents(held), bytesOf(released)].flat();
    });
  }

  /**
   * A key goes down, and repeats until it or another one goes up or down. Nothing happens if it is down already. Rejects with a TypeError
   * for what is no key.
   */
  down(key: string): Promise<void> {
    return this.#send(() => bytesOf([[keyNumber(key), true]]));
  }

  /** A key goes up. Rejects with a TypeError for what is no key. */
  up(key: string): Promise<void> {
    return this.#send(() => bytesOf([[keyNumber(key), false]]));
  }

  /**
   * Types text as on a keyboard with the layout that the guest has; `\n` is the enter key. Rejects with a TypeError for characters that it
   * does not have; nothing of the text is typed then.
   */
  type(text: string): Promise<void> {
    return this.#send(() => {
      if (typeof text !== 'string') throw new TypeError(`keyboard.type takes a text, not ${shown(text)}`);
      return bytesOf(Array.from(text, (character) => typedKeys(character, this.#layout).flatMap(pressed)).flat());
    });
  }

  /**
   * Keys go down and up as scancodes of set 1 say, which are what an AT keyboard's controller gives to guests: `[0x1e, 0x9e]` is the key A,
   * `[0xe0, 0x48, 0xe0, 0xc8]` the arrow up. A key's bytes may come in several calls. Codes of no key change nothing.
   */
  scancodes(codes: Iterable<number>): Promise<void> {
    return this.#send(() => bytesOf(this.#scancodes.read(codes).filter(([key]) => keyName(key) !== undefined)));
  }

  /** Events as the line has them (runtime/host/key-events.ts). */
  #send(events: () => readonly number[]): Promise<void> {
    const line = this.#others.get(this.#used[0]!) ?? this.#ps2;
    return promised(() => line.write(Uint8Array.from(events())));
  }

  /**
   * Takes what the keyboard on the USB tells: its lights, and in bit 7 whether the guest uses it.
   * @internal
   */
  readonly usb = {
    receive: async (bytes: Uint8Array): Promise<void> => {
      const isUsed = isUsedBy(bytes);
      this.#uses('usb', isUsed);
      if (isUsed) await this.receive(bytes);
    },
  };

  /**
   * Takes what the keyboard of Xen tells: whether the guest uses it. It has no lights.
   * @internal
   */
  readonly xen = { receive: async (bytes: Uint8Array): Promise<void> => this.#uses('xen', isUsedBy(bytes)) };

  /** The machine has sent the state of its lights. Resolves when all listeners are done with it. */
  async receive(bytes: Uint8Array): Promise<void> {
    for (const bits of bytes) {
      this.#leds = { scrollLock: (bits & 1) !== 0, numLock: (bits & 2) !== 0, capsLock: (bits & 4) !== 0 };
      await this.emit('leds', this.#leds);
    }
  }
}

/** Whether the guest uses a keyboard, as bit 7 of what that has told last says. */
function isUsedBy(bytes: Uint8Array): boolean {
  return ((bytes.at(-1) ?? 0) & 0x80) !== 0;
}

function bytesOf(events: readonly KeyEvent[]): number[] {
  return events.flatMap(([key, isDown]) => [key, isDown ? 1 : 0]);
}

/** The keys of a text such as `ctrl-alt-delete`. */
function keysOf(text: string): number[] {
  if (typeof text !== 'string') throw new TypeError(`keyboard.press takes names of keys, not ${typeof text}`);
  return text.split('-').map(keyNumber);
}

function pressed({ key, shift, altGr }: TypedKey): KeyEvent[] {
  const held = [...(shift ? [SHIFT] : []), ...(altGr ? [ALT_GR] : [])];
  const released = [key, ...held.toReversed()].map((number): KeyEvent => [number, false]);
  return [...[...held, key].map((number): KeyEvent => [number, true]), ...released];
}
