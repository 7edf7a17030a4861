import type { DebugStop, Watchpoint } from './machine-core.ts';
import type { Debug } from './machine-types.ts';
import type { IcountOptions } from './recording/options.ts';

/** Where a way back ends, if it comes there. Addresses are linear. */
export interface StopPlaces {
  /** Instructions that are about to run. */
  readonly breakpoints?: readonly number[];
  /** Bytes that are about to be accessed. */
  readonly watchpoints?: readonly Watchpoint[];
}

/** What a machine's run is kept in, or comes from. */
export interface RecordedRun {
  /** Whether it is recorded or replayed. */
  readonly mode: 'record' | 'play';
  /** The recording's file; undefined: it was given as bytes. */
  readonly file: string | undefined;
}

/** What a machine's history needs of the machine. */
interface HistoryMachine {
  readonly debug: Debug;
  start(): Promise<void>;
  pause(): Promise<void>;
  once(name: 'debug', listener: (stop: DebugStop) => void): unknown;
  readonly exited: Promise<unknown>;
}

/**
 * A machine's past, for machines with MachineOptions.icount that are not recorded: all of a replay, else as far back as nothing has
 * entered the machine since `keep()` (docs/debugging.md). All calls but `keep` and `drop` reject where no history is kept.
 */
export class MachineHistory {
  /** The recording that is written, or replayed; null: there is none. */
  readonly recording: RecordedRun | null;
  readonly #machine: HistoryMachine;

  /** @internal */
  constructor(machine: HistoryMachine, { record, replay }: Partial<IcountOptions> = {}) {
    this.#machine = machine;
    if (record !== undefined) this.recording = { mode: 'record', file: record };
    else
      this.recording =
        replay === undefined ? null : { mode: 'play', file: typeof replay === 'string' ? replay : undefined };
  }

  /**
   * Pauses the machine, and keeps its history from now on.
   * @throws Error if its instructions are not counted, or it is recorded
   */
  async keep(): Promise<void> {
    await this.#machine.pause();
    if (!(await this.#machine.debug('keepHistory', true)))
      throw new Error('the history of this machine cannot be kept: give it icount, and no recording to write');
  }

  /** Keeps it no longer. */
  async drop(): Promise<void> {
    await this.#machine.debug('keepHistory', false);
  }

  /**
   * Goes to where so many instructions have run (Metrics.instructions tells where it is), backwards or forwards; one before the
   * history is where that begins.
   */
  async seek(instructions: number): Promise<DebugStop> {
    await this.#machine.debug('seek', instructions);
    return await this.#stop();
  }

  /**
   * Goes to where so many instructions of a replay have run, backwards or forwards, or to its end if that comes before.
   * @throws Error if the machine replays nothing
   */
  async seekInReplay(instructions: number): Promise<DebugStop> {
    if (this.recording?.mode !== 'play') throw new Error('replay must be enabled to seek');
    await this.keep();
    const stop = await this.seek(instructions);
    await this.drop();
    return stop;
  }

  /** Goes back by one instruction. */
  async stepBack(): Promise<DebugStop> {
    await this.#machine.debug('goBack', 'step');
    return await this.#stop();
  }

  /** Goes back to the last of these places; without one, to where the history begins (`{ reason: 'recording', at: 'begin' }`). */
  async continueBack(places: StopPlaces): Promise<DebugStop> {
    return await this.#with(places, () => this.#machine.debug('goBack', 'stop'));
  }

  /** Runs the machine on until it comes to one of these places, or is about to end. */
  async continue(places: StopPlaces): Promise<DebugStop> {
    return await this.#with(places, () => this.#machine.debug('setStepping', false));
  }

  async #with({ breakpoints = [], watchpoints = [] }: StopPlaces, prepare: () => Promise<void>): Promise<DebugStop> {
    const { debug } = this.#machine;
    await debug('setBreakpoints', breakpoints);
    await debug('setWatchpoints', watchpoints);
    await prepare();
    const stop = await this.#stop();
    await debug('setBreakpoints', []);
    await debug('setWatchpoints', []);
    return stop;
  }

  /** Lets the machine go; why it stands still again. */
  async #stop(): Promise<DebugStop> {
    const stopped = new Promise<DebugStop>((resolve) => this.#machine.once('debug', resolve));
    await this.#machine.start();
    const ended = this.#machine.exited.then(() => Promise.reject(new Error('the machine has ended')));
    return await Promise.race([stopped, ended]);
  }
}
