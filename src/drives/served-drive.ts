import type { BlockMedium } from '../../runtime/host/block.ts';
import { SECTOR_BYTES } from '../../runtime/host/block.ts';
import type { BlockAnswer, BlockInput, BlockQuestion } from '../../runtime/host/block-port.ts';
import { ConfigurationError, messageOf } from '../errors.ts';
import type { Image } from '../options.ts';
import { InOrder } from '../storage/in-order.ts';
import { openDisk, type StorageHost } from '../storage/open.ts';
import { OverlayDisk } from '../storage/overlay.ts';
import type { Qcow2Disk } from '../storage/qcow2/disk.ts';
import { type Disk, type ImageIdentity, StorageError } from '../storage/store.ts';
import { whenFree } from '../storage/when-free.ts';
import { blockError } from './block-error.ts';
import { storeOf } from './image-store.ts';
import { type DrivePlan, isRemovable, type MediumOptions } from './options.ts';
import type { DriveStatus } from './protocol.ts';
import { checkMedium, holdsSnapshots, type SavedMedium, saveMedium, saveMediumWithin } from './saved-medium.ts';
import { nothingStaged, type StagedMedium, stageChanges, stageContents, stageSnapshot } from './staged-medium.ts';

/** What a drive needs of what is around it. */
export interface DriveBackend {
  readonly storage: StorageHost;
  /** The machine is to see another medium in it, or its tray closed. */
  mediumChanged(name: string, medium: BlockInput): void;
  /** The library is to see what has become of it. */
  statusChanged(name: string, status: DriveStatus): void;
  /** Something for the user to know. */
  tell(message: string): void;
}

/** What a drive says of itself. */
type Door = Pick<DriveStatus, 'isLocked' | 'isTrayOpen'>;
const closedDoor: Door = { isLocked: false, isTrayOpen: false };

/** What is opened, and how. */
interface Source {
  readonly image: Image;
  readonly options: MediumOptions;
}

/** A drive where it is served: it has the disk that its medium is. */
export class ServedDrive {
  readonly name: string;
  readonly #plan: DrivePlan;
  readonly #backend: DriveBackend;
  #disk: Disk | null = null;
  /** What was opened, and how. */
  #source: Source | null = null;
  /** The images of the disk that another process may have now. */
  #released: readonly ImageIdentity[] | null = null;
  /** Why its image is not here, for messages. */
  #absence: string | null = null;
  /** What a machine that is loaded is to find. */
  #staged: StagedMedium = nothingStaged;
  /** From `stage` to `dropStaged`: what is ready is for the disk that is in the drive now. */
  #staging: PromiseWithResolvers<void> | null = null;
  #door = closedDoor;
  #isClosed = false;
  /** What the user asks for. */
  readonly #changes = new InOrder();
  /** What takes a disk out or puts one in. The end of the machine waits for that, but not for an image that is being opened. */
  readonly #exchanges = new InOrder();
  /** What was told last: a guest may try again and again. */
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
    if (this.#disk === null) return null;
    return { sectors: Math.floor(this.#disk.size / SECTOR_BYTES), isReadOnly: this.#disk.isReadOnly };
  }

  get status(): DriveStatus {
    const { name = null, format = null } = this.#disk ?? {};
    return { image: name, format, isInMemory: this.#isInMemory, ...this.#door, medium: this.#medium };
  }

  /**
   * What it will be when it is opened. Nothing is locked: another process may write to its image still.
   * @throws ConfigurationError
   */
  async look(): Promise<DriveStatus> {
    const { image, ...options } = this.#plan.options;
    if (image === undefined) return this.status;
    this.#absence = 'the machine whose image it has is still to arrive';
    const { storage } = this.#backend;
    const disk = await this.#openImage(
      image,
      { ...options, readOnly: true },
      { ...storage, open: storage.peek ?? storage.open },
    );
    const { name, format } = disk;
    const medium = { sectors: Math.floor(disk.size / SECTOR_BYTES), isReadOnly: this.#isReadOnly(options) };
    await disk.close();
    return { image: name, format, isInMemory: image instanceof Uint8Array, ...closedDoor, medium };
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
   * @throws ConfigurationError
   */
  async open(patience = 0): Promise<void> {
    const { image, ...options } = this.#plan.options;
    if (image === undefined) return;
    const disk = await whenFree(() => this.#openImage(image, options), patience);
    await this.#exchanges.run(() => this.#putIn(disk, { image, options }));
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
      await this.#exchangeUnstaged(disk, { image, options });
    });
  }

  /**
   * Takes the medium out, whether the guest has locked it or not.
   * @throws ConfigurationError for a drive whose medium cannot be taken out
   */
  async eject(): Promise<void> {
    this.#checkRemovable();
    await this.#changes.run(() => this.#exchangeUnstaged(null));
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
  async #exchangeUnstaged(disk: Disk | null, source: Source | null = null): Promise<void> {
    while (this.#staging !== null) await this.#staging.promise;
    await this.#exchanges.run(() => this.#exchange(disk, source));
  }

  #endStaging(): void {
    this.#staging?.resolve();
    this.#staging = null;
  }

  /**
   * What is in it now. No request may be under way.
   * @throws ConfigurationError if it is more than a snapshot may hold, or cannot be read
   */
  async save(): Promise<SavedMedium | undefined> {
    return await this.#exchanges.run(() => this.#savedBy(saveMedium));
  }

  /**
   * What is in it now, for a snapshot within images.
   * @throws ConfigurationError as `save`
   */
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

  /** What the guest writes to its image can be in no snapshot. */
  get lacksSnapshots(): boolean {
    const disk = this.#disk;
    const isKept = disk === null || disk.isReadOnly || disk instanceof OverlayDisk || this.#isInMemory;
    return !isKept && this.snapshotDisk === null;
  }

  /**
   * Gets ready what was in it, for `exchangeStaged`. Nothing changes.
   * @param snapshot the name of the one within the image that it is in, if it was saved so
   * @throws ConfigurationError if what is in it is not what the saved one stands on
   */
  async stage(saved: SavedMedium | undefined, snapshot?: string): Promise<void> {
    this.#staging ??= Promise.withResolvers();
    await this.#exchanges.run(async () => {
      this.#checkHere();
      if (saved?.isInImage && snapshot !== undefined && this.snapshotDisk !== null) {
        this.#staged = stageSnapshot(snapshot);
        return;
      }
      await checkMedium(this.name, { disk: this.#disk, isInMemory: this.#isInMemory }, saved);
      this.#staged = await this.#stagedOf(saved);
    });
  }

  async #stagedOf(saved: SavedMedium | undefined): Promise<StagedMedium> {
    const disk = this.#disk;
    if (disk === null || saved === undefined) return nothingStaged;
    if (this.#isInMemory) return stageContents(saved, disk.name);
    return disk instanceof OverlayDisk ? await stageChanges(disk, saved, this.#backend.storage.scratch) : nothingStaged;
  }

  /** Puts what is ready in the place of what is there, or that back. */
  async exchangeStaged(): Promise<void> {
    await this.#exchanges.run(async () => {
      if (this.#disk) this.#disk = await this.#staged.exchange(this.#disk);
    });
  }

  /** Forgets what is ready, or what it has taken the place of. */
  async dropStaged(): Promise<void> {
    const staged = this.#staged;
    this.#staged = nothingStaged;
    this.#endStaging();
    await staged.drop();
    this.#tellStatus();
  }

  /** Does what the guest asks for. Never rejects. */
  async answer(question: BlockQuestion): Promise<BlockAnswer> {
    try {
      return await this.#do(question);
    } catch (error) {
      this.#tellOnce(`${this.name}: ${messageOf(error)}`);
      return { error: blockError(error) };
    }
  }

  /** Writes what is left to be written, and lets go of the image. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#endStaging();
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
    if (question.type === 'lock' || question.type === 'tray') {
      this.#setDoor(question.type === 'lock' ? { isLocked: question.locked } : { isTrayOpen: question.open });
      return { error: null };
    }
    const disk = this.#disk;
    if (disk === null) return { error: 'no-medium' };
    switch (question.type) {
      case 'read':
        await disk.read(question.sector * SECTOR_BYTES, question.bytes);
        if (question.bytes.buffer instanceof ArrayBuffer) return { error: null, bytes: question.bytes };
        break;
      case 'write':
        await disk.write(question.sector * SECTOR_BYTES, question.bytes);
        break;
      case 'flush':
        await disk.flush();
        break;
      case 'discard':
        await disk.discard(question.sector * SECTOR_BYTES, question.count * SECTOR_BYTES);
    }
    return { error: null };
  }

  /** Lock and tray are the drive's, with or without a medium. A guest may set them again and again. */
  #setDoor(change: Partial<Door>): void {
    const { isLocked, isTrayOpen } = this.#door;
    this.#door = { ...this.#door, ...change };
    if (this.#door.isLocked !== isLocked || this.#door.isTrayOpen !== isTrayOpen) this.#tellStatus();
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
    // The drive will say so, too, when the machine runs.
    this.#door = { ...this.#door, isTrayOpen: disk === null && this.#plan.media === 'cdrom' };
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

  #isReadOnly({ readOnly = false }: MediumOptions): boolean {
    return readOnly || this.#plan.media === 'cdrom';
  }

  async #openImage(image: Image, options: MediumOptions, storage = this.#backend.storage): Promise<Disk> {
    const disk = await this.#openDisk(image, options, storage);
    if (disk.size >= SECTOR_BYTES) return disk;
    await disk.close();
    throw new StorageError(disk, `has ${disk.size} bytes, less than a sector (${SECTOR_BYTES} bytes)`);
  }

  async #openDisk(image: Image, medium: MediumOptions, storage: StorageHost): Promise<Disk> {
    const { format, snapshot = false } = medium;
    const isReadOnly = this.#isReadOnly(medium);
    const access = isReadOnly ? 'read' : 'write';
    const options = { access, snapshot: snapshot && !isReadOnly, ...(format && { format }) } as const;
    if (typeof image === 'string') return await openDisk(storage, image, options);
    const store = storeOf(image, `the image of ${this.name}`, isReadOnly);
    const open: StorageHost['open'] = async (file, mode) => (file === store.name ? store : storage.open(file, mode));
    const identify: StorageHost['identify'] = async (file) =>
      file === store.name ? store.identity : storage.identify(file);
    // What cannot be written itself is written in memory.
    const isKept = options.snapshot || (store.isReadOnly && !isReadOnly);
    return await openDisk({ ...storage, open, identify }, store.name, { ...options, snapshot: isKept });
  }

  #tellOnce(message: string): void {
    if (message === this.#told) return;
    this.#told = message;
    this.#backend.tell(message);
  }
}
