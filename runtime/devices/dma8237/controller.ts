import { Command, Mode, Register } from './registers.ts';
import { type ChannelState, type ControllerState, controllerState } from './state.ts';

/** One 8237A: four channels, addresses and counts of 16 bits in transfers. */
export class Controller {
  readonly state: ControllerState;

  constructor(state: ControllerState) {
    this.state = state;
  }

  /** Power-on, and the master clear command: all channels masked. Addresses and counts stay. */
  masterClear(): void {
    const { channels } = this.state;
    Object.assign(this.state, controllerState.create(), { channels });
  }

  read(register: number): number {
    if (register < Register.command) return this.#readByte(register);
    if (register === Register.command) return this.#readStatus();
    return register === Register.allMasks ? this.state.mask | 0xf0 : 0;
  }

  /** The flip-flop selects the byte of the current address or count. */
  #readByte(register: number): number {
    const channel = this.state.channels[register >> 1];
    const value = (register & 1) === 0 ? channel.address : channel.count;
    return this.#flip() ? value >> 8 : value & 0xff;
  }

  #flip(): boolean {
    const { highByte } = this.state;
    this.state.highByte = !highByte;
    return highByte;
  }

  #readStatus(): number {
    const { state } = this;
    const value = state.terminalCounts | (state.requests << 4);
    state.terminalCounts = 0;
    return value;
  }

  write(register: number, value: number): void {
    if (register < Register.command) this.#writeByte(register, value);
    else this.#writeControl(register, value);
  }

  #writeControl(register: number, value: number): void {
    const { state } = this;
    switch (register) {
      case Register.command:
        state.command = value;
        break;
      case Register.request:
        state.requests = withBit(state.requests, value);
        break;
      case Register.singleMask:
        state.mask = withBit(state.mask, value);
        break;
      case Register.mode:
        state.channels[value & 3].mode = value & 0xfc;
        break;
      case Register.clearFlipFlop:
        state.highByte = false;
        break;
      case Register.masterClear:
        this.masterClear();
        break;
      case Register.clearMask:
        state.mask = 0;
        break;
      default:
        state.mask = value & 0x0f;
    }
  }

  /** Base and current registers are written together. */
  #writeByte(register: number, value: number): void {
    const channel = this.state.channels[register >> 1];
    const high = this.#flip();
    const merge = (old: number): number => (high ? (old & 0xff) | (value << 8) : (old & 0xff00) | value);
    if ((register & 1) === 0) {
      channel.baseAddress = merge(channel.baseAddress);
      channel.address = channel.baseAddress;
    } else {
      channel.baseCount = merge(channel.baseCount);
      channel.count = channel.baseCount;
    }
  }

  /**
   * The channel of the highest priority with a software request, which its mask does not hold up; null: there is none. One in cascade mode
   * leaves the bus to others.
   */
  requestedChannel(): number | null {
    const { command, requests, channels } = this.state;
    if ((command & Command.disable) !== 0) return null;
    const index = channels.findIndex(
      ({ mode }, n) => (requests & (1 << n)) !== 0 && (mode & Mode.kind) !== Mode.cascade,
    );
    return index < 0 ? null : index;
  }

  /** The channel may transfer. */
  isEnabled(index: number): boolean {
    return (this.state.command & Command.disable) === 0 && (this.state.mask & (1 << index)) === 0;
  }

  /** Counts one transfer: moves the address, and at terminal count starts again or masks the channel. */
  step(index: number): void {
    const channel = this.state.channels[index];
    channel.address = (channel.address + ((channel.mode & Mode.decrement) !== 0 ? -1 : 1)) & 0xffff;
    channel.count = (channel.count - 1) & 0xffff;
    if (channel.count === 0xffff) this.#terminalCount(index, channel);
  }

  #terminalCount(index: number, channel: ChannelState): void {
    const { state } = this;
    state.terminalCounts |= 1 << index;
    state.requests &= ~(1 << index);
    if ((channel.mode & Mode.autoinitialise) !== 0) {
      channel.address = channel.baseAddress;
      channel.count = channel.baseCount;
    } else state.mask |= 1 << index;
  }
}

/** Request and mask commands: bits 0-1 select the channel, bit 2 is its new bit. */
function withBit(bits: number, command: number): number {
  const bit = 1 << (command & 3);
  return (command & 4) !== 0 ? bits | bit : bits & ~bit;
}
