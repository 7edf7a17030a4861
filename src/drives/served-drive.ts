import type { BlockAnswer, BlockError, BlockMedium, BlockQuestion } from '../../runtime/host/block.ts';
import { InOrder } from '../storage/in-order.ts';
import { OverlayDisk } from '../storage/overlay.ts';
import type { Qcow2Disk } from '../storage/qcow2/disk.ts';
import type { Disk, ImageIdentity, StorageError } from '../storage/store.ts';
import { whenFree } from '../storage/when-free.ts';
import { ConfigurationError, messageOf } from '../util/errors.ts';
import type { Image } from '../util/image.ts';
import type { ArrivingDisk } from './arriving-disk.ts';
import type { DriveBackend, Source } from './backend.ts';
import { backingOf } from './backing.ts';
import { canCommit, commitDisk } from './commit.ts';
import { imageBytes, mediumOf, openMedium, peekMedium } from './open-medium.ts';
import { type DrivePlan, isRemovable, type MediumOptions } from './options.ts';
import { closedDoor, type Door, type DriveStatus } from './protocol.ts';
import { askDisk } from './question.ts';
import {
  checkMedium,
  contentsOf,
  holdsSnapshots,
  type SavedMedium,
  saveGone,
  saveMedium,
  saveMediumWithin,
} from './saved-medium.ts';
import { stageMedium, stageSnapshot } from './staged-medium.ts';
import { Staging } from './staging.ts';

const blockErrors: Readonly<Record<string, BlockError>> = {
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EROFS: 'read-only',
};

/** The error that the guest sees for a failure of an image. */
function blockError(error: unknown): BlockError {
  const { code = '' } = ((error as StorageError).cause ?? {}) as { code?: string };
  return blockErrors[code] ?? 'io';
}

/** A drive where it is served: it has the disk that its medium is. */
export class ServedDrive {
  readonly name: string;
  readonly #plan: DrivePlan;
  readonly #backend: DriveBackend;
  #disk: Disk | null = null;
  /** The image that is open, and its options. */
  #source: Source | null = null;
  /** The images of the disk that another process may have now. */
  #released: readonly ImageIdentity[] | null = null;
  /** Why its image is not here, for messages. */
  #absence: string | null = null;
  readonly #staging = new Staging();
  /** While its disk is closed to be committed: requests wait. */
  #commit: Promise<void> | null = null;
  /** From `look` until the machine has arrived, or never will: requests wait. */
  #arrival: PromiseWithResolvers<void> | null = null;
  #door = closedDoor;
  #isClosed = false;
  /** Changes that the user asks for, one after the other. */
  readonly #changes = new InOrder();
  /**
   * Exchanges of disks, one after the other. The end of the machine waits for them, but not for an image that is being opened.
   */
  readonly #exchanges = new InOrder();
  /** The last message, so that a guest that tries again and again is reported once. */
  #told = '';

  constructor(plan: DrivePlan, backend: DriveBackend) {
    this.name = plan.name;
    this.#plan = plan;
    this.#backend = backend;
  }

  /** Its image was given as bytes: they are nowhere else. */
  get #isInMemory(): boolean {
    return this.#source?.image instanceof Uint8Array;
  }

  get #medium(): BlockMedium | null {
    return this.#disk && mediumOf(this.#disk, this.#disk.isReadOnly);
  }

  get status(): DriveStatus {
    const { name = null, format = null } = this.#disk ?? {};
    const isInMemory = this.#isInMemory;
    const chain = { isOverlay: this.#disk instanceof OverlayDisk, backing: backingOf(this.#disk) };
    const present = { image: name, format, bytes: imageBytes(this.#disk), isInMemory, ...chain, medium: this.#medium };
    const isCommittable = this.#disk !== null && canCommit(this.#disk) && !isInMemory;
    return { ...present, canCommit: isCommittable, ...this.#door };
  }

  /**
   * The status that it will have when it is opened. Nothing is locked: another process may write to its image still.
   * @throws ConfigurationError
   */
  async look(): Promise<DriveStatus> {
    if (this.#plan.options.image === undefined) return this.status;
    this.#absence = 'the machine whose image it has is still to arrive';
    // A machine that arrives makes the requests again that it had under way, before the process that it comes from lets the image go.
    this.#arrival = Promise.withResolvers();
    return { ...closedDoor, ...(await peekMedium(this.#plan, this.#plan.options.image, this.#backend.storage)) };
  }

  /** The machine has arrived, and its image is as it was left: requests are done from now on. */
  admit(): void {
    this.#arrival?.resolve();
    this.#arrival = null;
  }

  /**
   * Lets go of an image that the guest writes to. No request may be under way.
   * @throws ConfigurationError if it cannot be flushed
   */
  async release(): Promise<void> {
    await this.#exchanges.run(async () => {
      const disk = this.#disk;
      if (disk === null || disk.isReadOnly || disk instanceof OverlayDisk || this.#isInMemory) return;
      this.#released = await disk.settle();
      this.#absence = 'its image was handed over to another process; take it back first (cont)';
      await this.#takeOut();
    });
  }

  /**
   * Takes it again, as it was.
   * @param patience how long to wait for an image that is in use, in milliseconds
   * @throws ConfigurationError if another process has it, or has changed it
   */
  async retake(patience: number): Promise<void> {
    await this.#exchanges.run(async () => {
      const [released, source] = [this.#released, this.#source];
      if (released === null || source === null) return;
      const disk = await whenFree(() => this.#openImage(source.image, source.options), patience);
      const saved = { bytes: disk.size, isReadOnly: false, images: released };
      await checkMedium(this.name, { disk, isInMemory: false }, saved).catch(async (error: unknown) => {
        await disk.close();
        throw error;
      });
      this.#disk = disk;
      this.#released = this.#absence = null;
    });
  }

  /**
   * Opens what its options name.
   * @param patience how long to wait for an image that is in use, in milliseconds
   * @param arrived the disk, if it has come from another process
   * @throws ConfigurationError
   */
  async open(patience = 0, arrived?: Disk): Promise<void> {
    const { image, ...options } = this.#plan.options;
    if (image === undefined) return;
    const disk = arrived ?? (await whenFree(() => this.#openImage(image, options), patience));
    await this.#exchanges.run(() => this.#putIn(disk, { image, options }));
  }

  /** All that its disk has. Throws ConfigurationError if there is none, or it cannot be read. */
  async contents(): Promise<Uint8Array> {
    return await contentsOf(this.#present);
  }

  /**
   * Takes the medium out and puts another one in.
   * @throws ConfigurationError if the image cannot be opened; the old medium is in the drive then
   */
  async change(image: Image, options: MediumOptions = {}): Promise<void> {
    this.#checkRemovable();
    await this.#changes.run(async () => {
      this.#checkOpen();
      const disk = await this.#openImage(image, options);
      await this.#unstaged(() => this.#exchange(disk, { image, options }));
    });
  }

  /**
   * Makes its disk larger or smaller; the guest sees that.
   * @param size bytes
   * @throws ConfigurationError if there is none, or it cannot be
   */
  async resize(size: number): Promise<void> {
    await this.#changes.run(() =>
      this.#unstaged(async () => {
        const { resizeDisk } = await import('../storage/resize.ts');
        await resizeDisk(this.#present, size);
        this.#tellStatus();
        this.#backend.mediumChanged(this.name, this.#medium);
      }),
    );
  }

  /**
   * Puts what its disk has of its own into the image below. Requests wait meanwhile.
   * @throws ConfigurationError if there is nothing below, or it cannot be written
   */
  async commit(): Promise<void> {
    await this.#changes.run(() =>
      this.#unstaged(async () => {
        const [disk, { image, options }] = [this.#present, this.#source!];
        if (!canCommit(disk) || typeof image !== 'string') throw new ConfigurationError('Operation not supported');
        const reopen = () => this.#openImage(image, options);
        const { storage } = this.#backend;
        this.#disk = null;
        this.#absence = 'it could not be opened again after a commit';
        const committed = this.#committed(commitDisk(disk, { image, format: options.format, storage, reopen }));
        this.#commit = committed
          .catch(() => {})
          .finally(() => {
            this.#commit = null;
          });
        await committed;
      }),
    );
  }

  async #committed(committing: Promise<{ disk: Disk; failure?: unknown }>): Promise<void> {
    const { disk, failure } = await committing;
    this.#disk = disk;
    this.#absence = null;
    if (failure !== undefined) throw failure;
  }

  /**
   * Takes the medium out, whether the guest has locked it or not.
   * @throws ConfigurationError for a drive whose medium cannot be taken out
   */
  async eject(): Promise<void> {
    this.#checkRemovable();
    await this.#changes.run(() => this.#unstaged(() => this.#exchange(null)));
  }

  /**
   * Closes the tray, with what is in it.
   * @throws ConfigurationError for a drive whose medium cannot be taken out
   */
  async closeTray(): Promise<void> {
    this.#checkRemovable();
    this.#setDoor({ isTrayOpen: false });
    this.#backend.mediumChanged(this.name, 'tray closed');
  }

  /** When no state is being loaded. */
  async #unstaged(act: () => Promise<void>): Promise<void> {
    await this.#staging.over();
    await this.#exchanges.run(act);
  }

  /** @throws ConfigurationError if it has no disk, or not here */
  get #present(): Disk {
    this.#checkOpen();
    this.#checkHere();
    if (this.#disk !== null) return this.#disk;
    throw new ConfigurationError(`Device '${this.name}' has no medium`);
  }

  /**
   * The medium in it now. No request may be in progress. Throws ConfigurationError if a snapshot cannot hold it, or it cannot be
   * read.
   */
  async save(): Promise<SavedMedium | undefined> {
    return await this.#exchanges.run(() => this.#savedBy(saveMedium));
  }

  /** The medium in it now, for a process that has its contents already if `hasGone` says so of the disk; otherwise as {@link save}. */
  async saveRest(hasGone: (disk: Disk) => boolean): Promise<SavedMedium | undefined> {
    return await this.#exchanges.run(() =>
      this.#savedBy((disk, isInMemory) => (hasGone(disk) ? saveGone(disk, isInMemory) : saveMedium(disk, isInMemory))),
    );
  }

  /**
   * Does something with the disk in it, while it stays there.
   * @param act its second argument: the disk's image was given as bytes
   */
  async withDisk<Result>(act: (disk: Disk | null, isInMemory: boolean) => Promise<Result>): Promise<Result> {
    return await this.#exchanges.run(() => act(this.#disk, this.#isInMemory));
  }

  /** The medium in it now, for a snapshot within images; otherwise as {@link save}. */
  async saveWithin(): Promise<SavedMedium | undefined> {
    return await this.#exchanges.run(() => this.#savedBy(saveMediumWithin));
  }

  async #savedBy(save: typeof saveMedium): Promise<SavedMedium | undefined> {
    this.#checkHere();
    return this.#disk === null ? undefined : await save(this.#disk, this.#isInMemory);
  }

  #checkHere(): void {
    if (this.#absence !== null) throw new ConfigurationError(`${this.name}: ${this.#absence}`);
  }

  /**
   * Its disk, if its image has snapshots within itself.
   * @throws ConfigurationError if another process may have the image
   */
  get snapshotDisk(): Qcow2Disk | null {
    this.#checkHere();
    return holdsSnapshots(this.#disk, this.#isInMemory) ? this.#disk : null;
  }

  /** Whether no snapshot can hold the guest's writes to its image. */
  get lacksSnapshots(): boolean {
    const disk = this.#disk;
    const isKept = disk === null || disk.isReadOnly || disk instanceof OverlayDisk || this.#isInMemory;
    return !isKept && this.snapshotDisk === null;
  }

  /**
   * Gets ready what was in it, for `exchangeStaged`. Nothing changes.
   * @param snapshot the name of the one within the image that it is in, if it was saved so
   * @param arriving its contents, if they have come from another process
   * @throws ConfigurationError if what is in it is not what the saved one stands on
   */
  async stage(saved: SavedMedium | undefined, snapshot?: string, arriving?: ArrivingDisk): Promise<void> {
    this.#staging.begin();
    await this.#exchanges.run(async () => {
      this.#checkHere();
      if (saved?.isInImage && snapshot !== undefined && this.snapshotDisk !== null) {
        this.#staging.medium = stageSnapshot(snapshot);
        return;
      }
      await checkMedium(this.name, { disk: this.#disk, isInMemory: this.#isInMemory }, saved);
      this.#staging.medium = await stageMedium(
        { disk: this.#disk, isInMemory: this.#isInMemory, arriving },
        saved,
        this.#backend.storage,
      );
    });
  }

  /** Puts what is ready in the place of what is there, or that back. */
  async exchangeStaged(): Promise<void> {
    await this.#exchanges.run(async () => {
      if (this.#disk) this.#disk = await this.#staging.exchange(this.#disk);
    });
  }

  /** Forgets what is ready, or what it has taken the place of. */
  async dropStaged(): Promise<void> {
    await this.#staging.drop();
    this.#tellStatus();
  }

  /** Does what the guest asks for. Never rejects. */
  async answer(question: BlockQuestion): Promise<BlockAnswer> {
    try {
      if (this.#arrival !== null) await this.#arrival.promise;
      if (this.#commit !== null) await this.#commit;
      return await this.#do(question);
    } catch (error) {
      if (!this.#isClosed) this.#tellOnce(`${this.name}: ${messageOf(error)}`);
      return { error: blockError(error) };
    }
  }

  /** Writes what is left to be written, and lets go of the image. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.admit();
    this.#staging.end();
    // The machine has ended: a web server that does not answer would hold up its end.
    this.#disk?.abandon();
    await this.#exchanges.run(() => this.#takeOut());
  }

  async #takeOut(): Promise<void> {
    const disk = this.#disk;
    this.#disk = null;
    try {
      await disk?.close();
    } catch (error) {
      this.#backend.tell(`${this.name}: ${messageOf(error)}`);
    }
  }

  async #do(question: BlockQuestion): Promise<BlockAnswer> {
    if (question.type === 'lock') return this.#setDoor({ isLocked: question.locked });
    if (question.type === 'tray') return this.#setDoor({ isTrayOpen: question.open });
    const disk = this.#disk;
    if (disk === null) return { error: 'no-medium' };
    return await askDisk(disk, question);
  }

  /** Lock and tray are the drive's, with or without a medium. A guest may set them again and again. */
  #setDoor(change: Partial<Door>): BlockAnswer {
    const { isLocked, isTrayOpen } = this.#door;
    this.#door = { ...this.#door, ...change };
    const isMoved = this.#door.isTrayOpen !== isTrayOpen;
    if (this.#door.isLocked !== isLocked || isMoved) this.#tellStatus();
    if (isMoved) this.#backend.trayMoved(this.name, !isTrayOpen);
    return { error: null };
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error(`${this.name}: the machine has ended`);
  }

  #checkRemovable(): void {
    this.#checkOpen();
    if (isRemovable(this.#plan)) return;
    throw new ConfigurationError(`${this.name} is a hard disk: its medium cannot be changed`);
  }

  async #exchange(disk: Disk | null, source: Source | null = null): Promise<void> {
    await this.#putIn(disk, source);
    this.#told = '';
    // The drive will say so, too, when the machine runs. A floppy drive has no tray.
    if (this.#plan.media === 'cdrom') this.#setDoor({ isTrayOpen: true });
    this.#setDoor({ isTrayOpen: disk === null && this.#plan.media === 'cdrom' });
    this.#tellStatus();
    this.#backend.mediumChanged(this.name, this.#medium);
  }

  /** The machine may have ended while the disk was opened: nobody would close it later. */
  async #putIn(disk: Disk | null, source: Source | null): Promise<void> {
    if (this.#isClosed) await disk?.close();
    this.#checkOpen();
    await this.#takeOut();
    this.#disk = disk;
    this.#source = source;
    this.#released = this.#absence = null;
  }

  #tellStatus(): void {
    this.#backend.statusChanged(this.name, this.status);
  }

  #openImage(image: Image, options: MediumOptions): Promise<Disk> {
    return openMedium(this.#plan, image, options, this.#backend.storage);
  }

  #tellOnce(message: string): void {
    if (message === this.#told) return;
    this.#told = message;
    this.#backend.tell(message);
  }
}
