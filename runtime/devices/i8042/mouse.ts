import type { PowerControl } from '../../bus/power.ts';
import type { HostStream } from '../../host/stream.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import type { Ps2Device } from './keyboard.ts';
import { Reply } from './registers.ts';
import { type MouseState, mouseState } from './state.ts';

/** Mouse commands (IBM PS/2 Hardware Interface Technical Reference, "Mouse"). */
const Command = {
  scaling1: 0xe6,
  scaling2: 0xe7,
  resolution: 0xe8,
  status: 0xe9,
  streamMode: 0xea,
  readData: 0xeb,
  endWrap: 0xec,
  wrapMode: 0xee,
  remoteMode: 0xf0,
  identify: 0xf2,
  sampleRate: 0xf3,
  enable: 0xf4,
  disable: 0xf5,
  defaults: 0xf6,
  resend: 0xfe,
  reset: 0xff,
} as const;

const Id = { standard: 0, wheel: 3, explorer: 4 } as const;

/** The sample rates that turn the wheel on, and after that the two buttons at the side (Microsoft IntelliMouse, Explorer). */
const WHEEL_KNOCK = [200, 100, 80];
const EXPLORER_KNOCK = [200, 200, 80];

/** With scaling 2:1 the first five counts become these, and more the double (IBM, "Mouse": "Set scaling 2:1"). */
const SCALED = [0, 1, 1, 3, 6, 9];

export interface MouseOptions {
  readonly state: MouseState;
  readonly clock: Clock;
  readonly events: EventQueue;
  /**
   * In: six bytes for what has happened: x to the right and y upwards in 16 bits each, low byte first; the wheel towards the user;
   * the buttons that are down, left, right, middle and the two at the side in bits 0-4.
   */
  readonly line: HostStream;
  /** Wakes a suspended machine when the mouse is moved or a button is pressed. */
  readonly power: Pick<PowerControl, 'wake'>;
}

const EVENT_BYTES = 6;
const SECOND = 1e9;

/** A PS/2 mouse with five buttons and a wheel. */
export class Mouse implements Ps2Device {
  /** Wiring: called when there is a byte to be taken. */
  onReady: () => void = () => {};
  readonly #state: MouseState;
  readonly #clock: Clock;
  readonly #line: HostStream;
  readonly #sample: Timer;

  constructor({ state, clock, events, line, power }: MouseOptions) {
    this.#state = state;
    this.#clock = clock;
    this.#line = line;
    this.#sample = events.timer('mouse sample', () => this.#report());
    line.onInput = (bytes) => {
      state.waiting.push(bytes);
      power.wake();
      this.#nextEvents();
    };
  }

  /** Power-on; the buttons stay as they are held. */
  reset(): void {
    const { buttons, waiting } = this.#state;
    Object.assign(this.#state, mouseState.create(), { buttons, waiting, reportedButtons: buttons });
    this.#sample.disarm();
  }

  /** A change of the buttons must have been reported before the next: a click would be lost. */
  #nextEvents(): void {
    const state = this.#state;
    const reports = () => state.reporting && !state.remote;
    while (state.waiting.length >= EVENT_BYTES && !(reports() && state.buttons !== state.reportedButtons)) {
      const event = Uint8Array.from({ length: EVENT_BYTES }, () => state.waiting.shift()!);
      const view = new DataView(event.buffer);
      this.#line.taken(EVENT_BYTES);
      state.buttons = view.getUint8(5) & 0x1f;
      this.move(view.getInt16(0, true), view.getInt16(2, true), view.getInt8(4));
    }
  }

  /** Movement in counts: x to the right, y upwards, wheel towards the user. */
  move(x: number, y: number, wheel = 0): void {
    const state = this.#state;
    state.x += Math.trunc(x);
    state.y += Math.trunc(y);
    state.z += Math.trunc(wheel);
    this.#report();
  }

  /** The buttons that are down: left, right, middle and the two at the side in bits 0-4. */
  setButtons(buttons: number): void {
    this.#state.buttons = buttons & 0x1f;
    this.#report();
  }

  get ready(): boolean {
    return this.replies || this.#state.packets.length > 0;
  }

  get replies(): boolean {
    return this.#state.replies.length > 0;
  }

  take(): number {
    const state = this.#state;
    state.lastSent = (this.replies ? state.replies : state.packets).shift() ?? 0;
    if (!this.ready) this.#report();
    return state.lastSent;
  }

  receive(byte: number): void {
    const state = this.#state;
    const { command } = state;
    state.command = 0;
    const answer = this.#answer(command, byte);
    state.replies.clear();
    state.replies.push(answer);
    this.onReady();
  }

  #answer(command: number, byte: number): number[] {
    if (this.#state.wrap && byte !== Command.endWrap && byte !== Command.reset) return [byte];
    return command === 0 ? this.#command(byte) : this.#parameter(command, byte);
  }

  /** Takes a command's parameter; the reply. */
  #parameter(command: number, value: number): number[] {
    if (command === Command.resolution) this.#state.resolution = value & 3;
    else this.#setSampleRate(value);
    return [Reply.acknowledge];
  }

  #setSampleRate(rate: number): void {
    const state = this.#state;
    state.sampleRate = rate;
    state.rates = [...state.rates.slice(1), rate];
    const isKnock = (knock: readonly number[]) => state.rates.every((value, index) => value === knock[index]);
    if (isKnock(WHEEL_KNOCK)) state.wheel = true;
    if (state.wheel && isKnock(EXPLORER_KNOCK)) state.explorer = true;
  }

  /** Executes a command; the reply. */
  #command(byte: number): number[] {
    switch (byte) {
      case Command.status:
        return [Reply.acknowledge, ...this.#statusBytes()];
      case Command.readData:
        return [Reply.acknowledge, ...this.#packet()];
      case Command.identify:
        return [Reply.acknowledge, this.#id];
      case Command.resend:
        return [this.#state.lastSent];
      case Command.reset:
        this.reset();
        return [Reply.acknowledge, Reply.selfTestPassed, Id.standard];
      default:
        return [this.#simpleCommand(byte)];
    }
  }

  get #id(): number {
    const { wheel, explorer } = this.#state;
    if (explorer) return Id.explorer;
    return wheel ? Id.wheel : Id.standard;
  }

  /** Handles a command that is only acknowledged. A change of the mode drops the movements that were to be sent. */
  #simpleCommand(byte: number): number {
    const change = changes[byte];
    if (change === undefined) return Reply.resend;
    this.#state.packets.clear();
    Object.assign(this.#state, change);
    this.#nextEvents();
    return Reply.acknowledge;
  }

  #statusBytes(): number[] {
    const { remote, reporting, scaling, buttons, resolution, sampleRate } = this.#state;
    const modes = (remote ? 0x40 : 0) | (reporting ? 0x20 : 0) | (scaling ? 0x10 : 0);
    return [modes | statusButtons(buttons), resolution, sampleRate];
  }

  /** Sends a packet if there is news, none is on its way, and the last one was a while ago: movement adds up meanwhile. */
  #report(): void {
    const state = this.#state;
    const news = state.x !== 0 || state.y !== 0 || state.z !== 0 || state.buttons !== state.reportedButtons;
    if (!news || !state.reporting || state.remote || state.packets.length > 0) return;
    const now = this.#clock.now();
    if (now < state.nextSample) {
      this.#sample.arm(state.nextSample);
      return;
    }
    state.nextSample = now + SECOND / Math.max(state.sampleRate, LOWEST_RATE);
    state.packets.push(this.#packet(state.scaling));
    this.onReady();
    this.#nextEvents();
  }

  /** Takes the movement that fits into a packet; the rest stays for the next. */
  #packet(isScaled = false): number[] {
    const state = this.#state;
    const [x, y] = [this.#takeMovement('x', isScaled), this.#takeMovement('y', isScaled)];
    const first = 0x08 | (state.buttons & 7) | (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0);
    state.reportedButtons = state.buttons;
    return [first, x & 0xff, y & 0xff, ...this.#fourthByte()];
  }

  #takeMovement(axis: 'x' | 'y', isScaled: boolean): number {
    const moved = clamp(this.#state[axis], isScaled ? 127 : 255);
    this.#state[axis] -= moved;
    return isScaled ? Math.sign(moved) * (SCALED[Math.abs(moved)] ?? Math.abs(moved) * 2) : moved;
  }

  /** The wheel, and with five buttons those at the side in bits 4-5. */
  #fourthByte(): number[] {
    const state = this.#state;
    const z = clamp(state.z, 7);
    state.z -= state.wheel ? z : state.z;
    if (!state.wheel) return [];
    return state.explorer ? [(z & 0x0f) | ((state.buttons & 0x18) << 1)] : [z & 0xff];
  }
}

/** Samples a second, whatever is asked for. */
const LOWEST_RATE = 10;

const streaming: Partial<MouseState> = {
  reporting: false,
  remote: false,
  scaling: false,
  resolution: 2,
  sampleRate: 100,
};

/** Changes of the state by the commands that have no parameter and no answer. */
const changes: Readonly<Record<number, Partial<MouseState>>> = {
  [Command.scaling1]: { scaling: false },
  [Command.scaling2]: { scaling: true },
  [Command.resolution]: { command: Command.resolution },
  [Command.streamMode]: { remote: false },
  [Command.endWrap]: { wrap: false },
  [Command.wrapMode]: { wrap: true },
  [Command.remoteMode]: { remote: true },
  [Command.sampleRate]: { command: Command.sampleRate },
  [Command.enable]: { reporting: true },
  [Command.disable]: { reporting: false },
  [Command.defaults]: streaming,
};

/** The status byte has the buttons as left, middle, right in bits 2-0. */
function statusButtons(buttons: number): number {
  return ((buttons & 1) << 2) | ((buttons & 4) >> 1) | ((buttons & 2) >> 1);
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}
