import type { Host } from '../host.ts';
import { ConfigurationError, messageOf } from '../util/errors.ts';
import { Emitter } from '../util/events.ts';
import type { Arrival, Arrived } from './arrival.ts';
import { CancelledError } from './cancelled.ts';
import type { MigrationChannel } from './channel.ts';
import { checkedChannel } from './channel.ts';
import type { Departure } from './departure.ts';
import { MachineEnd, type MigratingMachine } from './machine-end.ts';
import { checkedParameters, initialParameters, type MigrationParameters } from './parameters.ts';
import { StandsStillError } from './stands-still.ts';
import { type MigrationStatistics, TransferCounters } from './statistics.ts';

/** The state of a migration, in QEMU's words. `none`: there was none. */
export type MigrationStatus = 'none' | 'setup' | 'active' | 'cancelling' | 'cancelled' | 'completed' | 'failed';

/** Events of a machine's migration, with their data. */
export interface MigrationEvents {
  /** A move has begun, goes on to its next part, or is over. */
  status: MigrationStatus;
  /** Memory is looked through for the so manieth time. */
  pass: number;
}

/** Opens a way out; the signal says that nobody wants it any more. */
export type OpenChannel = (cancelled: AbortSignal) => Promise<MigrationChannel>;

/** A machine's moves to another process, and from there, while its guest runs. */
export class MachineMigration extends Emitter<MigrationEvents> {
  readonly #machine: MachineEnd;
  #status: MigrationStatus = 'none';
  #parameters = initialParameters;
  #counters: TransferCounters | undefined;
  /** The way out is being opened. */
  #opening: AbortController | undefined;
  #departure: Departure | undefined;
  #error: string | undefined;
  /** The machine has gone over, and its images with it. */
  #isGone = false;
  /** It was reset since. */
  #isAfresh = false;
  /** It is being kept as a whole. */
  #isKept = false;
  /** It is still to arrive. */
  #awaited: PromiseWithResolvers<Arrived> | undefined;
  #isArriving = false;
  #hasArrived = false;

  /**
   * @param isAwaited it arrives from another process
   * @internal
   */
  constructor(machine: MigratingMachine, isAwaited: boolean) {
    super();
    this.#machine = new MachineEnd(machine);
    if (!isAwaited) return;
    this.#awaited = Promise.withResolvers();
    this.#awaited.promise.catch(() => {});
  }

  /** How far a move is; of the last one, when it is over. */
  get status(): MigrationStatus {
    return this.#status;
  }

  /** A move from here goes on, or is over and the machine gone. */
  get isUnderWay(): boolean {
    return this.#isGone || ['setup', 'active', 'cancelling'].includes(this.#status);
  }

  /** Why the last one failed. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Bounds of a move: how long the guest may stand still, and how much is sent a second. */
  get parameters(): MigrationParameters {
    return this.#parameters;
  }

  /** Statistics of the last migration from here. Undefined: there was none. */
  get statistics(): MigrationStatistics | undefined {
    return this.#counters?.statistics;
  }

  /** The machine was made to arrive from another process, and hasn't yet. */
  get isAwaited(): boolean {
    return this.#awaited !== undefined;
  }

  /** The machine has come from another process. */
  get hasArrived(): boolean {
    return this.#hasArrived;
  }

  /** The machine goes on in another process, or may do so; `start()` takes it back, if that has not changed its disks. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** The machine was reset since it has gone: the machine here starts over. */
  get isAfresh(): boolean {
    return this.#isAfresh;
  }

  /** The machine is reset. @internal */
  noteReset(): void {
    this.#isAfresh = this.#isGone;
  }

  /** The guest stands still for the last part of a move from here, or while it is kept as a whole. */
  get isLeaving(): boolean {
    return this.#isKept || (this.#departure?.isPastStop ?? false);
  }

  /**
   * Changes how the machine moves, at once.
   * @throws ConfigurationError that names the parameter
   */
  set(parameters: Partial<MigrationParameters>): void {
    this.#parameters = { ...this.#parameters, ...checkedParameters(parameters) };
  }

  /**
   * Moves the machine to the other end of a channel. It runs on meanwhile, except for a short time at the end, and stands still
   * here when it has gone over.
   * @param channel one that is open, or will be, or what opens it until the move is cancelled
   * @throws ConfigurationError if it has not gone over: it goes on here then, unless the error says that its images are elsewhere
   */
  async send(channel: MigrationChannel | Promise<MigrationChannel> | OpenChannel): Promise<void> {
    this.checkFree();
    this.#error = undefined;
    this.#enter('setup');
    try {
      await this.#depart(await this.#opened(channel));
      this.#enter('completed');
    } catch (error) {
      if (!(error instanceof CancelledError)) this.#error = messageOf(error);
      this.#enter(error instanceof CancelledError ? 'cancelled' : 'failed');
      throw error;
    }
  }

  /**
   * Keeps the machine as a whole, which stands still from then on.
   * @throws Error what `keep` throws; the machine goes on then if it ran
   */
  async keep(keep: () => Promise<void>): Promise<void> {
    this.checkFree();
    this.#error = undefined;
    this.#counters = undefined;
    this.#isKept = true;
    this.#enter('setup');
    try {
      await this.#keepWhole(keep);
      this.#enter('completed');
    } catch (error) {
      this.#error = messageOf(error);
      this.#enter('failed');
      throw error;
    }
  }

  async #keepWhole(keep: () => Promise<void>): Promise<void> {
    const wasRunning = this.#machine.isRunning;
    try {
      await this.#machine.pause();
      this.#enter('active');
      await keep();
      this.#setGone(true);
    } catch (error) {
      // Nothing of it is anywhere else. One that has ended meanwhile cannot go on.
      if (wasRunning) await this.#machine.run().catch(() => {});
      throw error;
    } finally {
      this.#isKept = false;
    }
  }

  async #opened(channel: MigrationChannel | Promise<MigrationChannel> | OpenChannel): Promise<MigrationChannel> {
    const opening = new AbortController();
    this.#opening = opening;
    const opened = Promise.resolve(typeof channel === 'function' ? channel(opening.signal) : channel);
    const cancelled = new Promise<never>((_, reject) => {
      opening.signal.addEventListener('abort', () => reject(new CancelledError()));
    });
    try {
      return checkedChannel(await Promise.race([opened, cancelled]));
    } catch (error) {
      // It may be there later.
      opened.then((late) => late?.destroy?.()).catch(() => {});
      throw error;
    } finally {
      this.#opening = undefined;
    }
  }

  async #depart(channel: MigrationChannel): Promise<void> {
    const { Departure } = await loadedFor(channel, import('./departure.ts'));
    const counters = new TransferCounters(() => performance.now());
    const events = { begun: () => this.#enter('active'), pass: (number: number) => this.emit('pass', number) };
    const departure = new Departure(this.#machine, channel, { counters, events, parameters: () => this.#parameters });
    this.#counters = counters;
    this.#departure = departure;
    let isComplete = false;
    try {
      if (this.#status === 'cancelling') departure.cancel();
      await departure.run();
      isComplete = true;
      this.#setGone(true);
    } catch (error) {
      this.#setGone(error instanceof StandsStillError);
      throw error;
    } finally {
      counters.ended(isComplete);
      // At once with what it has come to, so that nobody lets the machine run in between.
      this.#departure = undefined;
    }
  }

  /**
   * Ends a move from here, if one is under way and not past its last moment: the machine goes on here. What is kept as a whole
   * (`file:`) is kept to its end.
   */
  cancel(): void {
    const isUnderWay = this.#status === 'setup' || this.#status === 'active';
    if (this.isAwaited || this.#isKept || !isUnderWay) return;
    this.#enter('cancelling');
    this.#opening?.abort();
    this.#departure?.cancel();
  }

  /**
   * Lets a machine that was made for it (`incoming`) arrive. Resolves when it can be started.
   * @throws ConfigurationError if it cannot be had: this one is of no use then
   */
  async receive(channel: MigrationChannel | Promise<MigrationChannel>): Promise<Arrived> {
    this.checkAwaited();
    return await this.#arriveBy(async () => await openArrival(channel, this.#machine.host));
  }

  /**
   * Lets a machine arrive that has announced itself already.
   * @internal
   */
  async continue(arrival: Arrival): Promise<Arrived> {
    return await this.#arriveBy(async () => arrival);
  }

  async #arriveBy(open: () => Promise<Arrival>): Promise<Arrived> {
    const awaited = this.#awaited!;
    this.#isArriving = true;
    this.#enter('setup');
    try {
      const arrival = await open();
      this.#enter('active');
      const arrived = await arrival.into(this.#machine);
      this.#awaited = undefined;
      this.#hasArrived = true;
      this.#enter('completed');
      awaited.resolve(arrived);
      return arrived;
    } catch (error) {
      this.#error = messageOf(error);
      this.#enter('failed');
      awaited.reject(error);
      throw error;
    }
  }

  /** Resolves when the machine is here. Rejects if it cannot be had. */
  get arrived(): Promise<Arrived> {
    return this.#awaited?.promise ?? Promise.resolve({ wasRunning: false });
  }

  /**
   * Lets the machine run when it is here.
   * @throws Error if it is on its way from here; ConfigurationError if it has gone, and cannot be taken back
   * @internal
   */
  async runHere(): Promise<void> {
    await this.arrived;
    if (this.#isGone) await this.#retake();
    // What stops the machine for a move comes before this look, or after the machine was told to run.
    this.#checkStays();
    await this.#machine.run();
  }

  async #retake(): Promise<void> {
    await this.#machine.retake();
    this.#setGone(false);
  }

  #setGone(isGone: boolean): void {
    this.#isGone = isGone;
    this.#isAfresh = false;
  }

  #checkStays(): void {
    if (this.#isKept) throw new Error('the machine is being written as a whole; wait for the end of that');
    if (!this.isLeaving) return;
    throw new Error('the machine stands still for the last part of its migration; wait for its end, or cancel that');
  }

  /** Ends what is under way: the machine ends. @internal */
  close(): void {
    this.cancel();
  }

  /** Throws an Error, in QEMU's words, if the machine cannot begin to go elsewhere. @internal */
  checkFree(): void {
    if (this.isAwaited) throw new Error('Guest is waiting for an incoming migration');
    if (['setup', 'active', 'cancelling'].includes(this.#status))
      throw new Error("There's a migration process in progress");
    if (this.#isGone) throw new Error("Can't migrate the vm that was paused due to previous migration");
  }

  /** Throws an Error, in QEMU's words, if no machine is to arrive. @internal */
  checkAwaited(): void {
    if (!this.isAwaited) throw new Error("'-incoming' was not specified on the command line");
    if (this.#isArriving) throw new Error('The incoming migration has already been started');
  }

  #enter(status: MigrationStatus): void {
    this.#status = status;
    this.emit('status', status);
  }
}

/**
 * A machine that another process sends, as far as it has announced itself.
 * @throws ConfigurationError if none comes
 */
export async function openArrival(channel: MigrationChannel | Promise<MigrationChannel>, host: Host): Promise<Arrival> {
  const [opened, { Arrival }] = await Promise.all([
    Promise.resolve(channel).then(checkedChannel),
    loadedFor(channel, import('./arrival.ts')),
  ]);
  return await Arrival.open(opened, host);
}

/**
 * The module for a migration. Few machines are ever moved, and pages load it when one is; the channel is closed where it cannot
 * be had.
 * @throws ConfigurationError
 */
async function loadedFor<Module>(
  channel: MigrationChannel | Promise<MigrationChannel>,
  module: Promise<Module>,
): Promise<Module> {
  return await module.catch((error: unknown) => {
    Promise.resolve(channel).then(
      (opened) => opened.destroy(),
      () => {},
    );
    throw new ConfigurationError(`cannot load what it takes to move a machine: ${messageOf(error)}`);
  });
}
