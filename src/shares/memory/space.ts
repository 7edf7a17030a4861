import { Errno, FolderError } from '../../ninep/errno.ts';

/** What the files of a folder may take of the host's memory, in bytes: a guest must not use it up. */
export class Space {
  readonly capacity: number;
  #used = 0;
  #lastId = 0n;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** The number of one more file. */
  nextId(): bigint {
    return ++this.#lastId;
  }

  get free(): number {
    return this.capacity - this.#used;
  }

  take(bytes: number): void {
    if (bytes > this.free) throw new FolderError(Errno.noSpace, 'there is no room for more');
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}
