import type { Dir } from 'node:fs';
import { opendir } from 'node:fs/promises';
import type { DirectoryEntry, OpenDirectory } from '../../ninep/folder.ts';
import { Kind } from '../../ninep/folder.ts';

/** A directory as the listing of its entries sees it. */
export interface ListedDirectory {
  /** Its path, as long as it is open. */
  readonly path: string;
  /** The attributes of names in it that a guest may see, null for others. */
  look(names: readonly string[]): Promise<(Pick<DirectoryEntry, 'id' | 'kind'> | null)[]>;
  /** Closes what the path leads to. */
  close(): Promise<void>;
}

/** Names that are looked at together, and that are read from the host together. */
const BATCH = 64;
const READ_BATCH = 1024;
const DOTS = ['.', '..'];

/**
 * A directory that is open at the host. Places in it are counted: to go back is to start over. Only names that are given to
 * somebody are looked at.
 */
export class NodeOpenDirectory implements OpenDirectory {
  readonly kind = 'directory';
  readonly #directory: ListedDirectory;
  #stream: Dir | null = null;
  /** Names that were read, "." and ".." included. */
  #names = 0;
  /** Entries that were looked at, and not taken yet: they end at the last name that was read. */
  #next: DirectoryEntry[] = [];

  constructor(directory: ListedDirectory) {
    this.#directory = directory;
  }

  async list(from: number, take: (entry: DirectoryEntry) => boolean, closing: AbortSignal): Promise<void> {
    if (this.#stream === null || from < this.#position) await this.#rewind();
    this.#next = this.#next.filter(({ next }) => next > from);
    await this.#skipTo(from, closing);
    for (;;) {
      closing.throwIfAborted();
      if (this.#next.length === 0 && !(await this.#readMore())) return;
      const taken = this.#next.findIndex((entry) => !take(entry));
      this.#next.splice(0, taken < 0 ? this.#next.length : taken);
      if (taken >= 0) return;
    }
  }

  /** Where the next entry begins. */
  get #position(): number {
    return (this.#next[0]?.next ?? this.#names + 1) - 1;
  }

  async #rewind(): Promise<void> {
    await this.#stream?.close();
    this.#stream = null;
    this.#stream = await opendir(this.#directory.path, { encoding: 'latin1', bufferSize: READ_BATCH });
    this.#next = [];
    this.#names = 0;
  }

  /** Passes over names in front of a place. */
  async #skipTo(from: number, closing: AbortSignal): Promise<void> {
    while (this.#names < from) {
      closing.throwIfAborted();
      if ((await this.#readNames(Math.min(from - this.#names, READ_BATCH))).length === 0) return;
    }
  }

  /** Looks at the next names; false: there are none. What was removed meanwhile, or is hidden, has a number but no entry. */
  async #readMore(): Promise<boolean> {
    while (this.#next.length === 0) {
      const before = this.#names;
      const names = await this.#readNames(BATCH);
      if (names.length === 0) return false;
      const found = await this.#directory.look(names);
      this.#next = found.flatMap((attributes, n) =>
        attributes === null ? [] : [{ name: names[n]!, next: before + n + 1, ...attributes }],
      );
    }
    return true;
  }

  /** The next names, fewer only at the end. */
  async #readNames(most: number): Promise<string[]> {
    const names = DOTS.slice(this.#names, this.#names + most);
    while (names.length < most) {
      const entry = await this.#stream!.read();
      if (entry === null) break;
      names.push(entry.name);
    }
    this.#names += names.length;
    return names;
  }

  async close(): Promise<void> {
    await this.#stream?.close();
    await this.#directory.close();
  }
}

/** The file type bits of a mode, as an entry of a directory has them. */
export function kindOf(mode: number): number {
  return mode & Kind.mask;
}
