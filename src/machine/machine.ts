import type { NetworkCard } from '../cards/card.ts';
import type { Drive } from '../drives/drive.ts';
import { drivesGoingOn } from '../drives/options.ts';
import type { Host } from '../host.ts';
import type { PciDevices } from '../hot-plug/pci-devices.ts';
import type { ProcessorPlaces } from '../hot-plug/processor-places.ts';
import type { UsbPorts } from '../hot-plug/usb-ports.ts';
import type { Keyboard } from '../input/keyboard.ts';
import type { Mouse } from '../input/mouse.ts';
import type { Notice } from '../isolate/connection.ts';
import { IsolatePool, isolatesFor } from '../isolate/pool.ts';
import type { Exit } from '../isolate/protocol.ts';
import type { SerialPort } from '../isolate/serial.ts';
import type { MachineConfig, Metrics } from '../machine-core.ts';
import { type DumpedMachine, MemoryDumps } from '../memory-dump/memory-dumps.ts';
import type { MigrationChannel } from '../migration/channel.ts';
import { MachineMigration, openArrival } from '../migration/index.ts';
import type { MigratingMachine } from '../migration/machine-end.ts';
import { inTime } from '../migration/patience.ts';
import type { MachineLimits } from '../options/limits.ts';
import { bootOf, type MachineOptions } from '../options/options.ts';
import { uuidText } from '../options/uuid.ts';
import type { Screen } from '../screen/index.ts';
import type { SharedFiles } from '../shares/files.ts';
import { sharesGoingOn } from '../shares/options.ts';
import { type OpenedMachine, openMachine, type SnapshotBytes } from '../snapshot/machine.ts';
import { MachineSnapshots } from '../snapshot/machine-snapshots.ts';
import { driveWith } from '../snapshot/media.ts';
import { MachineStates, type SnapshotSettings } from '../snapshot/state.ts';
import type { Sound } from '../sound/sound.ts';
import { Emitter } from '../util/events.ts';
import { UnderWay } from '../util/under-way.ts';
import type { Balloon } from './balloon.ts';
import { answerOutside, connectOutside, disconnectOutside } from './connections.ts';
import { MachineDevices } from './devices.ts';
import { withEarlyIsolate } from './early-isolate.ts';
import { forkOptions } from './fork-options.ts';
import { MachineHistory } from './history.ts';
import { MachineLife } from './life.ts';
import { AppliedLimits } from './limits.ts';
import { MachineLink } from './link.ts';
import { creationError, loaded } from './opening.ts';
import { writePhysicalMemory } from './physical-memory.ts';
import { prepareMachine } from './preparation.ts';
import { MachineQuestions } from './questions.ts';
import { wakeSuspended } from './run-state.ts';
import { type Ask, Translations } from './translations.ts';
import type {
  AskedProcessor,
  Debug,
  DebugConsole,
  Examine,
  MachineEvents,
  MachineParts,
  MachineState,
  PauseReason,
  Probe,
} from './types.ts';

/** How long a machine that is stopped may take to finish its recording, in milliseconds. */
const PATIENCE = 2000;
/** The exit code of a machine whose limit of time is over, as of timeout(1). */
const TIME_IS_UP = 124;

/** A PC. Only while it runs, or a call waits for its answer, does it keep the program alive. */
export class Machine extends Emitter<MachineEvents> implements AsyncDisposable {
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
  readonly #made: MachineParts;
  readonly #link: MachineLink;
  readonly #life: MachineLife;
  readonly #questions: MachineQuestions;
  readonly #devices: MachineDevices;
  readonly #limits: AppliedLimits;
  readonly #states: MachineStates;
  readonly #underWay = new UnderWay();
  /** Isolates of its forks. */
  readonly #forks = new IsolatePool();

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
      await this.#life.created;
      if (options.limits) await this.setLimits(options.limits);
    } catch (error) {
      await this.stop();
      throw creationError(error as Error, bootOf(options));
    } finally {
      this.#link.alive.release();
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
    return await Machine.resume(async () => openMachine(await snapshot, host), changes, host);
  }

  /**
   * Makes a machine that goes on from a snapshot which `open` opens, while its isolate starts.
   * @throws ConfigurationError as `restore`
   * @internal
   */
  static async resume(
    open: () => Promise<OpenedMachine>,
    changes: Partial<MachineOptions>,
    host: Host,
  ): Promise<Machine> {
    return await withEarlyIsolate(host, changes, async (pool) => {
      const { options, media, shares, ...rest } = await open();
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
    super();
    const { options, drives } = made;
    this.#made = made;
    const crashed = (error: Error) => this.#life.fail(error);
    this.#link = new MachineLink(config, made, { receive: (notice) => this.#receive(notice), fail: crashed }, pool);
    this.#life = new MachineLife({
      link: this.#link,
      emit: (event, value) => this.emit(event, value),
      hasErrorListeners: () => this.hasListeners('error'),
      noteReset: () => this.migration.noteReset(),
      finish: (reason) => this.#finish(reason),
      closed: () => drives.close(),
    });
    const { call, streams } = this.#link;
    this.#questions = new MachineQuestions(call);
    this.#limits = new AppliedLimits(call, () => this.#timeIsUp());
    this.#devices = new MachineDevices({
      ...{ config, made, link: this.#link, examine: this.#questions.examine },
      isMigrating: () => this.migration.isUnderWay,
      isAwaited: () => this.migration.isAwaited,
      unplugged: (device) => void this.emit('unplug', device),
    });
    this.history = new MachineHistory(this, options.icount);
    this.#states = new MachineStates(call, made, () => this.#life.stands());
    this.snapshots = new MachineSnapshots(this.#states, drives);
    this.migration = new MachineMigration(this.#migrating(), options.incoming === true);
    this.memoryDumps = new MemoryDumps(this.#dumped());
    if (this.migration.isAwaited) streams.holdUntil(this.migration.arrived);
    connectOutside(made, {
      streams,
      send: (message) => this.#link.connection.send(message),
      log: (message) => void this.emit('log', message),
      trayMoved: (move) => void this.emit('tray', move),
      crashed,
    });
    this.translations = new Translations(this.#questions.ask);
  }

  /** Bytes of the guest's memory. */
  get memoryBytes(): number {
    return this.#devices.memoryBytes;
  }

  /** The first serial port, COM1. */
  get serial(): SerialPort {
    return this.serialPorts[0]!;
  }

  /** COM1 to COM4. */
  get serialPorts(): readonly SerialPort[] {
    return this.#devices.serialPorts;
  }

  /** Output of the debug console, if the options add one. */
  get debugConsole(): DebugConsole {
    return this.#devices.debugConsole;
  }

  /** The log that `MachineOptions.log` asks for, as lines of text. The guest waits until a listener's promise is done. */
  get guestLog(): DebugConsole {
    return this.#devices.guestLog;
  }

  /** Its virtio balloon, or that of Xen, if the options add one. */
  get balloon(): Balloon | undefined {
    return this.#devices.balloon;
  }

  /** Ports of the virtio console device, in the order of the options. */
  get virtioPorts(): readonly SerialPort[] {
    return this.#devices.virtioPorts;
  }

  /** Consoles of Xen, as many as the options say. */
  get xenConsoles(): readonly SerialPort[] {
    return this.#devices.xenConsoles;
  }

  /** Output of the parallel port. */
  get parallel(): DebugConsole {
    return this.#devices.parallel;
  }

  /** The user's end of its keyboard: presses keys, and types text. */
  get keyboard(): Keyboard {
    return this.#devices.keyboard;
  }

  /** The user's end of its mouse: moves it, and presses its buttons. */
  get mouse(): Mouse {
    return this.#devices.mouse;
  }

  /** Its disks and drives, in the order of the options; what is plugged in later comes last. */
  get drives(): readonly Drive[] {
    return this.#made.drives.all;
  }

  /** Devices on its USB controller, where it has one: they come and go while it runs. */
  get usb(): UsbPorts {
    return this.#devices.usb;
  }

  /** Its PCI bus: network cards, disks and others come and go while it runs. */
  get pci(): PciDevices {
    return this.#devices.pci;
  }

  /** The places of its processors, which come and go while it runs where its options say which are there at the start. */
  get processorPlaces(): ProcessorPlaces {
    return this.#devices.processorPlaces;
  }

  /** Its network cards, in the order of the options; what is plugged in later comes last. */
  get network(): readonly NetworkCard[] {
    return this.#made.cards.all;
  }

  /** Files in memory that the guest may mount (`MachineOptions.shares` with `files` or `server`), by the tag of the share. */
  get shares(): ReadonlyMap<string, SharedFiles> {
    return this.#made.shares.files;
  }

  /** Its sound output. */
  get sound(): Sound {
    return this.#made.sound;
  }

  /** The picture of its display adapter. */
  get screen(): Screen {
    return this.#devices.screen;
  }

  /** Its UUID; zeros if it was given none. */
  get uuid(): string {
    return uuidText(this.#made.options.uuid);
  }

  /** The model of its processor (`MachineOptions.cpu`), without features. */
  get processorModel(): string {
    return this.#made.options.cpu?.split(',')[0] ?? 'max';
  }

  /** How many processors it has, or can have (`processorPlaces`). They are numbered from 0 on. */
  get processors(): number {
    return this.processorPlaces.count;
  }

  /** Resolves when the machine has ended and its disks are written, rejects if the emulator has failed. */
  get exited(): Promise<Exit> {
    return this.#life.exited;
  }

  /** Whether it is created, running, paused or ended. */
  get state(): MachineState {
    return this.#life.state;
  }

  /** Whether the guest has turned it off: it is paused, and goes on after a reset (`shutdown: 'pause'`). */
  get isOff(): boolean {
    return this.pauseReason === 'off';
  }

  /** Whether the guest is suspended to RAM: it runs no code until something wakes the machine. */
  get isSuspended(): boolean {
    return this.#life.isSuspended;
  }

  /** The reason why it stands still, if it is paused. */
  get pauseReason(): PauseReason {
    return this.#life.pauseReason;
  }

  /** Turns the machine on, or lets it go on after a pause. */
  start(): Promise<void> {
    return this.#underWay.during(() => this.migration.runHere());
  }

  async #run(): Promise<void> {
    await this.#link.call('run');
    this.#life.enter('running');
  }

  #migrating(): MigratingMachine {
    return {
      made: this.#made,
      isRunning: () => this.state === 'running',
      call: this.#link.call,
      pause: () => this.pause(),
      run: () => this.#run(),
      lock: () => this.#states.lock(),
      log: (message) => void this.emit('log', message),
    };
  }

  #dumped(): DumpedMachine {
    const { migration } = this;
    const processors = () => this.processorPlaces.present.map(({ processor }) => this.processor(processor));
    return {
      get isAwaited() {
        return migration.isAwaited;
      },
      get processors() {
        return processors();
      },
      freeze: () => this.#states.freeze(),
    };
  }

  /** Lets the machine go on after a pause. */
  resume(): Promise<void> {
    return this.start();
  }

  /** Stops the machine and its time until `resume()`. One that does not run stays as it is. */
  pause(): Promise<void> {
    return this.#underWay.during(async () => {
      await this.#link.call('pause');
      if (this.state === 'running') this.#life.enter('paused');
    });
  }

  /** Presses the reset button. */
  reset(): Promise<void> {
    return this.#underWay.during(() => this.#states.undisturbed(() => this.#link.call('reset')));
  }

  /** Its counters. */
  metrics(): Promise<Metrics> {
    return this.#underWay.during(() => this.#link.call('metrics'));
  }

  /** Nanoseconds that it has slept so far as its guest had nothing to do. */
  slept(): Promise<number> {
    return this.#link.call('slept');
  }

  /** Limits of what it may take of its host. */
  get limits(): MachineLimits {
    return this.#limits.all;
  }

  /**
   * Limits what it may take, from now on; what is not named stays as it is, and undefined takes a limit away.
   * @throws ConfigurationError for limits that cannot be, or that cannot be counted here
   */
  setLimits(limits: MachineLimits): Promise<void> {
    return this.#underWay.during(() => this.#limits.change(limits));
  }

  /** Bytes of physical memory. */
  memoryRead(physical: number, length: number): Promise<Uint8Array> {
    return this.#underWay.during(() => this.#link.call('memoryRead', physical, length));
  }

  /**
   * Writes bytes to physical memory, RAM and ROM, past the processor and the A20 gate: all of them or none. Code that is hit is
   * translated again. The memory of devices, such as that of the display adapter, is out of its reach.
   * @throws RangeError where not all is RAM or ROM, and while a recording is made or replayed, which would not have it
   */
  memoryWrite(physical: number, bytes: Uint8Array): Promise<void> {
    return this.#underWay.during(() => writePhysicalMemory(this.debug, physical, bytes));
  }

  /** Asks an inspector's question (runtime/debug/questions.ts). @internal */
  get ask(): Ask {
    return this.#questions.ask;
  }

  /** Asks what a monitor asks (runtime/machine/examination.ts). @internal */
  get examine(): Examine {
    return this.#questions.examine;
  }

  /** Has the machine do what a debugger asks (runtime/debug/debugger.ts). @internal */
  get debug(): Debug {
    return this.#questions.debug;
  }

  /** Questions to one of its processors instead of the one that runs. @internal */
  processor(number: number): AskedProcessor {
    return this.#questions.processor(number);
  }

  /** Questions of the inspector to the thread that the machine runs on. */
  get probe(): Probe {
    return this.#questions.probe;
  }

  /** Presses the power button: by ACPI the guest is asked to turn itself off, or by Xen's store where it listens there. */
  pressPowerButton(): Promise<void> {
    const tell = () => void this.emit('powerbutton', undefined);
    return this.#underWay.during(() => this.examine('pressPowerButton').then(tell));
  }

  /**
   * Wakes a guest that is suspended to RAM, as its power button does.
   * @throws ConfigurationError if it is not suspended
   */
  wake(): Promise<void> {
    return this.#underWay.during(() => wakeSuspended(this.examine));
  }

  /**
   * All of the machine as it is now, to go on from here later: a file's bytes (docs/snapshots.md). It may run meanwhile; it
   * stands still only while its memory is copied, and its disks are flushed. Image files are not in it, but what tells later
   * whether they have changed; changes that would be forgotten at the end are in it.
   * @param settings how it is compressed; a page can restore what Node has written with `{ compression: 'deflate' }`
   * @throws ConfigurationError if a disk cannot be flushed, or 1 GB of it have changed
   */
  snapshot(settings: SnapshotSettings = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#underWay.during(() => this.#states.save(settings));
  }

  /**
   * Puts the machine back to where a snapshot of it, or of one with the same options, was taken. It runs on if it runs.
   * @throws ConfigurationError if it is no snapshot, is damaged, or doesn't fit the machine or what is in its drives; all is as
   * it was then
   */
  load(snapshot: SnapshotBytes): Promise<void> {
    return this.#underWay.during(async () => {
      if (this.state === 'ended') throw new Error('the machine has ended');
      await this.#states.load(await this.#states.decode(snapshot));
    });
  }

  /**
   * A second machine in the state of this one, which goes on when it is started. What either does then the other doesn't see: disks
   * are overlays. Network cards are connected to nothing, unless `changes` says to what.
   * @param changes options that are to be others; drives at other places than these are as they are
   * @throws ConfigurationError for a machine that writes to an image file, or if the changed options don't fit
   */
  fork(changes: Partial<MachineOptions> = {}): Promise<Machine> {
    return this.#underWay.during(async () => {
      const state = await this.#states.image();
      const fork = await Machine.create(forkOptions(this.#made, state, changes), this.#made.host, this.#forks);
      return await loaded(fork, () => fork.#states.become(state));
    });
  }

  /**
   * Has isolates ready for so many forks at a time, so that these begin at once. A fork that has ended leaves its own to the next
   * one, so this is for the first ones. They end with this machine; four are kept at most while no fork needs them.
   * @throws ConfigurationError as `fork`
   */
  prepareForks(count = 1): Promise<void> {
    return this.#underWay.during(async () => {
      const forks = await Promise.all(Array.from({ length: isolatesFor(count) }, () => this.fork()));
      await Promise.all(forks.map((fork) => fork.stop()));
    });
  }

  /** Ends the machine for good, whatever the guest is doing; may be called again. Calls under way reject, which need not be handled. */
  stop(): Promise<void> {
    return this.#stop({ reason: 'stopped', code: 0 });
  }

  #timeIsUp(): void {
    if (this.state === 'ended') return;
    this.emit('limit', 'time');
    // A failure rejects the promise of a later stop().
    this.#stop({ reason: 'time-limit', code: TIME_IS_UP }).catch(() => {});
  }

  async #stop(exit: Exit): Promise<void> {
    this.#underWay.end();
    if (this.#made.recording.isMade && this.state !== 'ended') await this.#finishRecording();
    this.#life.end(exit);
    this.#link.close(new Error('the machine was stopped'));
    const { drives } = this.#made;
    await this.#link.alive.during(() =>
      Promise.all([this.#link.terminate(), this.#forks.close(), drives.close(), disconnectOutside(this.#made)]),
    );
  }

  /** The recording is to have all that has happened: the machine's end tells how far it has come when it is paused. */
  async #finishRecording(): Promise<void> {
    await inTime(this.#link.call('pause'), PATIENCE, 'does not answer').catch(() => {});
  }

  /** Ends the machine as `stop()` does, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #receive(notice: Notice): void {
    switch (notice.type) {
      case 'plugged':
        this.#devices.plugged(notice);
        break;
      case 'output':
        void this.#deliver(notice.port, notice.bytes);
        break;
      case 'taken':
        this.#link.streams.taken(notice.port, notice.length);
        break;
      case 'request':
        answerOutside(this.#made, notice);
        break;
      case 'log':
        void this.emit('log', notice.message);
        break;
      default:
        this.#life.receive(notice);
    }
  }

  async #deliver(port: string, bytes: Uint8Array): Promise<void> {
    await this.#link.streams.receive(port, bytes);
    this.#link.connection.taken(bytes.length);
  }

  /** Lets go of all that the machine has. */
  #finish(reason: string): void {
    this.#limits.end();
    this.migration.close();
    this.#link.streams.end(reason);
    void this.#made.drives.close();
    void disconnectOutside(this.#made);
  }
}
