import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { Errno, FolderError } from '../../ninep/errno.ts';
import {
  type Attributes,
  type Changes,
  type FolderStates,
  type FolderStatistics,
  type FolderUse,
  Kind,
  type NewFile,
  type OpenDirectory,
  type OpenFile,
  type SharedFolder,
  type UsedFolder,
} from '../../ninep/folder.ts';
import { type FolderPlace, Places } from '../../ninep/places.ts';
import { OpenFlag } from '../../ninep/protocol.ts';
import { DirectoryNode, ENTRY_BYTES } from './directory-node.ts';
import { BLOCK_BYTES, FileNode, LinkNode, type MemoryNode, type Origins, SpecialNode, specialKinds } from './nodes.ts';
import { MemoryOpenDirectory, MemoryOpenFile } from './open.ts';
import { type Planted, plant, type Spaces } from './plant.ts';
import { restoredPlaces } from './restored-places.ts';
import { check, checkedNumber, checkedTable, restoredNodes } from './restored-tree.ts';
import { type SavedUse, savedTree } from './saved-tree.ts';
import { Space, SpareSpace } from './space.ts';

/** The kind of file system that it tells it is: 9P, by Linux's include/uapi/linux/magic.h. */
const V9FS_MAGIC = 0x01021997n;
/** As a folder of the host is that its owner has made. */
const ROOT = { mode: 0o755, user: 0, group: 0 };

/** The initial contents of a folder in memory. */
export interface MemoryStart {
  readonly entries?: readonly Planted[];
  /** Where contents of files come from that are a server's. */
  readonly origins?: Origins | undefined;
}

/**
 * A folder in memory that a guest shares. Requests are done at once, except for files whose contents are elsewhere.
 */
export class MemoryFolder implements SharedFolder {
  readonly #origins: Origins | undefined;
  readonly #spaces: Spaces;
  #root: DirectoryNode;
  readonly #places = new Places(() => {});

  /** @param capacity bytes that the guest's files may take; contents from elsewhere may take as much besides */
  constructor(capacity: number, { entries = [], origins }: MemoryStart = {}) {
    this.#spaces = { space: new Space(capacity), contents: new SpareSpace(capacity) };
    this.#origins = origins;
    this.#root = new DirectoryNode(ROOT, this.#space);
    this.#root.names = 1;
    plant(this.#root, entries, this.#spaces);
  }

  get states(): FolderStates {
    const { capacity, free, lastId } = this.#space;
    return {
      bytes: capacity - free,
      save: (uses) => savedTree({ root: this.#root, lastId, rootPlace: this.#places.root }, uses),
      restored: (saved) => new MemoryFolder(capacity, { origins: this.#origins?.afresh() }).#restore(saved),
    };
  }

  get #space(): Space {
    return this.#spaces.space;
  }

  /** It becomes one that was saved. */
  #restore(saved: Saved): UsedFolder {
    const { table, contents } = checkedTable(saved);
    const nodes = restoredNodes(table, contents, { ...this.#spaces, originOf: this.#origins?.originOf });
    this.#root = nodes[0] as DirectoryNode;
    const places = restoredPlaces(this.#places, table.places);
    const uses = table.uses.map((use) => this.#use(use, places, nodes));
    // What is not in use has taken its room for nothing.
    for (const node of nodes)
      check(node.names > 0 || node.opens > 0 || node instanceof DirectoryNode, 'a file is nowhere');
    for (const place of places) this.release(place);
    return { folder: this, uses };
  }

  #use([at, number, flags]: SavedUse, places: readonly FolderPlace[], nodes: readonly MemoryNode[]): FolderUse {
    const place = places[checkedNumber(at, places.length - 1, 'what is in use is nowhere')]!;
    this.retain(place);
    if (number === undefined) return { place, open: null };
    const node = nodes[checkedNumber(number, nodes.length - 1, 'what is open is nothing')]!;
    return { place, open: this.#opened(place, node, flags) };
  }

  #opened(place: FolderPlace, node: MemoryNode, flags: unknown): OpenFile | OpenDirectory {
    check(Number.isSafeInteger(flags), 'what is open is nothing');
    if (node instanceof DirectoryNode) return this.#openDirectory(node, place, 0);
    check(node instanceof FileNode, 'what is open is no file');
    return new MemoryOpenFile(node, (flags as number) & ~OpenFlag.truncate);
  }

  root(): FolderPlace {
    return this.#places.root;
  }

  retain(place: FolderPlace): void {
    place.keepers++;
  }

  release(place: FolderPlace): void {
    this.#places.release(place);
  }

  /** The node at a place now. */
  #node(place: FolderPlace): MemoryNode {
    const { names, top } = place.way;
    if (top !== this.#places.root) throw new FolderError(Errno.noEntry, 'the file was removed');
    return names.reduceRight<MemoryNode>((node, name) => directoryOf(node).get(name), this.#root);
  }

  #directory(place: FolderPlace): DirectoryNode {
    return directoryOf(this.#node(place));
  }

  async walk(directory: FolderPlace, name: string): Promise<FolderPlace> {
    this.#directory(directory).get(name);
    return this.#places.at(directory, name);
  }

  async attributes(place: FolderPlace, open?: OpenFile | OpenDirectory): Promise<Attributes> {
    return this.#nodeOf(place, open).attributes;
  }

  #nodeOf(place: FolderPlace, open?: OpenFile | OpenDirectory): MemoryNode {
    return open instanceof MemoryOpenFile || open instanceof MemoryOpenDirectory ? open.node : this.#node(place);
  }

  async open(place: FolderPlace, flags: number): Promise<OpenFile | OpenDirectory> {
    const node = this.#node(place);
    if (node instanceof DirectoryNode) return this.#openDirectory(node, place, flags);
    if ((flags & OpenFlag.directory) !== 0) throw new FolderError(Errno.notDirectory, 'it is no directory');
    return await openFile(node, flags);
  }

  #openDirectory(node: DirectoryNode, place: FolderPlace, flags: number): MemoryOpenDirectory {
    if ((flags & (OpenFlag.access | OpenFlag.truncate)) !== 0)
      throw new FolderError(Errno.isDirectory, 'a directory cannot be written');
    return new MemoryOpenDirectory(node, () => this.#parentOf(place, node));
  }

  /** The directory that ".." leads to: from a directory that was removed it is that directory itself. */
  #parentOf({ parent }: FolderPlace, node: DirectoryNode): DirectoryNode {
    return parent === null ? node : this.#directory(parent);
  }

  async create(directory: FolderPlace, name: string, flags: number, file: NewFile) {
    const within = this.#directory(directory);
    const known = within.find(name);
    if (known !== undefined && (flags & OpenFlag.exclusive) !== 0) within.checkFree(name);
    if (known instanceof DirectoryNode) throw new FolderError(Errno.isDirectory, 'it is a directory');
    const place = this.#places.at(directory, name);
    try {
      if (known === undefined) within.add(name, new FileNode(file, this.#space));
      return { place, open: await openFile(within.get(name), flags) };
    } catch (error) {
      this.release(place);
      throw error;
    }
  }

  /** A name that is not there yet leads to a file, which must not stay if there is no room for the name. */
  #add(directory: FolderPlace, name: string, fileFor: () => MemoryNode): void {
    const within = this.#directory(directory);
    within.checkFree(name);
    // Throws where the way to it would be too long.
    this.release(this.#places.at(directory, name));
    const node = fileFor();
    try {
      within.add(name, node);
    } catch (error) {
      node.settle();
      throw error;
    }
  }

  async makeDirectory(directory: FolderPlace, name: string, file: NewFile): Promise<void> {
    this.#add(directory, name, () => new DirectoryNode(file, this.#space));
  }

  async makeSymbolicLink(directory: FolderPlace, name: string, target: string, file: NewFile): Promise<void> {
    this.#add(directory, name, () => new LinkNode(target, file, this.#space));
  }

  async makeNode(directory: FolderPlace, name: string, kind: number, device: bigint, file: NewFile): Promise<void> {
    this.#add(directory, name, () => {
      if (kind === Kind.file) return new FileNode(file, this.#space);
      if (kind === Kind.directory) throw new FolderError(Errno.notPermitted, 'a directory is made otherwise');
      if (!specialKinds.includes(kind)) throw new FolderError(Errno.invalid, 'there is no such kind of file');
      return new SpecialNode(kind, device, file, this.#space);
    });
  }

  async link(place: FolderPlace, directory: FolderPlace, name: string): Promise<void> {
    const node = this.#node(place);
    this.#add(directory, name, () => {
      if (node instanceof DirectoryNode) throw new FolderError(Errno.notPermitted, 'a directory has one name only');
      return node;
    });
  }

  async readLink(place: FolderPlace): Promise<string> {
    const node = this.#node(place);
    if (!(node instanceof LinkNode)) throw new FolderError(Errno.invalid, 'it is no symbolic link');
    return node.target;
  }

  async rename(directory: FolderPlace, name: string, newDirectory: FolderPlace, newName: string): Promise<void> {
    const from = this.#places.at(directory, name);
    try {
      this.#rename(from, newDirectory, newName);
    } finally {
      this.release(from);
    }
  }

  /** Renames a file. The errors, and the order in which they are checked, are those of rename(2). */
  #rename(from: FolderPlace, newDirectory: FolderPlace, newName: string): void {
    const [directory, name] = [from.parent!, from.name];
    if (newDirectory.isWithin(from)) throw new FolderError(Errno.invalid, 'it cannot be moved into itself');
    const [source, target] = [this.#directory(directory), this.#directory(newDirectory)];
    const [moved, replaced] = [source.get(name), target.find(newName)];
    const to = newDirectory.places.get(newName);
    if (to !== undefined && directory.isWithin(to)) throw new FolderError(Errno.notEmpty, 'the file is in it');
    // Two names of one file stay.
    if (moved === replaced) return;
    if (replaced !== undefined) checkReplaceable(moved, replaced);
    this.#places.checkMove(from, newDirectory);
    if (replaced !== undefined) target.remove(newName);
    source.move(name, target, newName);
    this.#places.move(directory, name, newDirectory, newName);
  }

  async remove(directory: FolderPlace, name: string, isDirectory: boolean): Promise<void> {
    const within = this.#directory(directory);
    const node = within.get(name);
    if (isDirectory) checkEmpty(directoryOf(node));
    else if (node instanceof DirectoryNode) throw new FolderError(Errno.isDirectory, 'it is a directory');
    within.remove(name);
    this.#places.forget(directory, name);
  }

  async change(place: FolderPlace, changes: Changes, open?: OpenFile | OpenDirectory): Promise<void> {
    const node = this.#nodeOf(place, open);
    try {
      if (node instanceof FileNode && (changes.size ?? 0) > 0) await node.load();
      node.change(changes);
    } finally {
      // Contents that were loaded for a change which there was no room for are spare again.
      node.settle();
    }
  }

  async statistics(): Promise<FolderStatistics> {
    const { capacity, free } = this.#space;
    const whole = (bytes: number, unit: number) => BigInt(Math.floor(bytes / unit));
    return {
      type: V9FS_MAGIC,
      blockSize: BigInt(BLOCK_BYTES),
      // Rounded up: no file with data is larger than all.
      blocks: BigInt(Math.ceil(capacity / BLOCK_BYTES)),
      free: whole(free, BLOCK_BYTES),
      available: whole(free, BLOCK_BYTES),
      files: whole(capacity, ENTRY_BYTES),
      freeFiles: whole(free, ENTRY_BYTES),
    };
  }

  interrupt(): void {
    this.#origins?.interrupt();
  }

  async settle(): Promise<void> {}

  /** Files are there as long as somebody knows the folder: what a guest has left can be read when its machine has ended. */
  async close(): Promise<void> {}
}

function directoryOf(node: MemoryNode): DirectoryNode {
  if (!(node instanceof DirectoryNode)) throw new FolderError(Errno.notDirectory, 'it is no directory');
  return node;
}

/** A file that can be opened. */
function withData(node: MemoryNode): FileNode {
  if (node instanceof LinkNode) throw new FolderError(Errno.tooManyLinks, 'it is a symbolic link');
  if (!(node instanceof FileNode)) throw new FolderError(Errno.notPermitted, 'it is a special file');
  return node;
}

/** Opens a file. Its contents are not loaded if it is truncated. */
async function openFile(node: MemoryNode, flags: number): Promise<MemoryOpenFile> {
  const file = withData(node);
  if ((flags & OpenFlag.truncate) === 0) await file.load();
  return new MemoryOpenFile(file, flags);
}

function checkEmpty(directory: DirectoryNode): void {
  if (!directory.isEmpty) throw new FolderError(Errno.notEmpty, 'the directory is not empty');
}

/** Throws where a file cannot take the place of another one. */
function checkReplaceable(moved: MemoryNode, replaced: MemoryNode): void {
  if (moved instanceof DirectoryNode) checkEmpty(directoryOf(replaced));
  else if (replaced instanceof DirectoryNode) throw new FolderError(Errno.isDirectory, 'it is a directory');
}
