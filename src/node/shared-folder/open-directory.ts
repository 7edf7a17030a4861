import type { Dir, Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import type { DirectoryEntry, OpenDirectory } from '../../ninep/folder.ts';
import { Kind } from '../../ninep/folder.ts';

/** What the entries of a directory are found by. */
export interface ListedDirectory {
  /** Its path, as long as it is open. */
  readonly path: string;
  /** The attributes of names in it that a guest may see, null for others. */
  look(names: readonly string[]): Promise<(Pick<DirectoryEntry, 'id' | 'kind'> | null)[]>;
  /** Closes what the path leads to. */
  close(): Promise<void>;
}

/** Entries that are read, and looked at, together. */
const BATCH = 64;
const DOTS = ['.', '..'];

/** A directory that is open at the host. Places in it are counted: to go back is to begin anew. */
export class NodeOpenDirectory implements OpenDirectory {
  readonly kind = 'directory';
  readonly #directory: ListedDirectory;
  #stream: Dir | null = null;
  /** Entries that come next, the first of which has this number. */
  #next: DirectoryEntry[] = [];
  #names = 0;

  constructor(directory: ListedDirectory) {
    this.#directory = directory;
  }

  async list(from: number, take: (entry: DirectoryEntry) => boolean): Promise<void> {
    if (this.#stream === null || from < this.#position) await this.#rewind();
    for (;;) {
      if (this.#next.length === 0 && !(await this.#readMore())) return;
      const [entry] = this.#next;
      if (entry!.next > from && !take(entry!)) return;
      this.#next.shift();
    }
  }

  /** Where the next entry begins. */
  get #position(): number {
    return (this.#next[0]?.next ?? this.#names + 1) - 1;
  }

  async #rewind(): Promise<void> {
    await this.#stream?.close();
    this.#stream = null;
    this.#stream = await opendir(this.#directory.path, { encoding: 'latin1', bufferSize: BATCH });
    this.#next = [];
    this.#names = 0;
    await this.#add(DOTS);
  }

  async #readMore(): Promise<boolean> {
    while (this.#next.length === 0) {
      const names: string[] = [];
      for (let entry = await this.#entry(); entry !== null; entry = await this.#entry()) {
        names.push(entry.name);
        if (names.length === BATCH) break;
      }
      if (names.length === 0) return false;
      await this.#add(names);
    }
    return true;
  }

  async #entry(): Promise<Dirent | null> {
    return await this.#stream!.read();
  }

  /** What was removed meanwhile, or is hidden, has a number but no entry. */
  async #add(names: readonly string[]): Promise<void> {
    const found = await this.#directory.look(names);
    for (const [n, attributes] of found.entries()) {
      const next = this.#names + n + 1;
      if (attributes !== null) this.#next.push({ name: names[n]!, next, ...attributes });
    }
    this.#names += names.length;
  }

  async close(): Promise<void> {
    await this.#stream?.close();
    await this.#directory.close();
  }
}

/** What an entry tells of a mode. */
export function kindOf(mode: number): number {
  return mode & Kind.mask;
}
