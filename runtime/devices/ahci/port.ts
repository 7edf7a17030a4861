import type { Drive } from '../../ata/drive.ts';
import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { Component, StateOf } from '../../snapshot/describe.ts';
import { CommandList } from './command-list.ts';
import { ReceivedFises } from './received.ts';
import {
  Alignment,
  Detection,
  INTERRUPTS,
  LinkStatus,
  NO_SIGNATURE,
  NO_TASK_FILE,
  PortCommand,
  PortRegister,
} from './registers.ts';
import { portState } from './state.ts';

export interface PortOptions {
  /** Names its state. */
  readonly name: string;
  readonly memory: BusMemory;
  readonly guestError: ReportGuestError;
  /** The drive at it, which has its commands from there. Null: none. */
  readonly drive: ((list: CommandList) => Drive) | null;
  /** It has a new interrupt, or one less. */
  readonly changed: () => void;
}

/** A port: its registers, and the drive at it. */
export class AhciPort {
  readonly component: Component;
  /** The drive at it; null: none. */
  readonly drive: Drive | null;
  readonly #state: StateOf<typeof portState> = portState.create();
  readonly #received: ReceivedFises;
  readonly #list: CommandList;
  readonly #changed: () => void;

  constructor({ name, memory, guestError, drive, changed }: PortOptions) {
    const state = this.#state;
    this.#changed = changed;
    this.#received = new ReceivedFises(state, memory, changed);
    this.#list = new CommandList({ state, memory, received: this.#received, guestError });
    this.drive = drive === null ? null : drive(this.#list);
    this.#list.drive = this.drive;
    this.component = portState.bind(name, state, { restored: () => this.#list.restored() });
  }

  /** It has an interrupt that the driver wants. */
  get interrupts(): boolean {
    const { interruptStatus, interruptEnable } = this.#state;
    return (interruptStatus & interruptEnable) !== 0;
  }

  /** Power on and hard reset. */
  reset(): void {
    Object.assign(this.#state, portState.create());
    this.#resetLink();
  }

  /** A reset by GHC: the places in memory stay (10.4.3). */
  resetByHost(): void {
    const { commandList, commandListUpper, received, receivedUpper } = this.#state;
    Object.assign(this.#state, portState.create(), { commandList, commandListUpper, received, receivedUpper });
    this.#resetLink();
  }

  /** COMRESET: resets the drive (10.4.2). */
  #resetLink(): void {
    const fresh = { taskFile: NO_TASK_FILE, signature: NO_SIGNATURE, signatureWaits: true, isHeld: false };
    Object.assign(this.#state, fresh, { active: 0, issue: 0 });
    this.#list.clear();
    if (this.drive === null) return;
    this.drive.reset();
    this.#received.signature(this.drive.taskFile);
  }

  /** Unsigned, of 32 bits. */
  read(register: number): number {
    const state = this.#state;
    this.drive?.port.polled();
    switch (register) {
      case PortRegister.command:
        return (state.command | (state.lastSlot << PortCommand.slotShift)) >>> 0;
      case PortRegister.status:
        return this.#linkStatus;
      default:
        return register in plainRegisters ? state[plainRegisters[register]] : 0;
    }
  }

  get #linkStatus(): number {
    const detection = this.#state.control & Detection.mask;
    if (detection === Detection.offLine) return LinkStatus.offLine;
    return this.drive === null || detection === Detection.reset ? LinkStatus.none : LinkStatus.active;
  }

  write(register: number, value: number): void {
    this.#writers[register]?.(value);
  }

  readonly #writers: Readonly<Record<number, (value: number) => void>> = {
    [PortRegister.commandList]: (value) => {
      this.#state.commandList = (value & -Alignment.commandList) >>> 0;
    },
    [PortRegister.commandListUpper]: (value) => {
      this.#state.commandListUpper = value;
    },
    [PortRegister.received]: (value) => {
      this.#state.received = (value & -Alignment.received) >>> 0;
    },
    [PortRegister.receivedUpper]: (value) => {
      this.#state.receivedUpper = value;
    },
    [PortRegister.interruptStatus]: (value) => {
      this.#state.interruptStatus = (this.#state.interruptStatus & ~value) >>> 0;
      this.#changed();
    },
    [PortRegister.interruptEnable]: (value) => {
      this.#state.interruptEnable = (value & INTERRUPTS) >>> 0;
      this.#changed();
    },
    [PortRegister.command]: (value) => this.#writeCommand(value),
    [PortRegister.control]: (value) => this.#writeControl(value),
    [PortRegister.error]: (value) => {
      this.#state.error = (this.#state.error & ~value) >>> 0;
    },
    // Ones are set, and the drive clears them.
    [PortRegister.active]: (value) => {
      if (this.#runs) this.#state.active = (this.#state.active | value) >>> 0;
    },
    [PortRegister.issue]: (value) => {
      if (!this.#runs) return;
      this.#state.issue = (this.#state.issue | value) >>> 0;
      this.#list.run();
    },
  };

  get #runs(): boolean {
    return (this.#state.command & PortCommand.runs) !== 0;
  }

  /** The bits for "running" follow those for "start" at once, in both directions (10.3). */
  #writeCommand(value: number): void {
    const state = this.#state;
    const wasRunning = this.#runs;
    const running = (value & PortCommand.start) === 0 ? 0 : PortCommand.runs;
    const receiving = (value & PortCommand.receive) === 0 ? 0 : PortCommand.receives;
    state.command = (value & PortCommand.writable) | running | receiving;
    if (this.drive !== null) this.#received.signature(this.drive.taskFile);
    if (wasRunning === this.#runs) return;
    if (this.#runs) Object.assign(state, { halted: false });
    else this.#stop();
  }

  /** Nothing that is under way reaches the guest's memory any more. */
  #stop(): void {
    Object.assign(this.#state, { issue: 0, active: 0 });
    this.drive?.queue?.abandon();
    this.#list.clear();
  }

  #writeControl(value: number): void {
    const was = this.#state.control & Detection.mask;
    const detection = value & Detection.mask;
    this.#state.control = value;
    if (was === Detection.reset && detection === Detection.none) this.#resetLink();
  }
}

/** Registers that are read as they are kept. */
const plainRegisters: Readonly<
  Record<number, Exclude<keyof StateOf<typeof portState>, 'signatureWaits' | 'isHeld' | 'halted'>>
> = {
  [PortRegister.commandList]: 'commandList',
  [PortRegister.commandListUpper]: 'commandListUpper',
  [PortRegister.received]: 'received',
  [PortRegister.receivedUpper]: 'receivedUpper',
  [PortRegister.interruptStatus]: 'interruptStatus',
  [PortRegister.interruptEnable]: 'interruptEnable',
  [PortRegister.taskFile]: 'taskFile',
  [PortRegister.signature]: 'signature',
  [PortRegister.control]: 'control',
  [PortRegister.error]: 'error',
  [PortRegister.active]: 'active',
  [PortRegister.issue]: 'issue',
};
