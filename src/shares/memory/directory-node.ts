import { Errno, FolderError } from '../../ninep/errno.ts';
import { Kind } from '../../ninep/folder.ts';
import { BLOCK_BYTES, MemoryNode } from './nodes.ts';

/** About what the host needs for a name and what it leads to, without data: a guest must not use it up with empty files. */
export const ENTRY_BYTES = 1024;

/** A name in a directory. Who lists the directory goes on behind its position. */
export interface MemoryEntry {
  readonly position: number;
  readonly node: MemoryNode;
  /** Bytes that the name counts: those that a folder begins with count none. */
  readonly room: number;
}

/** A directory. */
export class DirectoryNode extends MemoryNode {
  readonly kind = Kind.directory;
  /** In the order of their positions. */
  readonly #entries = new Map<string, MemoryEntry>();
  /** The last position that was given; "." and ".." have the first ones. */
  lastPosition = 2;
  #directories = 0;

  /** By its name, by its own ".", and by the ".." of each directory in it. */
  override get links(): number {
    return this.names === 0 ? 0 : 2 + this.#directories;
  }

  override get size(): number {
    return BLOCK_BYTES;
  }

  override get stored(): number {
    return BLOCK_BYTES;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  protected override resize(): void {
    throw new FolderError(Errno.isDirectory, 'it is a directory');
  }

  /** The entries as they are when they are reached: those that are added meanwhile among them, those that are removed not. */
  entries(): IterableIterator<[string, MemoryEntry]> {
    return this.#entries.entries();
  }

  find(name: string): MemoryNode | undefined {
    return this.#entries.get(name)?.node;
  }

  get(name: string): MemoryNode {
    const node = this.find(name);
    if (node === undefined) throw new FolderError(Errno.noEntry, 'there is no such file');
    return node;
  }

  /** Throws where a name is taken. */
  checkFree(name: string): void {
    if (this.#entries.has(name)) throw new FolderError(Errno.exists, 'there is such a file already');
  }

  /** A name that is free leads to a file from now on. */
  add(name: string, node: MemoryNode): void {
    this.enter(name, { node, room: ENTRY_BYTES, position: this.lastPosition + 1 });
  }

  /** Adds an entry whose name is free, and whose position is behind all others. */
  enter(name: string, entry: MemoryEntry): void {
    this.space.take(entry.room);
    this.#enter(name, entry);
  }

  /** A name leads nowhere any more. */
  remove(name: string): void {
    this.get(name);
    const { node, room } = this.#leave(name);
    this.space.give(room);
    node.settle();
  }

  /** Gives an entry another name, which must be free. This works in a full folder, too, as it takes no more room. */
  move(name: string, directory: DirectoryNode, newName: string): void {
    this.get(name);
    const { node, room } = this.#leave(name);
    directory.#enter(newName, { node, room, position: directory.lastPosition + 1 });
  }

  #enter(name: string, entry: MemoryEntry): void {
    const { node, position } = entry;
    node.names++;
    if (node instanceof DirectoryNode) this.#directories++;
    this.#entries.set(name, entry);
    this.lastPosition = position;
    node.changed();
    this.modified();
  }

  #leave(name: string): MemoryEntry {
    const entry = this.#entries.get(name)!;
    const { node } = entry;
    node.names--;
    if (node instanceof DirectoryNode) this.#directories--;
    this.#entries.delete(name);
    node.changed();
    this.modified();
    return entry;
  }
}
