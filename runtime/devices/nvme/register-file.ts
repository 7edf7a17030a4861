import type { BlockDone } from '../../host/block.ts';
import { longOf } from '../../memory/long.ts';
import type { Queues } from './queues.ts';
import {
  CAPABILITIES,
  CAPABILITIES_HIGH,
  Configuration,
  EntryShift,
  MOST_PAGE_SHIFT,
  Register,
  Status,
  VERSION,
} from './registers.ts';
import type { ControllerState } from './state.ts';

/** The parts of the controller that the registers act on. */
export interface RegistersSide {
  readonly queues: Queues;
  flush(done: BlockDone): void;
  /** Resets the controller. */
  reset(): void;
  /** Other interrupts are masked. */
  masked(): void;
  fail(what: string, value: number): void;
}

const field = (value: number, { shift, mask }: { shift: number; mask: number }): number => (value >>> shift) & mask;

/** The controller's registers (3.1), without doorbells. */
export class Registers {
  readonly #state: ControllerState;
  readonly #side: RegistersSide;

  constructor(state: ControllerState, side: RegistersSide) {
    this.#state = state;
    this.#side = side;
  }

  /** Whether commands are done. */
  get isRunning(): boolean {
    return (this.#state.status & (Status.ready | Status.fatal)) === Status.ready;
  }

  get pageBytes(): number {
    return 4096 << field(this.#state.configuration, Configuration.pageSize);
  }

  /** Nothing works any more before a reset. */
  fail(): void {
    this.#state.status |= Status.fatal;
  }

  /** The host knows nothing of a shutdown that is under way: from the start. */
  restart(): void {
    if ((this.#state.status & Status.shutdownUnderWay) !== 0) this.#shutDown();
  }

  read(offset: number): number {
    const state = this.#state;
    switch (offset) {
      case Register.capabilities:
        return CAPABILITIES;
      case Register.capabilitiesHigh:
        return CAPABILITIES_HIGH;
      case Register.version:
        return VERSION;
      case Register.interruptMaskSet:
      case Register.interruptMaskClear:
        return state.interruptMask;
      case Register.configuration:
        return state.configuration;
      case Register.status:
        return state.status;
      case Register.adminQueues:
        return state.adminQueues;
      default:
        return state.adminAddresses[addressIndex(offset)] ?? 0;
    }
  }

  /** False: it cannot be written. */
  write(offset: number, value: number): boolean {
    const state = this.#state;
    switch (offset) {
      case Register.interruptMaskSet:
        this.#mask(state.interruptMask | value);
        return true;
      case Register.interruptMaskClear:
        this.#mask(state.interruptMask & ~value);
        return true;
      case Register.configuration:
        this.#configure(value);
        return true;
      case Register.adminQueues:
        state.adminQueues = value;
        return true;
      default:
        if (state.adminAddresses[addressIndex(offset)] === undefined) return false;
        state.adminAddresses[addressIndex(offset)] = value;
        return true;
    }
  }

  #mask(mask: number): void {
    this.#state.interruptMask = mask >>> 0;
    this.#side.masked();
  }

  #configure(value: number): void {
    const state = this.#state;
    const before = state.configuration;
    state.configuration = value;
    const [was, is] = [before & Configuration.enable, value & Configuration.enable];
    if (was && !is) {
      state.status &= ~(Status.ready | Status.fatal);
      state.interruptMask = 0;
      this.#side.reset();
      // What was flushed for a shutdown is forgotten with all else.
      this.restart();
    }
    if (is && !was) this.#enable();
    const [wasDown, isDown] = [before, value].map((one) => field(one, Configuration.shutdown) !== 0);
    if (isDown && !wasDown) this.#shutDown();
    else if (!isDown && wasDown) state.status &= ~(Status.shutdownUnderWay | Status.shutdownDone);
  }

  #enable(): void {
    const problem = this.#problem();
    if (problem !== null) {
      this.#side.fail(problem, this.#state.configuration);
      return;
    }
    const { adminQueues } = this.#state;
    const [submission, completion] = [this.#address(0), this.#address(1)];
    const { queues } = this.#side;
    queues.createSubmission(0, { entries: (adminQueues & 0xfff) + 1, address: submission, completion: 0 });
    const entries = ((adminQueues >>> 16) & 0xfff) + 1;
    queues.createCompletion(0, { entries, address: completion, interrupts: true, vector: 0 });
    this.#state.status |= Status.ready;
  }

  /** Why it cannot be enabled. */
  #problem(): string | null {
    const { configuration, adminQueues } = this.#state;
    const { commandSet, pageSize, submissionSize, completionSize } = Configuration;
    if (field(configuration, commandSet) !== 0) return 'no such command set, CC';
    if (field(configuration, pageSize) > MOST_PAGE_SHIFT) return 'no such size of pages, CC';
    if (field(configuration, submissionSize) !== EntryShift.submission) return 'a command has 64 bytes (IOSQES 6), CC';
    if (field(configuration, completionSize) !== EntryShift.completion)
      return 'a completion has 16 bytes (IOCQES 4), CC';
    if ((adminQueues & 0xfff) === 0 || (adminQueues & 0xfff0000) === 0)
      return "the administrator's queues have less than two entries (AQA), CC";
    if ([0, 1].some((n) => this.#address(n) % this.pageBytes !== 0))
      return "the administrator's queues don't begin with a page (ASQ, ACQ), CC";
    return null;
  }

  #address(queue: number): number {
    const { adminAddresses } = this.#state;
    return longOf(adminAddresses[2 * queue]!, adminAddresses[2 * queue + 1]!);
  }

  /** Flushes the disk before the status says that the shutdown is complete. */
  #shutDown(): void {
    const state = this.#state;
    state.status = (state.status & ~Status.shutdownDone) | Status.shutdownUnderWay;
    this.#side.flush(() => {
      if ((state.status & Status.shutdownUnderWay) === 0) return;
      state.status = (state.status & ~Status.shutdownUnderWay) | Status.shutdownDone;
    });
  }
}

/** Index of one half of ASQ or ACQ among the address words. */
function addressIndex(offset: number): number {
  return (offset - Register.adminSubmission) / 4;
}
