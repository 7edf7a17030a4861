import { Errno, FolderError } from '../../ninep/errno.ts';
import { type DirectoryEntry, Kind, type OpenDirectory, type OpenFile } from '../../ninep/folder.ts';
import { OpenFlag } from '../../ninep/protocol.ts';
import type { DirectoryNode, MemoryEntry } from './directory-node.ts';
import type { FileNode } from './nodes.ts';

/** A file in memory that is open. In a folder that was saved its contents may have to be got again. */
export class MemoryOpenFile implements OpenFile {
  readonly kind = 'file';
  readonly node: FileNode;
  readonly flags: number;
  #isOpen = true;

  /** `flags`: of OpenFlag. It is emptied by them once. */
  constructor(node: FileNode, flags: number) {
    this.node = node;
    this.flags = flags & ~OpenFlag.truncate;
    node.opens++;
    if ((flags & OpenFlag.truncate) !== 0) node.resize(0);
  }

  get #access(): number {
    return this.flags & OpenFlag.access;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    if (this.#access !== OpenFlag.readOnly && this.#access !== OpenFlag.readWrite)
      throw new FolderError(Errno.badFid, 'it is not open for reading');
    await this.node.load();
    return this.node.read(target, position);
  }

  async write(bytes: Uint8Array, position: number): Promise<number> {
    if (this.#access !== OpenFlag.writeOnly && this.#access !== OpenFlag.readWrite)
      throw new FolderError(Errno.badFid, 'it is not open for writing');
    await this.node.load();
    const isAppended = (this.flags & OpenFlag.append) !== 0;
    return this.node.write(bytes, isAppended ? this.node.size : position);
  }

  /** Memory is all that there is. */
  async sync(): Promise<void> {}

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.node.opens--;
    this.node.settle();
  }
}

/** An entry with its name. */
type Named = readonly [name: string, entry: MemoryEntry];

/** A directory in memory that is open. Positions are those of its entries, so that none is missed when others are removed. */
export class MemoryOpenDirectory implements OpenDirectory {
  readonly kind = 'directory';
  readonly node: DirectoryNode;
  readonly #parent: () => DirectoryNode;
  #entries: IterableIterator<[string, MemoryEntry]>;
  /** The entry that was reached, but not taken. */
  #next: Named | undefined;
  /** Behind what was taken last. */
  #position = 0;

  /** `parent`: what ".." is. */
  constructor(node: DirectoryNode, parent: () => DirectoryNode) {
    this.node = node;
    this.#parent = parent;
    this.#entries = node.entries();
  }

  async list(from: number, take: (entry: DirectoryEntry) => boolean, closing: AbortSignal): Promise<void> {
    closing.throwIfAborted();
    if (from < this.#position) this.#rewind();
    for (const [n, name] of ['.', '..'].entries()) {
      const { id } = n === 0 ? this.node : this.#parent();
      if (n >= from && !take({ name, next: n + 1, id, kind: Kind.directory })) return;
    }
    for (;;) {
      const next = this.#next ?? this.#come();
      if (next === undefined) return;
      const [name, { position, node }] = next;
      this.#next = next;
      if (position > from && !take({ name, next: position, id: node.id, kind: node.kind })) return;
      this.#next = undefined;
      this.#position = position;
    }
  }

  #come(): Named | undefined {
    const { value, done } = this.#entries.next();
    return done ? undefined : value;
  }

  #rewind(): void {
    this.#entries = this.node.entries();
    this.#next = undefined;
    this.#position = 0;
  }

  async close(): Promise<void> {}
}
