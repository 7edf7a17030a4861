import type { CommandRing } from './command-ring.ts';
import { Command, Operational, PAGE_SIZE, Status } from './registers.ts';
import type { XhciState } from './state.ts';

export interface OperationalOptions {
  readonly state: XhciState;
  readonly commands: CommandRing;
  readonly reset: () => void;
  readonly started: () => void;
}

/** The operational registers (5.4), without those of the ports. */
export class OperationalRegisters {
  readonly #options: OperationalOptions;

  constructor(options: OperationalOptions) {
    this.#options = options;
  }

  read(offset: number): number {
    const { state, commands } = this.#options;
    switch (offset) {
      case Operational.command:
        return state.command;
      case Operational.status:
        return state.status;
      case Operational.pageSize:
        return PAGE_SIZE;
      case Operational.notifications:
        return state.notifications;
      case Operational.commandRing:
        return commands.control;
      case Operational.contexts:
        return state.contexts;
      case Operational.contextsHigh:
        return state.contextsHigh;
      case Operational.configure:
        return state.configure;
      default:
        return 0;
    }
  }

  write(offset: number, value: number): void {
    const { state, commands } = this.#options;
    switch (offset) {
      case Operational.command:
        this.#command(value);
        break;
      case Operational.status:
        state.status &= ~(value & Status.clearable);
        break;
      case Operational.notifications:
        state.notifications = value & 0xffff;
        break;
      case Operational.commandRing:
        commands.writeLow(value);
        break;
      case Operational.commandRingHigh:
        commands.writeHigh(value);
        break;
      case Operational.contexts:
        state.contexts = (value & 0xffffffc0) >>> 0;
        break;
      case Operational.contextsHigh:
        state.contextsHigh = value;
        break;
      case Operational.configure:
        state.configure = value & 0xff;
        break;
    }
  }

  #command(value: number): void {
    const { state, reset, started, commands } = this.#options;
    if ((value & Command.reset) !== 0) {
      reset();
      return;
    }
    const before = state.command;
    state.command = value & Command.kept;
    // Nothing is saved, so nothing can be restored: the driver starts over.
    if ((value & Command.save) !== 0) state.status &= ~Status.saveRestoreError;
    if ((value & Command.restore) !== 0) state.status |= Status.saveRestoreError;
    const isRunning = (value & Command.run) !== 0;
    if (isRunning === ((before & Command.run) !== 0)) return;
    if (isRunning) {
      state.status &= ~Status.halted;
      started();
    } else {
      state.status |= Status.halted;
      commands.halt();
    }
  }
}
