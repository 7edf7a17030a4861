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

const ID_STANDARD = 0;
const ID_WHEEL = 3;

/** The sample rates that turn the wheel on (Microsoft IntelliMouse). */
const WHEEL_KNOCK = [200, 100, 80];

/** A PS/2 mouse with three buttons and a wheel. */
export class Mouse implements Ps2Device {
  /** Called when there is a byte to be taken. */
  onReady: () => void = () => {};
  readonly #state: MouseState;

  constructor(state: MouseState) {
    this.#state = state;
  }

  /** Power-on; the buttons stay as they are held. */
  reset(): void {
    const { buttons } = this.#state;
    Object.assign(this.#state, mouseState.create(), { buttons, reportedButtons: buttons });
  }

  /** Movement in counts: x to the right, y upwards, wheel towards the user. */
  move(x: number, y: number, wheel = 0): void {
    const state = this.#state;
    state.x += Math.trunc(x);
    state.y += Math.trunc(y);
    state.z += Math.trunc(wheel);
    this.#report();
  }

  /** The buttons that are down: left, right, middle in bits 0-2. */
  setButtons(buttons: number): void {
    this.#state.buttons = buttons & 7;
    this.#report();
  }

  get ready(): boolean {
    return this.#state.replies.length > 0 || this.#state.packets.length > 0;
  }

  take(): number {
    const state = this.#state;
    state.lastSent = state.replies.shift() ?? state.packets.shift() ?? 0;
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
    if (state.rates.every((value, index) => value === WHEEL_KNOCK[index])) state.wheel = true;
  }

  /** Executes a command; the reply. */
  #command(byte: number): number[] {
    switch (byte) {
      case Command.status:
        return [Reply.acknowledge, ...this.#statusBytes()];
      case Command.readData:
        return [Reply.acknowledge, ...this.#packet()];
      case Command.identify:
        return [Reply.acknowledge, this.#state.wheel ? ID_WHEEL : ID_STANDARD];
      case Command.resend:
        return [this.#state.lastSent];
      case Command.reset:
        this.reset();
        return [Reply.acknowledge, Reply.selfTestPassed, ID_STANDARD];
      default:
        return [this.#simpleCommand(byte)];
    }
  }

  /** Those that are only acknowledged. Whatever changes the mode forgets what was to be sent. */
  #simpleCommand(byte: number): number {
    const change = changes[byte];
    if (change === undefined) return Reply.resend;
    this.#state.packets.clear();
    Object.assign(this.#state, change);
    return Reply.acknowledge;
  }

  #statusBytes(): number[] {
    const { remote, reporting, scaling, buttons, resolution, sampleRate } = this.#state;
    const modes = (remote ? 0x40 : 0) | (reporting ? 0x20 : 0) | (scaling ? 0x10 : 0);
    return [modes | statusButtons(buttons), resolution, sampleRate];
  }

  /** Sends a packet if there is news, and none is on its way: movement adds up meanwhile. */
  #report(): void {
    const state = this.#state;
    const news = state.x !== 0 || state.y !== 0 || state.z !== 0 || state.buttons !== state.reportedButtons;
    if (!news || !state.reporting || state.remote || state.packets.length > 0) return;
    state.packets.push(this.#packet());
    this.onReady();
  }

  /** Takes the movement that fits into a packet; the rest stays for the next. */
  #packet(): number[] {
    const state = this.#state;
    const x = clamp(state.x, 255);
    const y = clamp(state.y, 255);
    const z = clamp(state.z, 7);
    state.x -= x;
    state.y -= y;
    state.z -= state.wheel ? z : state.z;
    state.reportedButtons = state.buttons;
    const first = 0x08 | state.buttons | (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0);
    return state.wheel ? [first, x & 0xff, y & 0xff, z & 0xff] : [first, x & 0xff, y & 0xff];
  }
}

const streaming: Partial<MouseState> = {
  reporting: false,
  remote: false,
  scaling: false,
  resolution: 2,
  sampleRate: 100,
};

/** What the commands without parameters and answers change. */
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
