import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { IrqLine } from '../../bus/irq.ts';
import type { PortBus, PortRegion } from '../../bus/ports.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import type { FunctionPart } from '../pci/function.ts';
import { MovableRange, portRange } from '../pci/range.ts';
import {
  BASE_MASK,
  BLOCK_BYTES,
  Config,
  HostConfig,
  HostControl,
  HostStatus,
  PORTS,
  Protocol,
  READ,
  Register,
  SLAVE_CONTROL,
  TRANSACTION_NANOSECONDS,
} from './registers.ts';
import type { SmbusSlave } from './slave.ts';
import { hostState } from './state.ts';

export interface SmbusHostOptions {
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly guestError?: ReportGuestError;
  /** IRQ 9. */
  readonly irq: IrqLine;
  /** The devices on the bus, by their address of 7 bits. */
  readonly slaves: ReadonlyMap<number, SmbusSlave>;
  /** Where the registers are after a reset, for systems that are started without firmware; 0 or none: nowhere. */
  readonly base?: number;
}

/**
 * The PIIX4's SMBus host controller. Its registers in the configuration space are in the function of power management. No other
 * host is on the bus, and no slave alerts, so that nothing ever comes in through the slave interface.
 */
export class SmbusHost {
  readonly component: Component;
  /** Registers in the configuration space. */
  readonly functionPart: FunctionPart;
  readonly #state = hostState.create();
  readonly #options: SmbusHostOptions;
  readonly #finished: Timer;
  /** Derived: whether SMBHSTCFG has interrupts go to IRQ 9. Otherwise they go to SMI#, which nobody serves. */
  #hasIrq = false;

  constructor(options: SmbusHostOptions) {
    this.#options = options;
    this.component = hostState.bind('smbus', this.#state);
    this.#finished = options.events.timer('smbus transaction', () => this.#finish());
    this.functionPart = this.#makeFunctionPart();
  }

  #makeFunctionPart(): FunctionPart {
    const { ports, base = 0 } = this.#options;
    const range = new MovableRange(portRange(ports, (at) => [this.#region(at)]));
    const initial = base === 0 ? 0 : HostConfig.enable | HostConfig.irq9;
    return {
      registers: [
        { offset: Config.base, size: 4, value: base | 1, writable: BASE_MASK },
        { offset: Config.host, size: 1, value: initial, writable: HostConfig.enable | HostConfig.interruptSelect },
        { offset: Config.slaveCommand, size: 1, writable: 0xff },
        { offset: Config.shadow1, size: 1, writable: 0xff },
        { offset: Config.shadow2, size: 1, writable: 0xff },
        { offset: Config.revision, size: 1, value: 0 },
      ],
      changed: (pciFunction) => {
        const host = pciFunction.read(Config.host, 1);
        this.#hasIrq = (host & HostConfig.interruptSelect) === HostConfig.irq9;
        range.moveTo((host & HostConfig.enable) === 0 ? 0 : pciFunction.read(Config.base, 2) & BASE_MASK);
      },
      written: () => this.#drive(),
    };
  }

  reset(): void {
    Object.assign(this.#state, hostState.create());
    this.#finished.disarm();
    this.#drive();
  }

  #region(base: number): PortRegion {
    return {
      name: 'smbus',
      first: base,
      count: PORTS,
      read: (port) => this.#read(port - base),
      write: (port, _, value) => this.#write(port - base, value),
    };
  }

  #read(offset: number): number {
    const state = this.#state;
    switch (offset) {
      case Register.hostStatus:
        return state.status;
      case Register.hostControl:
        state.blockIndex = 0;
        return state.control;
      case Register.hostCommand:
        return state.command;
      case Register.hostAddress:
        return state.address;
      case Register.hostData0:
        return state.data0;
      case Register.hostData1:
        return state.data1;
      case Register.blockData:
        return state.block[this.#nextInBlock()]!;
      case Register.slaveControl:
        return state.slaveControl;
      case Register.slaveEvent:
        return state.slaveEvent & 0xff;
      case Register.slaveEvent + 1:
        return state.slaveEvent >> 8;
      default:
        return 0;
    }
  }

  #write(offset: number, value: number): void {
    const state = this.#state;
    switch (offset) {
      case Register.hostStatus:
        state.status &= ~(value & HostStatus.interrupting);
        break;
      case Register.hostControl:
        this.#control(value);
        break;
      case Register.hostCommand:
        state.command = value;
        break;
      case Register.hostAddress:
        state.address = value;
        break;
      case Register.hostData0:
        state.data0 = value;
        break;
      case Register.hostData1:
        state.data1 = value;
        break;
      case Register.blockData:
        state.block[this.#nextInBlock()] = value;
        break;
      default:
        this.#writeSlave(offset, value);
    }
    this.#drive();
  }

  /** Registers of the slave interface: they keep what is written, without effect. */
  #writeSlave(offset: number, value: number): void {
    const state = this.#state;
    if (offset === Register.slaveControl) state.slaveControl = value & SLAVE_CONTROL;
    else if (offset === Register.slaveEvent) state.slaveEvent = (state.slaveEvent & 0xff00) | value;
    else if (offset === Register.slaveEvent + 1) state.slaveEvent = (state.slaveEvent & 0xff) | (value << 8);
    else if (offset !== Register.slaveStatus) {
      this.#options.guestError?.('smbus: a write of no register, or one that is only read, at', offset);
    }
  }

  #nextInBlock(): number {
    const at = this.#state.blockIndex % BLOCK_BYTES;
    this.#state.blockIndex = (at + 1) % BLOCK_BYTES;
    return at;
  }

  #control(value: number): void {
    const state = this.#state;
    state.control = value & HostControl.kept;
    if ((value & HostControl.kill) !== 0) {
      this.#finished.disarm();
      state.status = (state.status & ~HostStatus.busy) | HostStatus.failed;
    } else if ((value & HostControl.start) !== 0) this.#start();
  }

  /** Nothing starts before all that the last transaction has told is cleared (11.5.4.1). */
  #start(): void {
    const state = this.#state;
    if (state.status !== 0) {
      this.#options.guestError?.('smbus: a start with SMBHSTSTS not clear', state.status);
      return;
    }
    state.status = HostStatus.busy;
    this.#finished.arm(this.#options.clock.now() + TRANSACTION_NANOSECONDS);
  }

  /** The end of a transaction, at which all of it is done. */
  #finish(): void {
    const slave = this.#options.slaves.get(this.#state.address >> 1);
    const isDone = slave !== undefined && this.#transact(slave);
    this.#state.status = isDone ? HostStatus.interrupt : HostStatus.deviceError;
    this.#drive();
  }

  /** False: the slave does not acknowledge, or there is no such protocol. */
  #transact(slave: SmbusSlave): boolean {
    const { control, address } = this.#state;
    const protocol = (control >> HostControl.protocolShift) & HostControl.protocol;
    if (protocol === Protocol.quick) return slave.write([]);
    if (![Protocol.byte, Protocol.byteData, Protocol.wordData, Protocol.block].some((known) => known === protocol)) {
      this.#options.guestError?.('smbus: no such protocol', protocol);
      return false;
    }
    return (address & READ) === 0 ? slave.write(this.#sent(protocol)) : this.#receive(slave, protocol);
  }

  /** The bytes that go to the slave after its address. */
  #sent(protocol: number): number[] {
    const { command, data0, data1, block } = this.#state;
    if (protocol === Protocol.byte) return [command];
    if (protocol === Protocol.byteData) return [command, data0];
    if (protocol === Protocol.wordData) return [command, data0, data1];
    // What a count beyond the array does is not told.
    const count = Math.min(data0, BLOCK_BYTES);
    return [command, count, ...block.subarray(0, count)];
  }

  #receive(slave: SmbusSlave, protocol: number): boolean {
    const state = this.#state;
    if (protocol !== Protocol.byte && !slave.write([state.command])) return false;
    state.data0 = slave.read();
    if (protocol === Protocol.wordData) state.data1 = slave.read();
    if (protocol === Protocol.block) this.#receiveBlock(slave);
    return true;
  }

  /** The first byte was the count. One that no block has is taken for 0, as by QEMU. */
  #receiveBlock(slave: SmbusSlave): void {
    const state = this.#state;
    if (state.data0 > BLOCK_BYTES) state.data0 = 0;
    for (let n = 0; n < state.data0; n++) state.block[n] = slave.read();
    state.blockIndex = 0;
  }

  #drive(): void {
    const { status, control } = this.#state;
    const interrupts = (control & HostControl.interruptEnable) !== 0 && (status & HostStatus.interrupting) !== 0;
    this.#options.irq.set(interrupts && this.#hasIrq);
  }
}
