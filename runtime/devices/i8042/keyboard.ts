import { Reply } from './registers.ts';
import { type KeyboardState, keyboardState } from './state.ts';
import { translateToSet2 } from './translation.ts';

/** What the controller knows of the device at the other end of a PS/2 cable. */
export interface Ps2Device {
  /** There is a byte to be taken. */
  readonly ready: boolean;
  take(): number;
  /** A byte from the host. */
  receive(byte: number): void;
}

/** Keyboard commands (IBM PS/2 Hardware Interface Technical Reference, "Keyboards (101- and 102-key)"). */
const Command = {
  setLeds: 0xed,
  echo: 0xee,
  scancodeSet: 0xf0,
  identify: 0xf2,
  typematic: 0xf3,
  enable: 0xf4,
  disable: 0xf5,
  defaults: 0xf6,
  setAllTypematic: 0xf7,
  setKeyTypematic: 0xfb,
  setKeyMake: 0xfd,
  resend: 0xfe,
  reset: 0xff,
} as const;

const IDENTIFICATION = [0xab, 0x83];

/** A PS/2 keyboard. */
export class Keyboard implements Ps2Device {
  /** Called when there is a byte to be taken. */
  onReady: () => void = () => {};
  /** Called with the new LEDs: scroll, num and caps lock in bits 0-2. */
  onLeds: (leds: number) => void = () => {};
  readonly #state: KeyboardState;

  constructor(state: KeyboardState) {
    this.#state = state;
  }

  /** Power-on. */
  reset(): void {
    Object.assign(this.#state, keyboardState.create());
  }

  /** Keys going down and up, as bytes of scancode set 1 (0x1e, 0x9e: A pressed and released; 0xe0 prefixes). */
  press(scancodes: ArrayLike<number>): void {
    const { keys, scanning, scancodeSet } = this.#state;
    if (!scanning) return;
    for (const code of Array.from(scancodes)) keys.push(scancodeSet === 1 ? [code] : translateToSet2(code));
    this.onReady();
  }

  get leds(): number {
    return this.#state.leds;
  }

  get ready(): boolean {
    return this.#state.replies.length > 0 || this.#state.keys.length > 0;
  }

  take(): number {
    const state = this.#state;
    state.lastSent = state.replies.shift() ?? state.keys.shift() ?? 0;
    return state.lastSent;
  }

  receive(byte: number): void {
    const state = this.#state;
    const { command } = state;
    state.command = 0;
    // Commands begin at 0xED: what should have been a parameter but is a command replaces the one that waits.
    const isParameter = command !== 0 && byte < Command.setLeds;
    const reply = isParameter ? this.#parameter(command, byte) : this.#command(byte);
    state.replies.clear();
    state.replies.push(reply);
    this.onReady();
  }

  /** Takes a command's parameter; the reply. */
  #parameter(command: number, value: number): number[] {
    const state = this.#state;
    if (command === Command.setLeds) this.#setLeds(value & 7);
    else if (command === Command.typematic) state.typematic = value;
    else if (command !== Command.scancodeSet) state.command = command;
    else if (value === 0) return [Reply.acknowledge, state.scancodeSet];
    else if (value <= 2) state.scancodeSet = value;
    return [Reply.acknowledge];
  }

  #setLeds(leds: number): void {
    this.#state.leds = leds;
    this.onLeds(leds);
  }

  /** Executes a command; the reply. */
  #command(byte: number): number[] {
    switch (byte) {
      case Command.echo:
        return [Reply.echo];
      case Command.resend:
        return [this.#state.lastSent];
      case Command.identify:
        return [Reply.acknowledge, ...IDENTIFICATION];
      case Command.reset:
        this.#defaults(true);
        return [Reply.acknowledge, Reply.selfTestPassed];
      default:
        return [this.#simpleCommand(byte)];
    }
  }

  /** Those that are only acknowledged. */
  #simpleCommand(byte: number): number {
    const state = this.#state;
    if (!isCommand(byte)) return Reply.resend;
    if (byte === Command.enable) this.#scan(true);
    else if (byte === Command.disable) this.#defaults(false);
    else if (byte === Command.defaults) this.#defaults(state.scanning);
    else if (takesParameter(byte)) state.command = byte;
    return Reply.acknowledge;
  }

  #scan(scanning: boolean): void {
    this.#state.keys.clear();
    this.#state.scanning = scanning;
  }

  #defaults(scanning: boolean): void {
    const { scancodeSet, typematic } = keyboardState.create();
    Object.assign(this.#state, { scancodeSet, typematic });
    this.#scan(scanning);
  }
}

function isCommand(byte: number): boolean {
  return byte === Command.setLeds || byte === Command.scancodeSet || byte >= Command.identify;
}

/** The set-3 key type commands take any number of scancodes. */
function takesParameter(command: number): boolean {
  const setsKeys = command >= Command.setKeyTypematic && command <= Command.setKeyMake;
  return setsKeys || [Command.setLeds, Command.scancodeSet, Command.typematic].some((known) => known === command);
}
