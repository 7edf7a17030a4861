import { partOfWord } from '../../bus/word-part.ts';
import type { MakeStoreAlarm, StoreAlarm } from '../../memory/store-alarm.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Timer } from '../../time/events.ts';
import type { UsbBus } from '../../usb/bus.ts';
import { functionMemory, isBusMaster } from '../pci/bus-master.ts';
import type { PciChipOptions, TimedChipOptions } from '../pci/chip-options.ts';
import { PciFunction } from '../pci/function.ts';
import { registerRange } from '../pci/range.ts';
import { Pass } from './pass.ts';
import {
  Command,
  capabilityWords,
  INDEX_MASK,
  Legacy,
  MEMORY_BYTES,
  MICROFRAME_TIME,
  OPERATIONAL,
  Pci,
  PORTS,
  RELEASE,
  RELEASE_REGISTER,
  Register,
  Status,
} from './registers.ts';
import { RootHub } from './root-hub.ts';
import { Schedule } from './schedule.ts';
import { ehciState } from './state.ts';

/** Options of the controller, whose interrupt pin is INTD#. */
export interface EhciOptions extends PciChipOptions, TimedChipOptions {
  readonly storeAlarm: MakeStoreAlarm;
  /** Name of its bus. */
  readonly bus: string;
}

/**
 * A USB host controller of EHCI without companions. Where a pass through the schedules has moved nothing, the next one waits for a store to one
 * of the pages that they are in, or for a device.
 */
export class Ehci {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly usbBus: UsbBus;
  readonly #options: EhciOptions;
  readonly #state = ehciState.create();
  readonly #hub: RootHub;
  readonly #schedule: Schedule;
  readonly #alarm: StoreAlarm;
  readonly #pass: Timer;
  readonly #rollover: Timer;

  constructor(options: EhciOptions) {
    this.#options = options;
    const { events, memory, storeAlarm } = options;
    this.#hub = new RootHub({
      ports: this.#state.ports,
      bus: options.bus,
      changed: () => this.#raise(Status.portChange),
      onReady: () => this.#touched(),
    });
    this.usbBus = this.#hub.bus;
    this.#pass = events.timer('ehci pass', () => this.#runPass());
    this.#rollover = events.timer('ehci rollover', () => this.#rolledOver());
    this.#alarm = storeAlarm(() => this.#touched());
    this.#schedule = new Schedule(functionMemory(memory, () => this.pciFunction));
    this.pciFunction = this.#makeFunction();
    this.component = ehciState.bind('ehci', this.#state, {
      settle: () => this.#count(),
      // What it waited for is not watched any more.
      restored: () => this.#touched(),
    });
    this.reset();
  }

  #makeFunction(): PciFunction {
    const { device, mmio, guestError } = this.#options;
    const registers = (base: number) => ({
      name: 'ehci',
      base,
      length: MEMORY_BYTES,
      read: (offset: number, size: number) => this.#read(offset, size),
      write: (offset: number, size: number, value: number) => {
        if (size === 4 && offset % 4 === 0) this.#write(offset - OPERATIONAL, value >>> 0);
        else guestError('ehci: a write that is not of 32 bits, at', offset);
      },
    });
    return new PciFunction({
      ...{ name: 'ehci function', device, function: 0, ...Pci },
      interruptPin: 4,
      bars: [{ index: 0, space: 'memory', size: MEMORY_BYTES, range: registerRange(mmio, registers) }],
      registers: [
        { offset: RELEASE_REGISTER, size: 2, value: RELEASE },
        { offset: Legacy.support, size: 4, value: Legacy.initial, writable: Legacy.owners },
        { offset: Legacy.control, size: 4, value: Legacy.controlInitial },
      ],
      // It may have become a bus master.
      written: () => this.#touched(),
    });
  }

  reset(): void {
    const { ports } = this.#state;
    Object.assign(this.#state, ehciState.create(), { ports });
    this.#hub.reset();
    if (this.usbBus.devices.some((device) => device !== null)) this.#state.status |= Status.portChange;
    this.#pass.disarm();
    this.#rollover.disarm();
    this.#alarm.set([]);
    this.#drive();
  }

  get #isRunning(): boolean {
    return (this.#state.command & Command.run) !== 0;
  }

  get #hasSchedule(): boolean {
    const isWanted = (this.#state.status & (Status.periodic | Status.async)) !== 0;
    return isWanted && isBusMaster(this.pciFunction);
  }

  /** Counts the microframes that have passed. */
  #count(): void {
    const state = this.#state;
    if (!this.#isRunning) return;
    const passed = Math.floor((this.#options.clock.now() - state.frameTime) / MICROFRAME_TIME);
    if (passed <= 0) return;
    const index = state.frameIndex + passed;
    if (index > INDEX_MASK) state.status |= Status.rollover;
    state.frameIndex = index & INDEX_MASK;
    state.frameTime += passed * MICROFRAME_TIME;
  }

  #rolledOver(): void {
    this.#count();
    this.#awaitRollover();
    this.#drive();
  }

  #awaitRollover(): void {
    const { interruptEnable, frameIndex, frameTime } = this.#state;
    const isWanted = this.#isRunning && (interruptEnable & Status.rollover) !== 0;
    this.#rollover.arm(isWanted ? frameTime + (INDEX_MASK + 1 - frameIndex) * MICROFRAME_TIME : Infinity);
  }

  /** Something may have changed: the schedules are looked at in the next microframe. */
  #touched(): void {
    this.#alarm.set([]);
    const next = this.#options.clock.now() + MICROFRAME_TIME;
    if (!this.#hasSchedule) this.#pass.disarm();
    else if (this.#pass.deadline > next) this.#pass.arm(next);
  }

  #runPass(): void {
    const { status, periodicList, asyncList } = this.#state;
    if (!this.#hasSchedule) return;
    this.#schedule.forget();
    const pass = new Pass(this.#schedule, (address) => this.#hub.find(address));
    if ((status & Status.periodic) !== 0) pass.periodic(periodicList);
    // The register has the address alone.
    if ((status & Status.async) !== 0) pass.follow(asyncList | 2);
    const { hasMoved, completed, error, lost } = pass.result;
    if (lost) this.#fail();
    else if (hasMoved) this.#touched();
    else if (this.#pass.deadline === Infinity) this.#alarm.set([...this.#schedule.pages]);
    this.#raise((completed ? Status.interrupt : 0) | (error ? Status.error : 0));
  }

  /** A schedule is where no memory is. */
  #fail(): void {
    this.#options.guestError('ehci: it stops for a system error, status', this.#state.status);
    this.#state.command &= ~Command.run;
    this.#state.status |= Status.systemError;
    this.#follow();
  }

  #raise(bits: number): void {
    this.#state.status |= bits;
    this.#drive();
  }

  #drive(): void {
    const { status, interruptEnable } = this.#state;
    this.#options.irq.set((status & interruptEnable & Status.clearable) !== 0);
  }

  #read(offset: number, size: number): number {
    return partOfWord(this.#readWord(offset & ~3), offset, size);
  }

  #readWord(offset: number): number {
    if (offset < OPERATIONAL) return (capabilityWords[offset / 4] ?? 0) >>> 0;
    const state = this.#state;
    const register = offset - OPERATIONAL;
    const port = (register - Register.firstPort) / 4;
    if (port >= 0) return port < PORTS ? this.#hub.read(port) : 0;
    switch (register) {
      case Register.command:
        return state.command;
      case Register.status:
        this.#count();
        return state.status;
      case Register.interruptEnable:
        return state.interruptEnable;
      case Register.frameIndex:
        this.#count();
        return state.frameIndex;
      case Register.periodicList:
        return state.periodicList;
      case Register.asyncList:
        return state.asyncList;
      default:
        return register === Register.configured ? state.configured : 0;
    }
  }

  #write(register: number, value: number): void {
    const state = this.#state;
    const port = (register - Register.firstPort) / 4;
    if (port >= 0) {
      if (port < PORTS) this.#hub.write(port, value);
    } else if (register === Register.command) this.#writeCommand(value);
    else if (register === Register.status) this.#clearStatus(value);
    else if (register === Register.interruptEnable) this.#enable(value);
    else if (register === Register.frameIndex) this.#setIndex(value);
    else if (register === Register.periodicList) state.periodicList = (value & ~0xfff) >>> 0;
    else if (register === Register.asyncList) state.asyncList = (value & ~0x1f) >>> 0;
    else if (register === Register.configured) state.configured = value & 1;
    this.#drive();
    this.#touched();
  }

  #clearStatus(value: number): void {
    this.#count();
    this.#state.status &= ~(value & Status.clearable);
  }

  #enable(value: number): void {
    this.#count();
    this.#state.interruptEnable = value & Status.clearable;
    this.#awaitRollover();
  }

  /** Only while it stands still, and to the begin of a frame (2.3.4). */
  #setIndex(value: number): void {
    if (!this.#isRunning) this.#state.frameIndex = value & INDEX_MASK & ~7;
  }

  #writeCommand(value: number): void {
    const state = this.#state;
    if ((value & Command.reset) !== 0) {
      this.reset();
      return;
    }
    this.#count();
    if ((value & ~state.command & Command.run) !== 0) state.frameTime = this.#options.clock.now();
    state.command = value & Command.kept;
    this.#follow();
    // Between two passes nothing of the list is in mind.
    if ((value & Command.doorbell) !== 0 && this.#isRunning) this.#raise(Status.advanced);
  }

  /** The status says at once what the command wants. */
  #follow(): void {
    const state = this.#state;
    const { command } = state;
    const runs = (command & Command.run) !== 0;
    const schedules =
      (runs && (command & Command.periodic) !== 0 ? Status.periodic : 0) |
      (runs && (command & Command.async) !== 0 ? Status.async : 0);
    state.status &= ~(Status.halted | Status.periodic | Status.async);
    state.status |= schedules | (runs ? 0 : Status.halted);
    this.#awaitRollover();
  }
}
