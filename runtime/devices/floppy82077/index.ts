import type { DmaChannel } from '../../bus/dma.ts';
import type { IrqLine } from '../../bus/irq.ts';
import type { PortBus } from '../../bus/ports.ts';
import type { BlockPort } from '../../host/block.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { commandForm } from './commands.ts';
import { FloppyDrive } from './drive.ts';
import {
  BASE,
  Code,
  Configuration,
  DataRateSelect,
  DISK_CHANGED,
  DigitalOutput,
  DRIVES,
  MainStatus,
  Modifier,
  Perpendicular,
  Register,
  SIZE_CODE,
  Status0,
  Status3,
  Unit,
  VERSION,
} from './registers.ts';
import { type FloppyState, floppyState, Phase } from './state.ts';
import { Transfer } from './transfer.ts';

export interface FloppyOptions {
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** IRQ 6. */
  readonly irq: IrqLine;
  /** DMA channel 2. */
  readonly dma: DmaChannel;
  /** Drives A and B; null or none: there is no drive. */
  readonly drives: readonly (BlockPort | null)[];
}

/** Nanoseconds from the end of a reset to its interrupt, and those that a seek takes: some, and some for each cylinder. */
const RESET_TIME = 50_000;
const SEEK_TIME = 200_000;
const STEP_TIME = 20_000;

/** An Intel 82077AA floppy disk controller at the ports of a PC. Disks turn and heads move faster than real ones. */
export class Floppy82077 {
  readonly component: Component;
  readonly #state = floppyState.create();
  readonly #clock: Clock;
  readonly #irq: IrqLine;
  readonly #drives: readonly FloppyDrive[];
  readonly #transfer: Transfer;
  readonly #resetEnd: Timer;
  readonly #seeks: readonly Timer[];

  constructor({ ports, clock, events, irq, dma, drives }: FloppyOptions) {
    this.#clock = clock;
    this.#irq = irq;
    const state = this.#state;
    this.#drives = state.drives.map((drive, unit) => new FloppyDrive(drive, drives[unit] ?? null));
    this.#transfer = new Transfer({
      ...{ state, drives: this.#drives, dma, clock, events },
      request: () => this.#pulse(),
      finished: (...status) => this.#transferred(...status),
    });
    this.#resetEnd = events.timer('floppy reset', () => this.#ready());
    this.#seeks = this.#drives.map((drive, unit) =>
      events.timer(`floppy seek ${unit}`, () => this.#sought(drive, unit)),
    );
    this.component = floppyState.bind('floppy', state, { restored: () => this.#transfer.restored() });
    for (const [first, count] of [
      [Register.digitalOutput, 4],
      [Register.digitalInput, 1],
    ]) {
      ports.register({
        name: 'floppy',
        first: BASE + first,
        count,
        read: (port) => this.#read(port - BASE),
        write: (port, _size, value) => this.#write(port - BASE, value),
      });
    }
    this.reset();
  }

  /** The reset pin: DOR holds the controller in reset until it is written. */
  reset(): void {
    const { drives, transfer } = this.#state;
    this.#stop();
    Object.assign(this.#state, floppyState.create(), { drives, transfer });
    for (const { state } of this.#drives) Object.assign(state, { cylinder: 0, target: 0, seekStatus: 0 });
    this.#driveInterrupt();
  }

  #read(register: number): number {
    switch (register) {
      case Register.digitalOutput:
        return this.#state.digitalOutput;
      case Register.tapeDrive:
        return this.#state.tapeDrive;
      case Register.mainStatus:
        return this.#mainStatus();
      case Register.data:
        return this.#readData();
      default:
        return this.#drives[this.#state.digitalOutput & DigitalOutput.drive].state.changed ? DISK_CHANGED : 0;
    }
  }

  #write(register: number, value: number): void {
    switch (register) {
      case Register.digitalOutput:
        this.#writeDigitalOutput(value);
        break;
      case Register.tapeDrive:
        this.#state.tapeDrive = value & 3;
        break;
      case Register.mainStatus:
        this.#writeDataRateSelect(value);
        break;
      case Register.data:
        this.#writeData(value);
        break;
      default:
        this.#state.rate = value & DataRateSelect.rate;
    }
  }

  get #isReset(): boolean {
    return (this.#state.digitalOutput & DigitalOutput.notReset) === 0;
  }

  #writeDigitalOutput(value: number): void {
    const wasReset = this.#isReset;
    this.#state.digitalOutput = value;
    if (this.#isReset) this.#softwareReset();
    else if (wasReset) this.#resetEnd.arm(this.#clock.now() + RESET_TIME);
    this.#driveInterrupt();
  }

  /** Bit 7 resets and goes back by itself. */
  #writeDataRateSelect(value: number): void {
    this.#state.rate = value & DataRateSelect.rate;
    if ((value & DataRateSelect.reset) === 0 || this.#isReset) return;
    this.#softwareReset();
    this.#resetEnd.arm(this.#clock.now() + RESET_TIME);
  }

  /** Drops the command in progress. The rate and SPECIFY stay, and so does the FIFO if it is locked (data sheet, table 5-9). */
  #softwareReset(): void {
    this.#stop();
    const state = this.#state;
    const initial = floppyState.create();
    Object.assign(state, { phase: Phase.command, received: 0, interrupt: false, readyChanges: 0 });
    state.perpendicular &= Perpendicular.drives;
    if (!state.locked) {
      state.configuration = initial.configuration;
      state.precompensation = initial.precompensation;
    }
    for (const drive of this.#drives) Object.assign(drive.state, { cylinder: 0, target: 0, seekStatus: 0 });
    this.#driveInterrupt();
  }

  #stop(): void {
    this.#transfer.cancel();
    this.#resetEnd.disarm();
    for (const timer of this.#seeks) timer.disarm();
    this.#state.result.clear();
  }

  /** After a reset polling finds that all drives have changed from not ready to ready. */
  #ready(): void {
    if ((this.#state.configuration & Configuration.pollingOff) !== 0) return;
    this.#state.readyChanges = DRIVES;
    this.#interrupt(true);
  }

  #interrupt(level: boolean): void {
    this.#state.interrupt = level;
    this.#driveInterrupt();
  }

  /** A new edge for each byte. */
  #pulse(): void {
    this.#interrupt(false);
    this.#interrupt(true);
  }

  #driveInterrupt(): void {
    const { interrupt, digitalOutput } = this.#state;
    this.#irq.set(interrupt && (digitalOutput & DigitalOutput.interruptsAndDma) !== 0);
  }

  #mainStatus(): number {
    if (this.#isReset || this.#resetEnd.deadline !== Infinity) return 0;
    this.#drives[this.#unit].polled();
    const seeking = this.#seeks.reduce((bits, { deadline }, unit) => bits | (deadline === Infinity ? 0 : 1 << unit), 0);
    return seeking | this.#phaseStatus();
  }

  #phaseStatus(): number {
    const { request, toHost, busy, nonDma } = MainStatus;
    const { phase, received } = this.#state;
    if (phase === Phase.command) return received === 0 ? request : request | busy;
    if (phase === Phase.result) return request | toHost | busy;
    if (!this.#transfer.wantsGuest) return busy;
    return request | nonDma | busy | (this.#transfer.givesGuest ? toHost : 0);
  }

  #readData(): number {
    const state = this.#state;
    if (state.phase === Phase.execution && this.#transfer.wantsGuest && this.#transfer.givesGuest) {
      this.#interrupt(false);
      return this.#transfer.readByte();
    }
    if (state.phase !== Phase.result) return 0;
    this.#interrupt(false);
    const byte = state.result.shift() ?? 0;
    if (state.result.length === 0) this.#resultTaken();
    return byte;
  }

  /** A seek that ended meanwhile, or another drive's, interrupts again. */
  #resultTaken(): void {
    this.#awaitCommand();
    if (this.#state.drives.some(({ seekStatus }) => seekStatus !== 0)) this.#pulse();
  }

  #awaitCommand(): void {
    this.#state.phase = Phase.command;
    this.#state.received = 0;
  }

  #writeData(value: number): void {
    const state = this.#state;
    if (this.#isReset) return;
    if (state.phase === Phase.execution && this.#transfer.wantsGuest && !this.#transfer.givesGuest) {
      this.#interrupt(false);
      this.#transfer.writeByte(value);
      return;
    }
    if (state.phase !== Phase.command) return;
    state.command[state.received++] = value;
    const form = commandForm(state.command[0]);
    if (form === undefined) this.#answer(Status0.invalid);
    else if (state.received === form.length) this.#execute(form.code);
  }

  #answer(...bytes: number[]): void {
    this.#state.result.clear();
    this.#state.result.push(bytes);
    this.#state.phase = Phase.result;
  }

  #execute(code: number): void {
    const simple = this.#simpleCommands[code];
    if (simple === undefined) this.#beginTransfer(code);
    else simple();
  }

  get #unit(): number {
    return this.#state.command[1] & Unit.drive;
  }

  get #headBit(): number {
    return this.#state.command[1] & Unit.head;
  }

  /** The heads of a drive that is seeking must stand first. */
  #beginTransfer(code: number): void {
    const state = this.#state;
    const { deadline } = this.#seeks[this.#unit];
    state.phase = Phase.execution;
    state.lastSector = code === Code.format ? state.command[3] : state.command[6];
    this.#transfer.begin(deadline === Infinity ? 0 : deadline - this.#clock.now());
  }

  #transferred(status0: number, status1: number, status2: number): void {
    const { cylinder, head, sector, side } = this.#state.transfer;
    this.#answer(
      status0 | this.#unit | (side === 0 ? 0 : Unit.head),
      status1,
      status2,
      cylinder,
      head,
      sector,
      SIZE_CODE,
    );
    this.#pulse();
  }

  /** Commands that are done at once, or that only move heads. */
  readonly #simpleCommands: Readonly<Record<number, () => void>> = {
    [Code.specify]: () => this.#set({ specified: this.#state.command.slice(1, 3) }),
    [Code.senseDrive]: () => this.#senseDrive(),
    [Code.recalibrate]: () => this.#seek(0),
    [Code.senseInterrupt]: () => this.#senseInterrupt(),
    [Code.dumpRegisters]: () => this.#dumpRegisters(),
    [Code.seek]: () => this.#seek(this.#seekTarget()),
    [Code.version]: () => this.#answer(VERSION),
    [Code.perpendicular]: () => this.#setPerpendicular(this.#state.command[1]),
    [Code.configure]: () =>
      this.#set({ configuration: this.#state.command[2], precompensation: this.#state.command[3] }),
    [Code.lock]: () => this.#lock((this.#state.command[0] & Modifier.lock) !== 0),
  };

  /** A command without result. */
  #set(change: Partial<FloppyState>): void {
    Object.assign(this.#state, change);
    this.#awaitCommand();
  }

  #senseDrive(): void {
    this.#answer(this.#unit | this.#headBit | Status3.always | this.#drives[this.#unit].status);
  }

  #lock(locked: boolean): void {
    this.#state.locked = locked;
    this.#answer(locked ? 0x10 : 0);
  }

  #setPerpendicular(value: number): void {
    const { overwrite, drives, modes } = Perpendicular;
    const kept = (value & overwrite) === 0 ? this.#state.perpendicular & drives : value & drives;
    this.#set({ perpendicular: kept | (value & modes) });
  }

  #dumpRegisters(): void {
    const { drives, specified, lastSector, locked, perpendicular, configuration, precompensation } = this.#state;
    const cylinders = drives.map(({ cylinder }) => cylinder);
    const modes = (locked ? 0x80 : 0) | perpendicular;
    this.#answer(...cylinders, ...specified, lastSector, modes, configuration, precompensation);
  }

  #seekTarget(): number {
    const [first, , distance] = this.#state.command;
    if ((first & Modifier.relative) === 0) return distance;
    const { cylinder } = this.#drives[this.#unit].state;
    return Math.max(0, Math.min(0xff, cylinder + ((first & Modifier.inwards) !== 0 ? distance : -distance)));
  }

  /** The drive moves its heads while other commands are taken. */
  #seek(target: number): void {
    const { state } = this.#drives[this.#unit];
    state.target = target;
    state.seekStatus = 0;
    const steps = Math.abs(target - state.cylinder);
    this.#seeks[this.#unit].arm(this.#clock.now() + SEEK_TIME + steps * STEP_TIME);
    this.#awaitCommand();
  }

  /** Without a drive nobody tells that track 0 is reached. */
  #sought(drive: FloppyDrive, unit: number): void {
    const { state, isPresent } = drive;
    const isLost = !isPresent && state.target === 0;
    drive.moveTo(state.target);
    state.seekStatus = Status0.seekEnd | unit | (isLost ? Status0.abnormal | Status0.equipmentCheck : 0);
    this.#pulse();
  }

  /** Answers SENSE INTERRUPT for one drive that has interrupted; with an error if none has. */
  #senseInterrupt(): void {
    const state = this.#state;
    const sought = state.drives.find(({ seekStatus }) => seekStatus !== 0);
    this.#interrupt(false);
    if (state.readyChanges > 0) {
      const unit = DRIVES - state.readyChanges--;
      this.#answer(Status0.readyChanged | unit, state.drives[unit].cylinder);
    } else if (sought) {
      this.#answer(sought.seekStatus, sought.cylinder);
      sought.seekStatus = 0;
    } else this.#answer(Status0.invalid);
  }
}
