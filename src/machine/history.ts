import type { DebugStop, HistoryKeeper, Watchpoint } from '../machine-core.ts';
import type { IcountOptions } from '../options/recording.ts';
import { checkArray, checkNames, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { Debug } from './types.ts';

/** Where a way back ends, if it comes there. Addresses are linear. */
export interface StopPlaces {
  /** Instructions that are about to run. */
  readonly breakpoints?: readonly number[];
  /** Bytes that are about to be accessed. */
  readonly watchpoints?: readonly Watchpoint[];
}

/** The recording that a machine's run is written to, or comes from. */
export interface RecordedRun {
  /** Whether it is recorded or replayed. */
  readonly mode: 'record' | 'play';
  /** The recording's file; undefined: it was given as bytes. */
  readonly file: string | undefined;
}

/** The parts of a machine that its history needs. */
interface HistoryMachine {
  readonly debug: Debug;
  start(): Promise<void>;
  pause(): Promise<void>;
  on(name: 'debug', listener: (stop: DebugStop) => void): unknown;
  on(name: 'paused', listener: () => void): unknown;
  off(name: 'debug', listener: (stop: DebugStop) => void): unknown;
  off(name: 'paused', listener: () => void): unknown;
  readonly exited: Promise<unknown>;
}

/**
 * A machine's past, for machines with MachineOptions.icount that are not recorded: all of a replay, else as far back as nothing has
 * entered the machine since `keep()` (docs/debugging.md). All calls but `keep`, `drop`, `continue`, `seekInReplay`,
 * `breakInReplay` and `withdrawBreak` reject where no history is kept.
 * Those that move the machine pause it first, and reject when somebody pauses it meanwhile, or it comes to a limit: it stays where it has come to then.
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
    await this.#keepFor('program');
  }

  async #keepFor(keeper: HistoryKeeper): Promise<void> {
    await this.#machine.pause();
    if (!(await this.#machine.debug('keepHistory', keeper, true)))
      throw new Error('the history of this machine cannot be kept: give it icount, and no recording to write');
  }

  /** Keeps it no longer. */
  async drop(): Promise<void> {
    await this.#machine.debug('keepHistory', 'program', false);
  }

  /**
   * Goes to where so many instructions have run (Metrics.instructions tells where it is), backwards or forwards. Where that is before
   * the history the machine is where that begins (`{ reason: 'recording', at: 'begin' }`), and where it is after the end of the machine
   * or its recording it is there (`at: 'end'`).
   * @throws Error if no history is kept, that is no whole number, or the machine is paused meanwhile, or has ended
   */
  async seek(instructions: number): Promise<DebugStop> {
    const place = checkedPlace(instructions);
    return await this.#stop(() => this.#machine.debug('seek', place));
  }

  /**
   * Goes to where so many instructions of a replay have run, backwards or forwards, or to its end if that comes before.
   * @throws Error if the machine replays nothing, or as `seek`
   */
  async seekInReplay(instructions: number): Promise<DebugStop> {
    if (this.recording?.mode !== 'play') throw new Error('replay must be enabled to seek');
    await this.#keepFor('seek');
    try {
      return await this.seek(instructions);
    } finally {
      await this.#machine.debug('keepHistory', 'seek', false);
    }
  }

  /**
   * Has a replay stop, once, where so many instructions have run, when it comes there on its way forwards: as after a step, which the
   * event `debug` tells. It takes the place of the one before.
   * @throws Error if the machine replays nothing, or they have run already
   */
  async breakInReplay(instructions: number): Promise<void> {
    if (this.recording?.mode !== 'play') throw new Error('setting the breakpoint is allowed only in play mode');
    await this.#machine.debug('breakAt', checkedPlace(instructions));
  }

  /**
   * A replay stops nowhere of itself.
   * @throws Error if the machine replays nothing
   */
  async withdrawBreak(): Promise<void> {
    if (this.recording?.mode !== 'play') throw new Error('replay breakpoints are allowed only in play mode');
    await this.#machine.debug('breakAt', Number.POSITIVE_INFINITY);
  }

  /**
   * Goes back by one instruction.
   * @throws Error as `seek`
   */
  async stepBack(): Promise<DebugStop> {
    return await this.#stop(() => this.#machine.debug('goBack', 'step'));
  }

  /**
   * Goes back to the last of these places; without one, to where the history begins (`{ reason: 'recording', at: 'begin' }`).
   * @throws Error as `seek`
   */
  async continueBack(places: StopPlaces): Promise<DebugStop> {
    return await this.#with(places, () => this.#machine.debug('goBack', 'stop'));
  }

  /**
   * Runs the machine on until it comes to one of these places, or is about to end (`{ reason: 'recording', at: 'end' }`). Where no
   * history is kept it does not stop there.
   * @throws Error if the machine is paused meanwhile, or has ended
   */
  async continue(places: StopPlaces): Promise<DebugStop> {
    return await this.#with(places, () => this.#machine.debug('setStepping', false));
  }

  async #with(places: StopPlaces, prepare: () => Promise<void>): Promise<DebugStop> {
    const names = ['breakpoints', 'watchpoints'] as const;
    checkNames('the argument', places, names);
    for (const name of names) checkArray(name, places[name]);
    const { breakpoints = [], watchpoints = [] } = places;
    const { debug } = this.#machine;
    await debug('setBreakpoints', breakpoints);
    await debug('setWatchpoints', watchpoints);
    try {
      return await this.#stop(prepare);
    } finally {
      // In a machine that has ended there are none.
      await Promise.all([debug('setBreakpoints', []), debug('setWatchpoints', [])]).catch(() => {});
    }
  }

  /** Lets the machine go the way that `prepare` gives it; why it stands still again. */
  async #stop(prepare: () => Promise<void>): Promise<DebugStop> {
    // One that runs might come to a stop of its own, such as the end of its recording, which would be taken for that of its way.
    await this.#machine.pause();
    await prepare();
    const { promise, resolve } = Promise.withResolvers<DebugStop | null>();
    const paused = () => resolve(null);
    // What stops it for a debugger is told before that it is paused.
    this.#machine.on('debug', resolve);
    this.#machine.on('paused', paused);
    try {
      await this.#machine.start();
      const ended = this.#machine.exited.then(() => Promise.reject(new Error('the machine has ended')));
      const stop = await Promise.race([promise, ended]);
      return stop ?? (await this.#abandon());
    } finally {
      this.#machine.off('debug', resolve);
      this.#machine.off('paused', paused);
    }
  }

  /** Otherwise the machine would go on with its way when it is started again. */
  async #abandon(): Promise<never> {
    await this.#machine.debug('setStepping', false);
    throw new Error('the machine was paused on its way');
  }
}

/** A machine stands between two instructions: callers without types may give anything. */
function checkedPlace(instructions: number): number {
  if (Number.isInteger(instructions) || instructions === Infinity || instructions === -Infinity) return instructions;
  throw new ConfigurationError(`${shown(instructions)} is no number of instructions; give a whole one`);
}
