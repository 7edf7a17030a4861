import type { PowerControl } from '../../bus/power.ts';
import { KEY_EVENT_BYTES, pauseAt } from '../../host/key-events.ts';
import type { HostStream } from '../../host/stream.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { defaultKeyType, type KeyState, KeyType, keyBytes, PAUSE, set3Code } from './keys.ts';
import { Reply } from './registers.ts';
import { type KeyboardState, keyboardState, SET_3_CODES } from './state.ts';
import { BREAK } from './translation.ts';

/** With these bytes codes of several bytes begin. */
const PREFIXES: ReadonlySet<number> = new Set([0xe0, 0xe1, BREAK]);

/** A device at the other end of a PS/2 cable, as the controller sees it. */
export interface Ps2Device {
  /** There is a byte to be taken. */
  readonly ready: boolean;
  /** Whether the next byte belongs to the reply to a command. */
  readonly replies: boolean;
  take(): number;
  /** A byte from the host. */
  receive(byte: number): void;
}

export interface KeyboardOptions {
  readonly state: KeyboardState;
  readonly clock: Clock;
  readonly events: EventQueue;
  /**
   * In: keys that go down or up, by their numbers (keys.ts), and pauses (host/key-events.ts). Out: a byte with the LEDs when they have
   * changed, scroll, num and caps lock in bits 0-2.
   */
  readonly line: HostStream;
  /** Keys wake a suspended machine. */
  readonly power: Pick<PowerControl, 'wake'>;
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
  /** Types of all keys of set 3. */
  allTypematic: 0xf7,
  allMakeBreak: 0xf8,
  allMake: 0xf9,
  allTypematicMakeBreak: 0xfa,
  /** Types of the keys whose codes follow. */
  keyTypematic: 0xfb,
  keyMakeBreak: 0xfc,
  keyMake: 0xfd,
  resend: 0xfe,
  reset: 0xff,
} as const;

const LAST_SCANCODE_SET = 3;
/** Its bit among those of the lights. */
const NUM_LOCK = 2;
const IDENTIFICATION = [0xab, 0x83];
const MS = 1e6;
/** Between two keys of the host's: a very fast typist. Programs that look at keys now and then see them. */
const EVENT_TIME = 10 * MS;

/** The type that a command gives to keys. */
const types: Readonly<Record<number, number>> = {
  [Command.allTypematic]: KeyType.typematic,
  [Command.allMakeBreak]: KeyType.makeBreak,
  [Command.allMake]: KeyType.make,
  [Command.allTypematicMakeBreak]: KeyType.typematicMakeBreak,
  [Command.keyTypematic]: KeyType.typematic,
  [Command.keyMakeBreak]: KeyType.makeBreak,
  [Command.keyMake]: KeyType.make,
};

/** A PS/2 keyboard with scancode sets 1 to 3. */
export class Keyboard implements Ps2Device {
  /** Wiring: called when there is a byte to be taken. */
  onReady: () => void = () => {};
  readonly #state: KeyboardState;
  readonly #clock: Clock;
  readonly #line: HostStream;
  readonly #power: Pick<PowerControl, 'wake'>;
  readonly #repeat: Timer;
  /** Until the next event of the host's. */
  readonly #pause: Timer;

  constructor({ state, clock, events, line, power }: KeyboardOptions) {
    this.#state = state;
    this.#power = power;
    this.#clock = clock;
    this.#line = line;
    this.#repeat = events.timer('keyboard typematic', () => this.#repeatKey());
    this.#pause = events.timer('keyboard host', (_, due) => this.#nextEvent(due));
    line.onInput = (bytes) => {
      state.waiting.push(bytes);
      this.#nextEvent(clock.now());
    };
  }

  /** Power-on. Keys that are held down stay so; what the host has typed ahead still comes. */
  reset(): void {
    const { held, waiting, leds } = this.#state;
    Object.assign(this.#state, keyboardState.create(), { held, waiting });
    this.#setDefaultTypes();
    this.#repeat.disarm();
    if (leds !== 0) this.tellLeds();
  }

  get ready(): boolean {
    return this.#state.replies.length > 0 || this.#state.keys.length > 0;
  }

  get replies(): boolean {
    return this.#state.replies.length > 0 && !this.#isMidst;
  }

  take(): number {
    const state = this.#state;
    const { replies, keys } = state;
    state.lastSent = (this.replies ? replies : keys).shift() ?? 0;
    this.#nextEvent(this.#clock.now());
    return state.lastSent;
  }

  /**
   * E0h, E1h or F0h was sent, with which codes begin: a reply between it and the rest would take it for its own, unless it is the same byte, which
   * was asked for again.
   */
  get #isMidst(): boolean {
    const { keys, lastSent, replies } = this.#state;
    return keys.length > 0 && PREFIXES.has(lastSent) && replies.peek(1)[0] !== lastSent;
  }

  /**
   * Takes the host's next event: a key if the guest has taken all before, and the last one was a while ago. A pause begins when the event
   * before has had its time (`since`), however late that was noticed, so that no key repeats that is held for a shorter time.
   */
  #nextEvent(since: number): void {
    const { waiting, keys } = this.#state;
    if (waiting.length < KEY_EVENT_BYTES || this.#pause.deadline !== Infinity) return;
    const pause = pauseAt(waiting);
    if (pause === null && keys.length > 0) return;
    const [key, isDown] = [waiting.shift()!, waiting.shift() !== 0];
    this.#pause.arm(pause === null ? this.#clock.now() + EVENT_TIME : since + pause);
    if (pause === null) this.key(key, isDown);
    this.#line.taken(KEY_EVENT_BYTES);
  }

  /** A key goes down or up (keys.ts has its number). */
  key(key: number, isDown: boolean): void {
    const isNews = this.#isHeld(key) !== isDown;
    if (isNews) this.#send(key, isDown);
    this.#hold(key, isDown);
    if (!isNews) return;
    if (isDown) {
      this.#power.wake();
      this.#startRepeating(key);
    } else if (key === this.#state.repeating) this.#stopRepeating();
  }

  #isHeld(key: number): boolean {
    return (this.#state.held[key >> 3] & (1 << (key & 7))) !== 0;
  }

  #hold(key: number, isDown: boolean): void {
    const bit = 1 << (key & 7);
    if (isDown) this.#state.held[key >> 3] |= bit;
    else this.#state.held[key >> 3] &= ~bit;
  }

  /** A keyboard that does not scan loses keys. */
  #send(key: number, isDown: boolean): void {
    const { keys, scanning, scancodeSet } = this.#state;
    if (!scanning) return;
    keys.push(scancodeSet === 3 ? this.#set3(key, isDown) : keyBytes(scancodeSet, key, isDown, this.#keyState));
    this.onReady();
  }

  get #keyState(): KeyState {
    return {
      isHeld: (some) => some.some((other) => this.#isHeld(other)),
      numLock: (this.#state.leds & NUM_LOCK) !== 0,
    };
  }

  #set3(key: number, isDown: boolean): number[] {
    if (isDown) return [set3Code(key)];
    return (this.#typeOf(key) & KeyType.makeBreak) === 0 ? [] : [BREAK, set3Code(key)];
  }

  #typeOf(key: number): number {
    return this.#state.types[set3Code(key)];
  }

  /** Pause has nothing to repeat. */
  #startRepeating(key: number): void {
    const state = this.#state;
    const repeats = key !== PAUSE && (state.scancodeSet !== 3 || (this.#typeOf(key) & KeyType.typematic) !== 0);
    state.repeating = repeats ? key : 0;
    if (repeats) this.#repeat.arm(this.#clock.now() + typematicDelay(state.typematic));
    else this.#repeat.disarm();
  }

  #stopRepeating(): void {
    this.#state.repeating = 0;
    this.#repeat.disarm();
  }

  /** A guest that has not taken the key yet gets it once. */
  #repeatKey(): void {
    const { keys, repeating, typematic } = this.#state;
    if (keys.length === 0) this.#send(repeating, true);
    this.#repeat.arm(this.#clock.now() + typematicPeriod(typematic));
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
    else if (command === Command.typematic) state.typematic = value & 0x7f;
    else if (command !== Command.scancodeSet) this.#setType(command, value);
    else if (value === 0) return [Reply.acknowledge, state.scancodeSet];
    else if (value > LAST_SCANCODE_SET) return [Reply.resend];
    else state.scancodeSet = value;
    return [Reply.acknowledge];
  }

  /** More codes may follow. */
  #setType(command: number, code: number): void {
    this.#state.types[code] = types[command];
    this.#state.command = command;
  }

  #setLeds(leds: number): void {
    if (leds === this.#state.leds) return;
    this.#state.leds = leds;
    this.tellLeds();
  }

  /** Tells the host which lights are on. */
  tellLeds(): void {
    this.#line.write(Uint8Array.of(this.#state.leds));
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
        this.#setLeds(0);
        this.#defaults(true);
        return [Reply.acknowledge, Reply.selfTestPassed];
      default:
        return [this.#simpleCommand(byte)];
    }
  }

  /** Handles a command that is only acknowledged. */
  #simpleCommand(byte: number): number {
    const state = this.#state;
    if (!isCommand(byte)) return Reply.resend;
    if (byte === Command.enable) this.#scan(true);
    else if (byte === Command.disable) this.#defaults(false);
    else if (byte === Command.defaults) this.#defaults(state.scanning);
    else if (byte >= Command.allTypematic && byte <= Command.allTypematicMakeBreak) state.types.fill(types[byte]);
    else if (takesParameter(byte)) state.command = byte;
    return Reply.acknowledge;
  }

  #scan(scanning: boolean): void {
    this.#state.keys.clear();
    this.#state.lastSent = 0;
    this.#stopRepeating();
    this.#state.scanning = scanning;
  }

  #defaults(scanning: boolean): void {
    const { scancodeSet, typematic } = keyboardState.create();
    Object.assign(this.#state, { scancodeSet, typematic });
    this.#setDefaultTypes();
    this.#scan(scanning);
  }

  #setDefaultTypes(): void {
    for (let code = 0; code < SET_3_CODES; code++) this.#state.types[code] = defaultKeyType(code);
  }
}

/** Nanoseconds until a held key repeats, and from one repetition to the next ("Set typematic rate/delay"). */
function typematicDelay(typematic: number): number {
  return (((typematic >> 5) & 3) + 1) * 250 * MS;
}

function typematicPeriod(typematic: number): number {
  return (8 + (typematic & 7)) * 2 ** ((typematic >> 3) & 3) * 4.17 * MS;
}

function isCommand(byte: number): boolean {
  return byte === Command.setLeds || byte === Command.scancodeSet || byte >= Command.identify;
}

/** The commands for single keys of set 3 take any number of scancodes. */
function takesParameter(command: number): boolean {
  const setsKeys = command >= Command.keyTypematic && command <= Command.keyMake;
  return setsKeys || [Command.setLeds, Command.scancodeSet, Command.typematic].some((known) => known === command);
}
