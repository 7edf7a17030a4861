import { drivesGoingOn } from '../drives/options.ts';
import type { Host } from '../host.ts';
import type { Notice } from '../isolate/connection.ts';
import { IsolatePool, isolatesFor } from '../isolate/pool.ts';
import { type Exit, RESET_BYTES, type Reset } from '../isolate/protocol.ts';
import { restoreError } from '../isolate/remote-calls.ts';
import type { MachineConfig } from '../machine-core.ts';
import { type DumpedMachine, MemoryDumps } from '../memory-dump/memory-dumps.ts';
import type { MigrationChannel } from '../migration/channel.ts';
import { MachineMigration, openArrival } from '../migration/index.ts';
import type { MigratingMachine } from '../migration/machine-end.ts';
import { inTime } from '../migration/patience.ts';
import { bootOf, type MachineOptions } from '../options/options.ts';
import { sharesGoingOn } from '../shares/options.ts';
import { openMachine, type SnapshotBytes } from '../snapshot/machine.ts';
import { MachineSnapshots } from '../snapshot/machine-snapshots.ts';
import { driveWith } from '../snapshot/media.ts';
import { MachineStates, type SnapshotSettings } from '../snapshot/state.ts';
import { answerOutside, connectOutside, disconnectOutside } from './connections.ts';
import { MachineDevices } from './devices.ts';
import { withEarlyIsolate } from './early-isolate.ts';
import { MachineHistory } from './history.ts';
import { creationError, loaded } from './opening.ts';
import { prepareMachine } from './preparation.ts';
import { Translations } from './translations.ts';
import type { MachineParts, MachineState, PauseReason } from './types.ts';

/** How long a machine that is stopped may take to finish its recording, in milliseconds. */
const PATIENCE = 2000;
/** The exit code of a machine whose limit of time is over, as of timeout(1). */
const TIME_IS_UP = 124;

/** A PC. Only while it runs, or a call waits for its answer, does it keep the program alive. */
export class Machine extends MachineDevices implements AsyncDisposable {
  /** Resolves when the machine has ended and its disks are written, rejects if the emulator has failed. */
  readonly exited: Promise<Exit>;
  /** The translations in its cache. */
  readonly translations: Translations;
  /** Its past, to go back to. */
  readonly history: MachineHistory;
  /** Its snapshots within its images. */
  readonly snapshots: MachineSnapshots;
  /** Its moves to other processes, and from there. */
  readonly migration: MachineMigration;
  /** Its memory and registers, as files for debuggers. */
  readonly memoryDumps: MemoryDumps;
  readonly #states: MachineStates;
  /** Isolates of its forks. */
  readonly #forks = new IsolatePool();
  readonly #creation = Promise.withResolvers<void>();
  readonly #exit = Promise.withResolvers<Exit>();
  #isCreated = false;
  #state: MachineState = 'created';
  #pauseReason: PauseReason = 'caller';
  #isSuspended = false;

  /**
   * Makes a machine; it starts with `start()`.
   * @param pool for one whose state is loaded before it starts: where its isolate comes from, and where that is kept when it has ended
   * @throws ConfigurationError if an option is wrong, a file cannot be read or an image cannot be booted
   */
  static async create(options: MachineOptions, host: Host, pool?: IsolatePool): Promise<Machine> {
    return await (await Machine.#begin(options, host, pool)).#created(options);
  }

  /** Has a machine made in its isolate. */
  static async #begin(options: MachineOptions, host: Host, pool?: IsolatePool): Promise<Machine> {
    const awaitsState = pool !== undefined || options?.incoming === true;
    const { config, ...parts } = await prepareMachine(options, host, awaitsState);
    return new Machine({ ...config, awaitsState }, parts, pool);
  }

  /** Resolves with the machine when it has been made. */
  async #created(options: MachineOptions): Promise<Machine> {
    try {
      await this.#creation.promise;
      if (options.limits) await this.setLimits(options.limits);
    } catch (error) {
      await this.stop();
      throw creationError(error as Error, bootOf(options));
    } finally {
      this.alive.release();
    }
    return this;
  }

  /**
   * Makes a machine that goes on, when it is started, from where a snapshot was taken.
   * @param snapshot what `snapshot()` gave, or who loads that: the machine's thread starts meanwhile
   * @param changes options that are to be others than those of the machine that it was taken of; drives at other places than these
   * are as they were
   * @throws ConfigurationError if it is no snapshot, is damaged, or doesn't fit the changed options
   */
  static async restore(
    snapshot: SnapshotBytes | Promise<SnapshotBytes>,
    changes: Partial<MachineOptions>,
    host: Host,
  ): Promise<Machine> {
    return await withEarlyIsolate(host, changes, async (pool) => {
      const { options, media, shares, ...rest } = await openMachine(await snapshot, host);
      const drives = drivesGoingOn(options.drives, changes.drives, (drive) => driveWith(drive, media));
      // The rest is read while its isolate makes the machine.
      const own = { drives, shares: sharesGoingOn(options.shares, changes.shares) };
      const wanted = { ...options, ...changes, ...own };
      const begun = await Machine.#begin(wanted, host, pool);
      const reading = rest.components();
      const [machine] = await Promise.all([begun.#created(wanted), reading.catch(() => {})]);
      return await loaded(machine, async () =>
        machine.#states.load({ options, components: await reading, media, shares }),
      );
    });
  }

  /**
   * Makes a machine that arrives by a channel from another process, where it goes on meanwhile. `start()` waits for it.
   * @param changes options that are to be others than those that it has there; drives at other places than these are as they are
   * @throws ConfigurationError if no machine comes, or it cannot be had here
   */
  static async receive(channel: MigrationChannel, changes: Partial<MachineOptions>, host: Host): Promise<Machine> {
    return await withEarlyIsolate(host, changes, async (pool) => {
      const arrival = await openArrival(channel, host);
      try {
        const machine = await Machine.create({ ...arrival.optionsWith(changes), incoming: true }, host, pool);
        machine.migration.continue(arrival).catch(() => {});
        return machine;
      } catch (error) {
        await arrival.refuse(error);
        throw error;
      }
    });
  }

  private constructor(config: MachineConfig, made: MachineParts, pool: IsolatePool | undefined) {
    super(config, made, pool);
    const { options, drives } = made;
    const { streams } = this;
    this.history = new MachineHistory(this, options.icount);
    this.exited = this.#exit.promise;
    const stands = () => {
      this.#pauseReason = 'caller';
    };
    this.#states = new MachineStates((name, ...args) => this.call(name, ...args), made, stands);
    this.snapshots = new MachineSnapshots(this.#states, drives);
    this.migration = new MachineMigration(this.#migrating(), options.incoming === true);
    this.memoryDumps = new MemoryDumps(this.#dumped());
    if (this.migration.isAwaited) streams.holdUntil(this.migration.arrived);
    connectOutside(made, {
      streams,
      send: (message) => this.connection.send(message),
      log: (message) => void this.emit('log', message),
      trayMoved: (move) => void this.emit('tray', move),
      crashed: (error) => this.fail(error),
    });
    this.translations = new Translations(this.ask);
  }

  /** What it is doing. */
  get state(): MachineState {
    return this.#state;
  }

  /** Whether the guest has turned it off: it is paused, and goes on after a reset (`shutdown: 'pause'`). */
  get isOff(): boolean {
    return this.#pauseReason === 'off';
  }

  /** Whether the guest is suspended to RAM: it runs no code until something wakes the machine. */
  get isSuspended(): boolean {
    return this.#isSuspended && this.#state !== 'ended';
  }

  /** What it stands still for, if it is paused. */
  get pauseReason(): PauseReason {
    return this.#pauseReason;
  }

  /** Turns the machine on, or lets it go on after a pause. */
  start(): Promise<void> {
    return this.migration.runHere();
  }

  async #run(): Promise<void> {
    await this.call('run');
    this.#enter('running');
  }

  #migrating(): MigratingMachine {
    return {
      made: this.made,
      isRunning: () => this.#state === 'running',
      call: (name, ...args) => this.call(name, ...args),
      pause: () => this.pause(),
      run: () => this.#run(),
      lock: () => this.#states.lock(),
      log: (message) => void this.emit('log', message),
    };
  }

  #dumped(): DumpedMachine {
    const { migration, askedProcessors: processors } = this;
    return {
      get isAwaited() {
        return migration.isAwaited;
      },
      processors,
      freeze: () => this.#states.freeze(),
    };
  }

  /** Lets the machine go on after a pause. */
  resume(): Promise<void> {
    return this.start();
  }

  /** Stops the machine and its time until `resume()`. One that does not run stays as it is. */
  async pause(): Promise<void> {
    await this.call('pause');
    if (this.#state === 'running') this.#enter('paused');
  }

  /** Presses the reset button. */
  async reset(): Promise<void> {
    await this.#states.undisturbed(() => this.call('reset'));
  }

  /**
   * All of the machine as it is now, to go on from here later: a file's bytes (docs/snapshots.md). It may run meanwhile; it
   * stands still only while its memory is copied, and its disks are flushed. Image files are not in it, but what tells later
   * whether they have changed; changes that would be forgotten at the end are in it.
   * @param settings how it is compressed; a page can restore what Node has written with `{ compression: 'deflate' }`
   * @throws ConfigurationError if a disk cannot be flushed, or 1 GB of it have changed
   */
  snapshot(settings: SnapshotSettings = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#states.save(settings);
  }

  /**
   * Puts the machine back to where a snapshot of it, or of one with the same options, was taken. It runs on if it runs.
   * @throws ConfigurationError if it is no snapshot, is damaged, or doesn't fit the machine or what is in its drives; all is as
   * it was then
   */
  async load(snapshot: SnapshotBytes): Promise<void> {
    if (this.#state === 'ended') throw new Error('the machine has ended');
    await this.#states.load(await this.#states.decode(snapshot));
  }

  /**
   * A second machine in the state of this one, which goes on when it is started. What either does then the other doesn't see: disks
   * are overlays. Network cards are connected to nothing, unless `changes` says to what.
   * @param changes options that are to be others; drives at other places than these are as they are
   * @throws ConfigurationError for a machine that writes to an image file, or if the changed options don't fit
   */
  async fork(changes: Partial<MachineOptions> = {}): Promise<Machine> {
    const state = await this.#states.image();
    const { host, drives, shares } = this.made;
    const { isolate = 'worker' } = this.made.options;
    const own = {
      drives: drivesGoingOn(drives.forked(state.media), changes.drives, (drive) => drive),
      shares: sharesGoingOn(shares.forked, changes.shares),
    };
    const fork = await Machine.create({ ...state.options, isolate, ...changes, ...own }, host, this.#forks);
    return await loaded(fork, () => fork.#states.become(state));
  }

  /**
   * Has isolates ready for so many forks at a time, so that these begin at once. A fork that has ended leaves its own to the next
   * one, so this is for the first ones. They end with this machine; four are kept at most while no fork needs them.
   * @throws ConfigurationError as `fork`
   */
  async prepareForks(count = 1): Promise<void> {
    const forks = await Promise.all(Array.from({ length: isolatesFor(count) }, () => this.fork()));
    await Promise.all(forks.map((fork) => fork.stop()));
  }

  /** Ends the machine for good, whatever the guest is doing, and frees all that it has. May be called again. */
  stop(): Promise<void> {
    return this.#stop({ reason: 'stopped', code: 0 });
  }

  /** @internal */
  protected timeIsUp(): void {
    if (this.#state === 'ended') return;
    this.emit('limit', 'time');
    // What fails of that is told to whoever calls stop().
    this.#stop({ reason: 'time-limit', code: TIME_IS_UP }).catch(() => {});
  }

  async #stop(exit: Exit): Promise<void> {
    if (this.made.recording.isMade && this.#state !== 'ended') await this.#finishRecording();
    this.#end(exit);
    this.connection.send({ type: 'stop' });
    this.connection.close(new Error('the machine was stopped'));
    const { drives } = this.made;
    await this.alive.during(() =>
      Promise.all([this.isolate.terminate(), this.#forks.close(), drives.close(), disconnectOutside(this.made)]),
    );
  }

  /** The recording is to have all that has happened: the machine's end tells how far it has come when it is paused. */
  async #finishRecording(): Promise<void> {
    await inTime(this.call('pause'), PATIENCE, 'does not answer').catch(() => {});
  }

  /** The same as `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** @internal */
  protected receive(notice: Notice): void {
    if (notice.type === 'plugged') this.plugged(notice);
    if (notice.type === 'off' || notice.type === 'debug' || notice.type === 'limit') this.#pauseReason = notice.type;
    switch (notice.type) {
      case 'ready':
        void this.isolate.watch(notice.state).then(() => {
          this.#isCreated = true;
          this.#creation.resolve();
        }, this.#creation.reject);
        break;
      case 'failed':
        this.fail(restoreError(notice.error));
        break;
      case 'output':
        void this.#deliver(notice.port, notice.bytes);
        break;
      case 'taken':
        this.streams.taken(notice.port, notice.length);
        break;
      case 'request':
        answerOutside(this.made, notice);
        break;
      case 'exit':
        this.#end(notice.exit);
        break;
      case 'off':
        this.emit('off', notice.exit);
        this.#enter('paused');
        break;
      case 'log':
        this.emit('log', notice.message);
        break;
      case 'reset':
        void this.#tellReset(notice.reset);
        break;
      case 'suspend':
      case 'wake':
        void this.#tellSuspension(notice.type);
        break;
      case 'suspended':
        this.#isSuspended = notice.isSuspended;
        break;
      case 'halt':
        this.emit('halt', notice.halt);
        break;
      case 'debug':
        this.emit('debug', notice.stop);
        this.#enter('paused');
        break;
      case 'limit':
        this.emit('limit', notice.limit);
        this.#enter('paused');
    }
  }

  async #deliver(port: string, bytes: Uint8Array): Promise<void> {
    await this.streams.receive(port, bytes);
    this.connection.taken(bytes.length);
  }

  /** The isolate hears when listeners are done with it. */
  async #tellReset(reset: Reset): Promise<void> {
    if (this.#state !== 'running') this.#pauseReason = 'reset';
    this.migration.noteReset();
    await this.emit('reset', reset);
    this.connection.taken(RESET_BYTES);
  }

  async #tellSuspension(event: 'suspend' | 'wake'): Promise<void> {
    this.#isSuspended = event === 'suspend';
    await this.emit(event, undefined);
    this.connection.taken(RESET_BYTES);
  }

  #enter(state: 'running' | 'paused' | 'ended'): void {
    const before = this.#state;
    if (before === 'ended' || before === state) return;
    this.#state = state;
    if (state === 'running') this.#pauseReason = 'caller';
    if (state === 'running') this.alive.hold();
    else if (before === 'running') this.alive.release();
    if (state !== 'ended') this.emit(state, undefined);
  }

  #end(exit: Exit): void {
    if (this.#state === 'ended') return;
    this.#finish(`the machine has ended (${exit.reason})`);
    void this.made.drives.close().then(() => {
      this.#exit.resolve(exit);
      this.emit('exit', exit);
    });
  }

  /** @internal */
  protected fail(error: Error): void {
    if (this.#state === 'ended') return;
    this.#finish('the emulator has failed');
    this.connection.send({ type: 'stop' });
    this.connection.close(error);
    if (this.#isCreated) this.#reportFailure(error);
    else this.#creation.reject(error);
  }

  #reportFailure(error: Error): void {
    // Who listens has been told; otherwise a failure that nobody looks at ends the program.
    if (this.hasListeners('error')) this.exited.catch(() => {});
    this.#exit.reject(error);
    this.emit('error', error);
  }

  #finish(reason: string): void {
    this.forgetTime();
    this.migration.close();
    this.#enter('ended');
    this.streams.end(reason);
    void this.made.drives.close();
    void disconnectOutside(this.made);
  }
}
