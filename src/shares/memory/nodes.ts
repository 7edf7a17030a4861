import { Errno, FolderError } from '../../ninep/errno.ts';
import { type Attributes, type Changes, type GivenTime, Kind, type NewFile, PERMISSIONS } from '../../ninep/folder.ts';
import { FileData, type FilePart, roomFor } from './file-data.ts';
import type { Space, Spare, SpareSpace } from './space.ts';

/** Bytes of a block in attributes (stat(2)), and of one of the file system. */
const UNIT_BYTES = 512;
export const BLOCK_BYTES = 4096;
/** Characters of a symbolic link's target at most, as in Linux (PATH_MAX, with the NUL). */
export const MOST_TARGET = 4095;
/** An owner that stays as it is, as in chown(2). */
const UNCHANGED = 0xffffffff;

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** Properties of a new file; `id`: its number, if it has one already. */
export interface MemoryFile extends NewFile {
  readonly id?: bigint;
}

/** Nanoseconds since 1970. */
export type NodeTimes = Pick<Attributes, 'accessTime' | 'modificationTime' | 'changeTime'>;

/** A file of any kind, whatever names it has. */
export abstract class MemoryNode {
  /** As in stat(2). */
  abstract readonly kind: number;
  readonly id: bigint;
  /** The device number of a device file. */
  readonly device: bigint = 0n;
  /** Names that lead to it, and how often it is open. */
  names = 0;
  opens = 0;
  protected readonly space: Space;
  #permissions: number;
  #user: number;
  #group: number;
  #accessTime = now();
  #modificationTime = this.#accessTime;
  #changeTime = this.#accessTime;

  constructor({ mode, user, group, id }: MemoryFile, space: Space) {
    this.space = space;
    this.id = id ?? space.nextId();
    this.#permissions = mode & PERMISSIONS;
    this.#user = user;
    this.#group = group;
  }

  get size(): number {
    return 0;
  }

  /** Bytes that its data take, as attributes have them. */
  get stored(): number {
    return 0;
  }

  get links(): number {
    return this.names;
  }

  get attributes(): Attributes {
    return {
      mode: this.kind | this.#permissions,
      user: this.#user,
      group: this.#group,
      links: BigInt(this.links),
      device: this.device,
      size: BigInt(this.size),
      blockSize: BigInt(BLOCK_BYTES),
      blocks: BigInt(Math.ceil(this.stored / UNIT_BYTES)),
      accessTime: this.#accessTime,
      modificationTime: this.#modificationTime,
      changeTime: this.#changeTime,
      id: this.id,
    };
  }

  /** The size comes before the times, which it changes. */
  change({ mode, user, group, size, accessTime, modificationTime }: Changes): void {
    if (mode !== undefined) this.#permissions = this.changedPermissions(mode);
    if (user !== undefined && user !== UNCHANGED) this.#user = user;
    if (group !== undefined && group !== UNCHANGED) this.#group = group;
    if (size !== undefined) this.resize(size);
    const given = (time: GivenTime) => (time === 'now' ? now() : time);
    if (accessTime !== undefined) this.#accessTime = given(accessTime);
    if (modificationTime !== undefined) this.#modificationTime = given(modificationTime);
    this.changed();
  }

  protected changedPermissions(mode: number): number {
    return mode & PERMISSIONS;
  }

  protected resize(_size: number): void {
    throw new FolderError(Errno.invalid, 'it has no data');
  }

  /** It has these times, whatever has changed it. */
  setTimes({ accessTime, modificationTime, changeTime }: NodeTimes): void {
    this.#accessTime = accessTime;
    this.#modificationTime = modificationTime;
    this.#changeTime = changeTime;
  }

  /** Its attributes, or names, are others now. */
  changed(): void {
    this.#changeTime = now();
  }

  /** Its contents are others now. */
  modified(): void {
    this.changed();
    this.#modificationTime = this.#changeTime;
  }

  /** Gives back what it takes, if nothing leads to it any more. */
  settle(): void {
    if (this.names === 0 && this.opens === 0) this.free();
  }

  protected free(): void {}
}

/** Where the contents of a file are that nobody has changed. */
export interface Origin {
  /** By which it is found again where they are. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** All of them. */
  read(): Promise<Uint8Array>;
}

/** The contents by a name, of some bytes, that a file at a path has. Throws an Error where there can be none by that name. */
export type OriginOf = (name: string, size: number, path: string) => Origin;

/** Where the contents of a folder's files come from. */
export interface Origins {
  readonly originOf: OriginOf;
  /** Interrupts those who wait for contents: their requests fail. */
  interrupt(): void;
  /** Origins for another folder, which share nothing with those who wait here. */
  afresh(): Origins;
}

/** Where a file has its contents from, and what these may take while they are here. */
export interface Source {
  readonly origin: Origin;
  readonly space: SpareSpace;
}

/** A file with data. Those of an origin are here while it is open, and then until their room is needed for others. */
export class FileNode extends MemoryNode implements Spare {
  readonly kind = Kind.file;
  readonly #data: FileData;
  /** null: the contents are the folder's own. */
  #source: Source | null;
  #isLoaded = false;

  constructor(file: MemoryFile, space: Space, source: Source | null = null) {
    super(file, space);
    this.#data = new FileData(source?.space ?? space);
    this.#source = source;
    if (source !== null) this.#data.resize(source.origin.size);
  }

  override get size(): number {
    return this.#data.size;
  }

  /** Bytes that the file takes. Contents that are elsewhere count too, since programs take a file without any for a hole. */
  override get stored(): number {
    return this.#source === null ? this.#data.taken : this.size;
  }

  get bytes(): number {
    return this.#data.taken;
  }

  /** null: the contents are the folder's own. */
  get origin(): Origin | null {
    return this.#source?.origin ?? null;
  }

  /** The contents that are here, without zeros. */
  parts(): IterableIterator<FilePart> {
    return this.#data.parts();
  }

  /** Has so many bytes, of which these are not zeros. Throws FolderError where there is no room for them. */
  fill(size: number, parts: Iterable<FilePart>): void {
    for (const { position, bytes } of parts)
      if (this.#data.write(bytes, position) < bytes.length)
        throw new FolderError(Errno.noSpace, 'there is no room for more');
    this.#data.resize(size);
  }

  /**
   * Gets the contents from their origin. Without that nothing is to be read or changed, unless the file is emptied.
   * @throws FolderError
   */
  async load(): Promise<void> {
    if (this.#source === null) return;
    const { origin, space } = this.#source;
    space.withdraw(this);
    if (this.#isLoaded) return;
    // What there is no room for is not asked for.
    if (roomFor(this.size) > space.free)
      throw new FolderError(Errno.noSpace, 'there is no room for the file (capacity)');
    this.#data.write(await origin.read(), 0);
    this.#isLoaded = true;
  }

  drop(): void {
    const { size } = this;
    this.#data.resize(0);
    this.#data.resize(size);
    this.#isLoaded = false;
  }

  /** Its contents are the folder's own from now on. Throws FolderError where there is no room for them. */
  #own(): void {
    if (this.#source === null) return;
    this.#source.space.withdraw(this);
    this.#data.moveTo(this.space);
    this.#source = null;
  }

  read(target: Uint8Array, position: number): number {
    return this.#data.read(target, position);
  }

  write(bytes: Uint8Array, position: number): number {
    this.#own();
    const written = this.#data.write(bytes, position);
    if (written > 0) this.modified();
    return written;
  }

  override resize(size: number): void {
    if (size === 0) this.free();
    this.#own();
    this.#data.resize(size);
    this.modified();
  }

  override settle(): void {
    super.settle();
    if (this.opens === 0 && this.#isLoaded) this.#source?.space.offer(this);
  }

  protected override free(): void {
    this.#source?.space.withdraw(this);
    this.#data.resize(0);
  }
}

/** A symbolic link. Only the guest follows it. */
export class LinkNode extends MemoryNode {
  readonly kind = Kind.symbolicLink;
  readonly target: string;
  /** Bytes that the target counts. */
  readonly room: number;

  constructor(target: string, file: MemoryFile, space: Space, room = target.length) {
    super(file, space);
    if (target.length > MOST_TARGET) throw new FolderError(Errno.nameTooLong, 'the target is too long');
    space.take(room);
    this.target = target;
    this.room = room;
  }

  override get size(): number {
    return this.target.length;
  }

  /** As in Linux. */
  protected override changedPermissions(): number {
    throw new FolderError(Errno.notSupported, 'a symbolic link has no permissions of its own');
  }

  protected override free(): void {
    this.space.give(this.room);
  }
}

/** Pipe, character device, block device and socket, as in stat(2). */
export const specialKinds: readonly number[] = [0o010000, 0o020000, 0o060000, 0o140000];

/** A device, a pipe or a socket: it is the guest's affair. */
export class SpecialNode extends MemoryNode {
  readonly kind: number;
  override readonly device: bigint;

  constructor(kind: number, device: bigint, file: MemoryFile, space: Space) {
    super(file, space);
    this.kind = kind;
    this.device = device;
  }
}
