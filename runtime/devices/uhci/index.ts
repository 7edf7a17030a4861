import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { IrqLine } from '../../bus/irq.ts';
import { type AccessSize, allOnes, type PortBus } from '../../bus/ports.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { MakeStoreAlarm, StoreAlarm } from '../../memory/store-alarm.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import type { UsbBus } from '../../usb/bus.ts';
import { functionMemory } from '../pci/bus-master.ts';
import { PciFunction } from '../pci/function.ts';
import { portRange } from '../pci/range.ts';
import { Frame, type FrameResult } from './frame.ts';
import {
  Command,
  Enable,
  FRAME_MASK,
  FRAME_TIME,
  IO_PORTS,
  LEGACY_INITIAL,
  LEGACY_REGISTER,
  LEGACY_WRITABLE,
  LIST_MASK,
  Pci,
  PORTS,
  RELEASE,
  RELEASE_REGISTER,
  Register,
  Status,
} from './registers.ts';
import { RootHub } from './root-hub.ts';
import { Schedule } from './schedule.ts';
import { uhciState } from './state.ts';
import { forecast } from './survey.ts';

export interface UhciOptions {
  readonly ports: PortBus;
  readonly memory: BusMemory;
  /** Where it is on the PCI bus: in the PIIX3 function 2 of its device. */
  readonly place: { readonly device: number; readonly function: number };
  /** The line of INTD#. */
  readonly irq: IrqLine;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly guestError: ReportGuestError;
  readonly storeAlarm: MakeStoreAlarm;
  /** Name of its bus. */
  readonly bus: string;
}

/** Nanoseconds that a frame may be late before it is left out: the host was busy. */
const LATE = 20_000_000;
const sizes: readonly AccessSize[] = [1, 2, 4];

/**
 * The USB host controller of the PIIX3. It doesn't look at the schedule every millisecond: after a frame it
 * looks ahead for the next one that has something to do, and else waits for a store to the schedule, or for a device.
 */
export class Uhci {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly usbBus: UsbBus;
  readonly #options: UhciOptions;
  readonly #state = uhciState.create();
  readonly #hub: RootHub;
  readonly #schedule: Schedule;
  readonly #alarm: StoreAlarm;
  readonly #timer: Timer;

  constructor(options: UhciOptions) {
    this.#options = options;
    const { events, storeAlarm } = options;
    this.#hub = new RootHub({
      ports: this.#state.ports,
      bus: options.bus,
      onReady: () => this.#deviceReady(),
      onResume: () => this.#resumed(),
      onPlug: () => this.#replugged(),
    });
    this.usbBus = this.#hub.bus;
    this.#timer = events.timer('uhci frame', (now, due) => this.#runFrame(now - due > LATE ? now : due));
    this.#alarm = storeAlarm(() => this.#touched());
    this.#schedule = new Schedule(functionMemory(options.memory, () => this.pciFunction));
    this.pciFunction = this.#makeFunction();
    this.component = uhciState.bind('uhci', this.#state, {
      settle: () => this.#countFrames(options.clock.now()),
      restored: () => this.#restored(),
    });
    this.reset();
  }

  #makeFunction(): PciFunction {
    const range = portRange(this.#options.ports, (first) => [
      {
        ...{ name: 'uhci', first, count: IO_PORTS, sizes },
        read: (port, size) => this.#read(port - first, size),
        write: (port, size, value) => this.#write(port - first, size, value),
      },
    ]);
    return new PciFunction({
      name: 'uhci function',
      ...this.#options.place,
      ...Pci,
      interruptPin: 4,
      bars: [{ index: 4, space: 'io', size: IO_PORTS, range }],
      registers: [
        { offset: RELEASE_REGISTER, size: 1, value: RELEASE },
        { offset: LEGACY_REGISTER, size: 2, value: LEGACY_INITIAL, writable: LEGACY_WRITABLE },
      ],
      // It may have become a bus master.
      written: () => this.#touched(),
    });
  }

  reset(): void {
    const { ports } = this.#state;
    Object.assign(this.#state, uhciState.create(), { ports });
    this.#hub.reset();
    this.#rest();
    this.#drive();
  }

  get #isRunning(): boolean {
    return (this.#state.command & Command.run) !== 0;
  }

  /** Nothing is looked at. */
  #rest(): void {
    this.#timer.disarm();
    this.#alarm.set([]);
  }

  /** Counts the frames up to a time: its own begins there, or before it. */
  #countFrames(time: number): void {
    const state = this.#state;
    const frames = Math.floor((time - state.frameTime) / FRAME_TIME);
    if (!this.#isRunning || frames <= 0) return;
    state.frame = (state.frame + frames) & FRAME_MASK;
    state.frameTime += frames * FRAME_TIME;
  }

  #runFrame(time: number): void {
    const state = this.#state;
    this.#alarm.set([]);
    this.#countFrames(time);
    const frame = new Frame(this.#schedule, (address) => this.#hub.find(address));
    frame.run(this.#schedule.entry(state.list, state.frame));
    this.#note(frame.result);
    this.#plan();
  }

  #note({ completed, shortPacket, error, fatal }: FrameResult): void {
    const state = this.#state;
    if (completed) state.completed = true;
    if (shortPacket) state.shortPacket = true;
    if (completed || shortPacket) state.status |= Status.interrupt;
    if (error) state.status |= Status.error;
    if (fatal !== null) {
      this.#options.guestError(`uhci: it stops for a ${fatal} error in frame`, state.frame);
      state.status |= fatal === 'system' ? Status.systemError : Status.processError;
      this.#halt();
    }
    this.#drive();
  }

  #halt(): void {
    this.#state.command &= ~Command.run;
    this.#state.status |= Status.halted;
    this.#rest();
  }

  /** Finds the next frame that has something to do, and watches for what may change that. */
  #plan(): void {
    if (!this.#isRunning) return;
    const find = (address: number) => this.#hub.find(address);
    const { list, frame, frameTime, completed: isTold } = this.#state;
    const { frames, pages } = forecast(this.#schedule, find, { list, frame: frame + 1, isTold });
    this.#alarm.set([...pages]);
    this.#timer.arm(frames === null ? Infinity : frameTime + (frames + 1) * FRAME_TIME);
  }

  /** The schedule may have changed: the next frame looks at it. */
  #touched(): void {
    if (!this.#isRunning) return;
    this.#countFrames(this.#options.clock.now());
    this.#timer.arm(this.#state.frameTime + FRAME_TIME);
  }

  #deviceReady(): void {
    this.#countFrames(this.#options.clock.now());
    this.#plan();
  }

  #resumed(): void {
    const state = this.#state;
    if ((state.command & Command.globalSuspend) === 0) return;
    state.command |= Command.forceResume;
    state.status |= Status.resume;
    this.#drive();
  }

  #replugged(): void {
    this.#resumed();
    this.#touched();
  }

  #restored(): void {
    if (this.#timer.deadline === Infinity) this.#plan();
  }

  /** Registers are words that stand side by side: an access has what of them is in its bytes. */
  #read(offset: number, size: AccessSize): number {
    const low = this.#readWord(offset & ~1);
    const high = size === 4 ? this.#readWord((offset & ~1) + 2) : 0;
    const word = (low | (high << 16)) >>> (8 * (offset & 1));
    return (word & allOnes(size)) >>> 0;
  }

  #readWord(offset: number): number {
    const state = this.#state;
    if (offset >= Register.firstPort) {
      const n = (offset - Register.firstPort) >> 1;
      return n < PORTS ? this.#hub.read(n) : 0;
    }
    switch (offset) {
      case Register.command:
        return state.command;
      case Register.status:
        return state.status;
      case Register.interruptEnable:
        return state.interruptEnable;
      case Register.frame:
        this.#countFrames(this.#options.clock.now());
        return state.frame;
      case Register.listLow:
        return state.list & 0xffff;
      case Register.listHigh:
        return state.list >>> 16;
      default:
        return offset === Register.startOfFrame ? state.startOfFrame : 0;
    }
  }

  #write(offset: number, size: AccessSize, value: number): void {
    if (size === 4) this.#writeWord((offset & ~1) + 2, value >>> 16, 0xffff);
    const shift = 8 * (offset & 1);
    const mask = size === 1 ? 0xff << shift : 0xffff;
    this.#writeWord(offset & ~1, (value << shift) & mask, mask);
    this.#drive();
    this.#touched();
  }

  /** `mask` has the bits that are written. */
  #writeWord(offset: number, value: number, mask: number): void {
    const state = this.#state;
    if (offset >= Register.firstPort) this.#writePort((offset - Register.firstPort) >> 1, value, mask);
    else if (offset === Register.command) this.#writeCommand((state.command & ~mask) | value);
    else if (offset === Register.status) this.#clearStatus(value);
    else if (offset === Register.interruptEnable)
      state.interruptEnable = ((state.interruptEnable & ~mask) | value) & Enable.kept;
    else if (offset === Register.frame) this.#setFrame((state.frame & ~mask) | value);
    else if (offset === Register.startOfFrame) state.startOfFrame = ((state.startOfFrame & ~mask) | value) & 0x7f;
    else this.#writeList(offset === Register.listHigh ? 16 : 0, value, mask);
  }

  #writeList(shift: number, value: number, mask: number): void {
    const state = this.#state;
    state.list = ((state.list & ~(mask << shift)) | (value << shift)) & LIST_MASK;
    state.list >>>= 0;
  }

  #writePort(n: number, value: number, mask: number): void {
    if (n < PORTS) this.#hub.write(n, (this.#state.ports[n]! & ~mask & 0xff55) | value);
  }

  /** Frames can be numbered only while it stands still (2.1.4). */
  #setFrame(value: number): void {
    if (!this.#isRunning) this.#state.frame = value & FRAME_MASK;
  }

  #clearStatus(value: number): void {
    const state = this.#state;
    state.status &= ~(value & Status.clearable);
    if ((value & Status.interrupt) !== 0) Object.assign(state, { completed: false, shortPacket: false });
  }

  #writeCommand(value: number): void {
    const state = this.#state;
    const rising = value & ~state.command;
    if ((value & (Command.hostReset | Command.globalReset)) !== 0) {
      this.reset();
      // The bus stays in its reset until the bit is cleared; the controller's own is over at once.
      state.command = value & Command.globalReset;
      return;
    }
    this.#countFrames(this.#options.clock.now());
    state.command = value & Command.kept;
    if ((rising & Command.run) !== 0) this.#start();
    else if (!this.#isRunning) this.#halt();
  }

  #start(): void {
    this.#state.status &= ~Status.halted;
    this.#state.frameTime = this.#options.clock.now();
  }

  #drive(): void {
    const { status, interruptEnable: enable, completed, shortPacket } = this.#state;
    const complete =
      (completed && (enable & Enable.complete) !== 0) || (shortPacket && (enable & Enable.shortPacket) !== 0);
    const error = (status & Status.error) !== 0 && (enable & Enable.timeout) !== 0;
    const resume = (status & Status.resume) !== 0 && (enable & Enable.resume) !== 0;
    const fatal = (status & (Status.systemError | Status.processError)) !== 0;
    this.#options.irq.set(complete || error || resume || fatal);
  }
}
