import { type BlockAnswer, type BlockQuestion, SECTOR_BYTES } from '../../runtime/host/block.ts';
import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import type { MessageEnd, ToDrives } from '../isolate/protocol.ts';
import { reportError } from '../isolate/remote-calls.ts';
import { wakeMachine } from '../isolate/wake.ts';
import type { StorageHost } from '../storage/open.ts';
import type { SavedPages } from '../storage/overlay-pages.ts';
import type { NewSnapshot } from '../storage/qcow2/image-snapshots.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';
import type { Image } from '../util/image.ts';
import { type ArrivingDisk, arrivingChanges, arrivingInMemory } from './arriving-disk.ts';
import type { DriveBackend } from './backend.ts';
import type { ImageSnapshots } from './image-snapshots.ts';
import { type LeavingBlocks, LeavingDisks, nothingLeaves } from './leaving-disks.ts';
import type { DrivePlan, MediumOptions } from './options.ts';
import type { DriveCommand, DriveReport, DriveStatus } from './protocol.ts';
import type { SavedMedia, SavedMedium } from './saved-medium.ts';
import { ServedDrive } from './served-drive.ts';
import { DriveCounter } from './statistics.ts';
import type { ThrottleTimers } from './throttle/group.ts';
import type { DriveLimits } from './throttle/limits.ts';
import { Throttles } from './throttle/throttles.ts';

export interface DriveServiceOptions {
  readonly storage: StorageHost;
  readonly library: MessageEnd<DriveReport, DriveCommand>;
  readonly machine: MessageEnd<ToMachine, ToDrives>;
  /** Default: those of the host. */
  readonly timers?: ThrottleTimers;
}

const hostTimers: ThrottleTimers = {
  now: () => performance.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};

/**
 * Serves the drives of one machine until the library closes them. It may run in any thread: requests come from the machine's
 * isolate directly, so that nothing that the library's thread is busy with makes the guest wait.
 */
export function serveDrives(options: DriveServiceOptions): void {
  new DriveService(options);
}

/** How long a machine that arrives waits for its images, in milliseconds. */
const PATIENCE = 3_000;

class DriveService {
  readonly #library: MessageEnd<DriveReport, DriveCommand>;
  readonly #machine: MessageEnd<ToMachine, ToDrives>;
  readonly #backend: DriveBackend;
  readonly #throttles: Throttles;
  readonly #clock: Pick<ThrottleTimers, 'now'>;
  /** By the names of drives. */
  readonly #counters = new Map<string, DriveCounter>();
  readonly #leaving = new LeavingDisks();
  /** By the names of drives whose machine is still to arrive. */
  readonly #arriving = new Map<string, ArrivingDisk>();
  #drives: readonly ServedDrive[] = [];
  /** How they were when they were looked at. */
  #looked: readonly DriveStatus[] = [];
  /** The machine's state words, once it has been made. */
  #state: Int32Array | undefined;

  constructor({ storage, library, machine, timers = hostTimers }: DriveServiceOptions) {
    this.#throttles = new Throttles(timers);
    this.#clock = timers;
    this.#library = library;
    this.#machine = machine;
    this.#backend = {
      storage,
      mediumChanged: (port, value) => this.#sendToMachine({ type: 'input', port, value }),
      statusChanged: (name, status) => library.postMessage({ type: 'status', name, status }),
      trayMoved: (name, isOpen) => library.postMessage({ type: 'tray', name, isOpen }),
      tell: (message) => library.postMessage({ type: 'log', message }),
    };
    machine.onmessage = ({ data }) => {
      if (data.type === 'ready') this.#state = data.state;
      else void this.#answer(data);
    };
    library.onmessage = ({ data }) => void this.#obey(data);
  }

  async #answer({ port, id, question }: ToHost & { type: 'request' }): Promise<void> {
    const counted = this.#counterOf(port).begin(question as BlockQuestion);
    const admitted = this.#throttles.admit(port, question as BlockQuestion);
    if (admitted) await admitted;
    // It may have been pulled out since.
    const drive = this.#drives.find(({ name }) => name === port);
    const answer: BlockAnswer = drive ? await drive.answer(question as BlockQuestion) : { error: 'no-medium' };
    this.#leaving.asked(port, question as BlockQuestion);
    counted(answer);
    this.#sendToMachine({ type: 'completion', id, answer });
  }

  #sendToMachine(message: ToMachine): void {
    this.#machine.postMessage(message);
    if (this.#state) wakeMachine(this.#state);
  }

  async #obey({ id, name, args }: DriveCommand): Promise<void> {
    const act = this.#calls[name] as (...args: readonly unknown[]) => Promise<unknown>;
    try {
      this.#library.postMessage({ type: 'answer', id, value: await act(...args) });
    } catch (error) {
      this.#library.postMessage({ type: 'refusal', id, error: reportError(error) });
    }
    if (name !== 'close') return;
    this.#machine.close();
    this.#library.close();
  }

  readonly #calls = {
    open: (plans: readonly DrivePlan[]) => this.#open(plans),
    add: (plan: DrivePlan) => this.#add(plan),
    remove: (name: string) => this.#remove(name),
    change: (name: string, image: Image, options: MediumOptions) => this.#drive(name).change(image, options),
    look: (plans: readonly DrivePlan[]) => this.#look(plans),
    contents: (name: string) => this.#drive(name).contents(),
    admit: () => this.#all(async (drive) => drive.admit()),
    release: () => this.#all((drive) => drive.release()),
    retake: (patience: number) => this.#all((drive) => drive.retake(patience)),
    eject: (name: string) => this.#drive(name).eject(),
    closeTray: (name: string) => this.#drive(name).closeTray(),
    resize: (name: string, size: number) => this.#drive(name).resize(size),
    commit: (name: string) => this.#drive(name).commit(),
    statistics: async (name: string) => this.#counterOf(name).statistics,
    limit: async (name: string, limits: DriveLimits) => this.#throttles.set(name, limits),
    suspendLimits: async (isSuspended: boolean) => this.#suspendLimits(isSuspended),
    save: () => this.#save((drive) => drive.save()),
    saveWithin: () => this.#save((drive) => drive.saveWithin()),
    beginLeaving: () => this.#beginLeaving(),
    leaving: (name: string, from: number, most: number) => this.#leave(name, from, most),
    leavingLeft: async () => this.#leaving.left,
    endLeaving: async () => this.#leaving.clear(),
    saveRest: () => this.#save((drive) => drive.saveRest((disk) => this.#leaving.of(drive.name, disk) !== undefined)),
    takeArriving: (name: string, blocks: SavedPages) => this.#arrivingDisk(name).take(blocks),
    stage: (media: SavedMedia, snapshot?: string) => this.#stage(media, snapshot),
    exchangeStaged: async () => {
      // Disks may be the same, with other changes.
      this.#leaving.clear();
      await this.#all((drive) => drive.exchangeStaged());
    },
    dropStaged: () => this.#all((drive) => drive.dropStaged()),
    listSnapshots: async () => (await this.#snapshots()).list(),
    createSnapshot: async (snapshot: NewSnapshot) => (await this.#snapshots()).create(snapshot),
    snapshotState: async (name: string) => (await this.#snapshots()).state(name),
    deleteSnapshot: async (name: string) => (await this.#snapshots()).delete(name),
    close: () => this.#close(),
  };

  #counterOf(name: string): DriveCounter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = new DriveCounter(this.#clock);
      this.#counters.set(name, counter);
    }
    return counter;
  }

  /** Loaded when they are first needed, which is seldom. */
  async #snapshots(): Promise<ImageSnapshots> {
    const { ImageSnapshots } = await import('./image-snapshots.ts');
    return new ImageSnapshots(this.#drives);
  }

  async #all(act: (drive: ServedDrive) => Promise<void>): Promise<void> {
    await Promise.all(this.#drives.map(act));
  }

  async #save(save: (drive: ServedDrive) => Promise<SavedMedium | undefined>): Promise<SavedMedia> {
    const media = await Promise.all(this.#drives.map(async (drive) => [drive.name, await save(drive)] as const));
    return Object.fromEntries(media.flatMap(([name, medium]) => (medium ? [[name, medium]] : [])));
  }

  async #stage(media: SavedMedia, snapshot?: string): Promise<void> {
    try {
      for (const drive of this.#drives) await drive.stage(media[drive.name], snapshot, this.#arriving.get(drive.name));
    } catch (error) {
      await this.#all((drive) => drive.dropStaged());
      throw error;
    } finally {
      await this.#forgetArriving(media);
    }
  }

  #drive(name: string): ServedDrive {
    const drive = this.#drives.find((candidate) => candidate.name === name);
    if (drive === undefined) throw new Error(`there is no drive '${name}'`);
    return drive;
  }

  async #look(plans: readonly DrivePlan[]): Promise<readonly DriveStatus[]> {
    this.#drives = plans.map((plan) => new ServedDrive(plan, this.#backend));
    this.#looked = await Promise.all(this.#drives.map((drive) => drive.look()));
    return this.#looked;
  }

  async #beginLeaving(): Promise<string[]> {
    this.#leaving.clear();
    for (const drive of this.#drives)
      await drive.withDisk((disk, isInMemory) => this.#leaving.add(drive.name, disk, isInMemory));
    return this.#leaving.names;
  }

  async #leave(name: string, from: number, most: number): Promise<LeavingBlocks> {
    return await this.#drive(name).withDisk(
      async (disk) => (await this.#leaving.of(name, disk)?.take(from, most)) ?? nothingLeaves,
    );
  }

  /** @throws ConfigurationError if no contents of the drive can arrive */
  #arrivingDisk(name: string): ArrivingDisk {
    const found = this.#arriving.get(name);
    if (found !== undefined) return found;
    const { image, medium, isInMemory, isOverlay } =
      this.#looked[this.#drives.findIndex((one) => one.name === name)] ?? {};
    if (!medium || !image)
      throw new ConfigurationError(`contents of a drive '${name}' come, and there is none with a disk`);
    if (!isInMemory && !isOverlay)
      throw new ConfigurationError(
        `${name}: changes of ${image} come with the machine; open it so that they are forgotten at the end (snapshot)`,
      );
    const size = medium.sectors * SECTOR_BYTES;
    const arriving = isInMemory
      ? arrivingInMemory(image, size, medium.isReadOnly)
      : arrivingChanges(size, this.#backend.storage.scratch);
    this.#arriving.set(name, arriving);
    return arriving;
  }

  /** Lets go of contents that have arrived: they are in the drives, or came another way in the end. */
  async #forgetArriving(media: SavedMedia): Promise<void> {
    for (const [name, { pages }] of this.#arriving) if (!media[name]?.hasGone) await pages?.close();
    this.#arriving.clear();
  }

  async #open(plans: readonly DrivePlan[]): Promise<DriveStatus[]> {
    // Those that were looked at are there already: the guest may have locked one, and another process may have its image still.
    const patience = this.#drives.length === 0 ? 0 : PATIENCE;
    if (this.#drives.length === 0) this.#drives = plans.map((plan) => new ServedDrive(plan, this.#backend));
    for (const { name, options } of plans) this.#throttles.set(name, options.limits ?? {});
    try {
      for (const [n, drive] of this.#drives.entries()) {
        const open = () => drive.open(patience, this.#arriving.get(drive.name)?.disk);
        await atOption(n, () => atOption('image', open));
      }
    } catch (error) {
      await this.#close();
      throw error;
    }
    return this.#drives.map(({ status }) => status);
  }

  async #add(plan: DrivePlan): Promise<DriveStatus> {
    const drive = new ServedDrive(plan, this.#backend);
    await drive.open();
    this.#throttles.set(plan.name, plan.options.limits ?? {});
    this.#drives = [...this.#drives, drive];
    return drive.status;
  }

  async #remove(name: string): Promise<void> {
    const drive = this.#drive(name);
    this.#drives = this.#drives.filter((one) => one !== drive);
    this.#throttles.set(name, {});
    this.#counters.delete(name);
    await drive.close();
  }

  #suspendLimits(isSuspended: boolean): void {
    this.#throttles.isSuspended = isSuspended;
  }

  async #close(): Promise<void> {
    this.#suspendLimits(true);
    // What the machine has asked for last, and does not wait for, may still be on its way.
    const next = () => this.#machine.take?.();
    for (let last = next(); last !== undefined; last = next()) if (last.type === 'request') void this.#answer(last);
    await Promise.all(this.#drives.map((drive) => drive.close()));
    await this.#forgetArriving({});
  }
}
