import { flashSizeProblem } from '../../runtime/devices/pflash/sizes.ts';
import type { DriveConfig } from '../../runtime/machine/drives.ts';
import type { DriveThread, Host } from '../host.ts';
import { RemoteCalls } from '../isolate/remote-calls.ts';
import { InOrder } from '../storage/in-order.ts';
import type { SavedPages } from '../storage/overlay-pages.ts';
import type { NewSnapshot } from '../storage/qcow2/image-snapshots.ts';
import { checkedBytes, isBytes } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { Image } from '../util/image.ts';
import { UnderWay } from '../util/under-way.ts';
import { Drive } from './drive.ts';
import { forkedDrive } from './forked-drive.ts';
import type { DriveOptions, DrivePlan } from './options.ts';
import { type DriveCalls, type DriveReport, NO_IMAGE } from './protocol.ts';
import { type SavedMedia, shown } from './saved-medium.ts';
import { checkedDriveLimits, type DriveLimits, isLimited } from './throttle/limits.ts';

/** How long images may take to be written and closed, in milliseconds: what a slow disk still has to write can be much. */
const CLOSE_LIMIT = 60_000;

/** A movement of a drive's tray. */
export interface TrayMove {
  /** The drive's name. */
  readonly drive: string;
  /** Whether it is open now. */
  readonly isOpen: boolean;
}

/** The library's end of all drives of a machine. What serves them is started only if there are any. */
export class MachineDrives {
  /** It has others when a disk was plugged in or pulled out. */
  readonly all: Drive[];
  /** The order of actions that need the machine's state as a whole, or that change the medium of a drive: one after the other. */
  readonly order = new InOrder();
  /** Called with what the user should know. */
  onLog: (message: string) => void = () => {};
  /** Called when a tray was opened or closed. */
  onTrayMoved: (move: TrayMove) => void = () => {};
  /** Called if what serves them has ended without being told to. */
  onCrash: (error: Error) => void = () => {};
  readonly #plans: DrivePlan[];
  readonly #thread: DriveThread;
  readonly #calls = new RemoteCalls<DriveCalls>((call) => this.#thread.port.postMessage(call));
  /** By the names of flash chips: what is in them when the machine is turned on. */
  readonly #contents = new Map<string, Uint8Array>();
  /** Those who serve them have the plans already. */
  #isLooked = false;
  #callsUnderWay = 0;
  /** Calls of the drives' users. */
  readonly #underWay = new UnderWay();
  #closed: Promise<void> | undefined;

  constructor(plans: readonly DrivePlan[], host: Host) {
    this.#plans = [...plans];
    this.all = plans.map((plan) => this.#drive(plan));
    this.#thread = host.startDrives({ onCrash: (error) => this.#crashed(error) });
    this.#thread.port.onmessage = ({ data }) => this.#receive(data);
    this.#thread.hold(false);
  }

  #drive(plan: DrivePlan): Drive {
    const inOrder = (act: () => Promise<void>) => this.#underWay.during(() => this.order.run(act));
    return new Drive(plan, {
      change: (name, image, options) => inOrder(() => this.#call('change', name, ownImage(image), options)),
      eject: (name) => inOrder(() => this.#call('eject', name)),
      closeTray: (name) => inOrder(() => this.#call('closeTray', name)),
      resize: (name, size) => {
        checkResizable(plan);
        return inOrder(() => this.#call('resize', name, size));
      },
      commit: (name) => inOrder(() => this.#call('commit', name)),
      statistics: (name) => this.#underWay.during(() => this.#call('statistics', name)),
      limit: (name, limits) => this.#underWay.during(() => this.#limit(name, limits)),
    });
  }

  /**
   * One more is plugged in, and its image opened.
   * @throws ConfigurationError
   */
  async add(plan: DrivePlan): Promise<Drive> {
    const drive = this.#drive(plan);
    drive.update(await this.#call('add', { ...plan, options: ownBytes(plan.options) }));
    this.#plans.push(plan);
    this.all.push(drive);
    return drive;
  }

  /** One was pulled out: what the guest has flushed is in its image, which is let go. */
  async remove(name: string): Promise<void> {
    const n = this.all.findIndex((drive) => drive.name === name);
    if (n < 0) return;
    this.all.splice(n, 1);
    this.#plans.splice(n, 1);
    await this.#call('remove', name);
  }

  /** The machine's end, for its isolate. */
  get machineEnd(): DriveThread['machineEnd'] {
    return this.#thread.machineEnd;
  }

  /** There are drives, or there were. */
  get #isServed(): boolean {
    return this.#thread.isStarted;
  }

  /**
   * Opens all images. If one cannot be opened all are closed again.
   * @throws ConfigurationError
   */
  async open(): Promise<void> {
    await this.#openBy('open');
  }

  async #openBy(name: 'open' | 'look'): Promise<void> {
    if (this.#plans.length === 0) return;
    try {
      const sent = this.#isLooked ? withoutImage : ownBytes;
      const plans = this.#plans.map((plan) => ({ ...plan, options: sent(plan.options) }));
      this.#isLooked = name === 'look';
      const statuses = await this.#call(name, plans);
      for (const [n, status] of statuses.entries()) this.all[n].update(status);
      await this.#readChips(name === 'open');
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Too large a one is reported by its size. The contents of one that another process still has come with the machine. */
  async #readChips(isOpen: boolean): Promise<void> {
    const chips = this.all.filter(({ place }) => place.interface === 'pflash');
    const problem = flashSizeProblem(
      chips.map(({ name, image, imageBytes: bytes }) => ({ name, image: image ?? name, bytes })),
    );
    if (problem !== undefined) throw new ConfigurationError(problem);
    for (const { name, imageBytes } of chips)
      this.#contents.set(name, isOpen ? await this.#call('contents', name) : new Uint8Array(imageBytes));
  }

  /**
   * Finds out what they will be when they are opened: another process has their images still.
   * @throws ConfigurationError
   */
  async look(): Promise<void> {
    await this.#openBy('look');
  }

  /** Has them do what a machine that has arrived asks for; until then that waits. */
  async admit(): Promise<void> {
    if (this.#isServed) await this.#call('admit');
  }

  /** Lets go of images that the guest writes to, so that another process can have them. The machine must be frozen. */
  async release(): Promise<void> {
    if (this.#isServed) await this.#call('release');
  }

  /**
   * Takes them again.
   * @param patience how long to wait for one that is in use, in milliseconds
   * @throws ConfigurationError if another process has one, or has changed it
   */
  async retake(patience: number): Promise<void> {
    if (this.#isServed) await this.#call('retake', patience);
  }

  async #limit(name: string, limits: DriveLimits): Promise<void> {
    const drive = this.all.find((one) => one.name === name)!;
    const isLast = !isLimited(checkedDriveLimits(limits));
    const { group = drive.limits.group } = limits;
    const applied = isLast ? {} : { ...limits, ...(group !== undefined && { group }) };
    await this.#call('limit', name, applied);
    drive.limited(applied);
    if (group === undefined || isLast) return;
    for (const other of this.all) if (other.limits.group === group) other.limited(applied);
  }

  /** Does something, at once, that waits for the requests that are under way: no limit holds them up meanwhile. */
  async withoutLimits<Result>(act: () => Promise<Result>): Promise<Result> {
    if (!this.all.some(({ limits }) => isLimited(limits))) return await act();
    const acting = act();
    // Nobody waits for it if the drives have crashed.
    acting.catch(() => {});
    await this.#call('suspendLimits', true);
    try {
      return await acting;
    } finally {
      await this.#call('suspendLimits', false);
    }
  }

  /** The media in the drives now. The machine must be frozen. */
  async save(): Promise<SavedMedia> {
    return this.#isServed ? await this.#call('save') : {};
  }

  /**
   * The drives of a machine that is to go on from what is in these, beside this one.
   * @throws ConfigurationError if there is an image that only one machine can have
   */
  forked(media: SavedMedia): DriveOptions[] {
    return this.#plans.map((plan, n) => forkedDrive(plan, this.all[n].image, media[plan.name]));
  }

  /** Contents of disks on their way to another process, and from one (`DriveCalls`). */
  readonly contents = {
    begin: async () => (this.#isServed ? await this.#call('beginLeaving') : []),
    leaving: (name: string, from: number, most: number) => this.#call('leaving', name, from, most),
    left: async () => (this.#isServed ? await this.#call('leavingLeft') : 0),
    end: async () => {
      if (this.#isServed) await this.#call('endLeaving');
    },
    saveRest: async (): Promise<SavedMedia> => (this.#isServed ? await this.#call('saveRest') : {}),
    take: (name: string, blocks: SavedPages) => this.#call('takeArriving', name, blocks),
  };

  /** Snapshots within images (image-snapshots.ts). */
  readonly snapshots = {
    save: () => this.#snapshotCall('saveWithin'),
    create: (snapshot: NewSnapshot) => this.#snapshotCall('createSnapshot', snapshot),
    list: () => this.#snapshotCall('listSnapshots'),
    state: (name: string) => this.#snapshotCall('snapshotState', name),
    delete: (name: string) => this.#snapshotCall('deleteSnapshot', name),
  };

  /** @throws ConfigurationError if there are no drives */
  async #snapshotCall<Name extends keyof DriveCalls>(
    name: Name,
    ...args: Parameters<DriveCalls[Name]>
  ): Promise<ReturnType<DriveCalls[Name]>> {
    if (!this.#isServed) throw new ConfigurationError(NO_IMAGE);
    return await this.#call(name, ...args);
  }

  /**
   * Puts back what was in them, does something, and puts all as it was if that fails. The machine must be frozen.
   * @param snapshot the name of the one within images that they are in, if they were saved so; that cannot be put back
   * @throws ConfigurationError if what is in them is not what the saved ones stand on; nothing was done then
   */
  async load(media: SavedMedia, act: () => Promise<void>, snapshot?: string): Promise<void> {
    const missing = Object.keys(media).find((name) => !this.all.some((drive) => drive.name === name));
    if (missing !== undefined)
      throw new ConfigurationError(
        `${missing}: the snapshot was taken with ${shown(media[missing])} in it, and there is no such drive`,
      );
    if (!this.#isServed) return await act();
    await this.#call('stage', media, snapshot);
    try {
      await this.#call('exchangeStaged');
      await act().catch(async (error: unknown) => {
        await this.#call('exchangeStaged');
        throw error;
      });
    } finally {
      await this.#call('dropStaged');
    }
  }

  /** The drives' part of the machine's configuration. */
  get config(): DriveConfig[] {
    return this.#plans.map((plan, n) => {
      const contents = this.#contents.get(plan.name);
      return { ...configOf(plan, this.all[n]), ...(contents && { contents }) };
    });
  }

  /** Writes what is left to be written, and lets go of all images. May be called again. */
  close(): Promise<void> {
    this.#underWay.end();
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (!this.#isServed) return await this.#thread.terminate();
    // It fails where they have crashed.
    const closed = this.#call('close').catch(() => {});
    const isInTime = await endsWithin(CLOSE_LIMIT, closed);
    this.#calls.close(new Error('the machine has ended: its drives are no more'));
    const ended = this.#thread.terminate();
    // A thread that a disk of the host holds up cannot be ended either.
    if (isInTime) await ended;
    else this.#tellLeft();
  }

  #tellLeft(): void {
    const names = this.all.map(({ name }) => name).join(', ');
    this.onLog(
      `${names}: the images have not been closed, as the host's storage does not answer; what the guest did not flush may be lost. Look after the host's disk or network`,
    );
  }

  /** While a call is under way the thread keeps the program alive. */
  async #call<Name extends keyof DriveCalls>(
    name: Name,
    ...args: Parameters<DriveCalls[Name]>
  ): Promise<ReturnType<DriveCalls[Name]>> {
    if (this.#callsUnderWay++ === 0) this.#thread.hold(true);
    try {
      return await this.#calls.call(name, ...args);
    } finally {
      if (--this.#callsUnderWay === 0) this.#thread.hold(false);
    }
  }

  #receive(report: DriveReport): void {
    if (report.type === 'log') this.onLog(report.message);
    else if (report.type === 'tray') this.onTrayMoved({ drive: report.name, isOpen: report.isOpen });
    else if (report.type === 'status') this.all.find(({ name }) => name === report.name)?.update(report.status);
    else this.#calls.settle(report);
  }

  #crashed(error: Error): void {
    this.#calls.close(error);
    this.onCrash(error);
  }
}

/** A drive's part of the machine's configuration. */
export function configOf(
  { options: _, port: __, device: ___, bus: ____, ...config }: DrivePlan,
  { medium }: Drive,
): DriveConfig {
  return { ...config, medium };
}

/** @throws ConfigurationError for a flash chip, which the processor sees in its memory */
function checkResizable({ name, interface: bus }: DrivePlan): void {
  if (bus === 'pflash')
    throw new ConfigurationError(`${name} is a flash chip, whose size stays; give another image when it is off`);
}

/** Whether what is awaited ends within so many milliseconds. */
async function endsWithin(limit: number, awaited: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limit);
  });
  const isInTime = await Promise.race([awaited.then(() => true), late]);
  clearTimeout(timer);
  return isInTime;
}

/** A message would carry the whole buffer that bytes are part of. `slice` of a Node Buffer is such a part too. */
function ownImage(image: Image): Image {
  return isBytes(image) ? new Uint8Array(checkedBytes('the image', image)) : image;
}

function withoutImage({ image: _, ...options }: DriveOptions): DriveOptions {
  return options;
}

function ownBytes(options: DriveOptions): DriveOptions {
  return options.image === undefined ? options : { ...options, image: ownImage(options.image) };
}
