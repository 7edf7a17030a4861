import { Errno, FolderError } from '../../ninep/errno.ts';

/** Memory that is held only until something else needs it: contents that can be fetched again. */
export interface Spare {
  /** Bytes of the host's memory. They stay the same while it is spare. */
  readonly bytes: number;
  /** Gives its memory back. */
  drop(): void;
}

/** The memory of the host that the files of a folder may take, in bytes: a guest must not use it up. */
export class Space {
  readonly capacity: number;
  /** The number of the last file that was made. */
  lastId = 0n;
  #used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** The number of one more file. */
  nextId(): bigint {
    return ++this.lastId;
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

/** The space for contents that can be fetched again: those that nobody has open are dropped for others. */
export class SpareSpace extends Space {
  /** Spare contents; those that were offered first are dropped first. */
  readonly #spare = new Set<Spare>();
  #spareBytes = 0;

  /** Bytes that are free, or would be if all spare contents were dropped. */
  override get free(): number {
    return super.free + this.#spareBytes;
  }

  override take(bytes: number): void {
    for (const one of this.#spare) {
      if (bytes <= super.free) break;
      this.withdraw(one);
      one.drop();
    }
    super.take(bytes);
  }

  /** Something may be dropped from now on. */
  offer(one: Spare): void {
    this.withdraw(one);
    this.#spare.add(one);
    this.#spareBytes += one.bytes;
  }

  /** It may not be dropped any more. */
  withdraw(one: Spare): void {
    if (this.#spare.delete(one)) this.#spareBytes -= one.bytes;
  }
}
