import {
  type Allocation,
  type ByteStore,
  checkRange,
  checkWritable,
  type Disk,
  type ImageIdentity,
  identityOf,
  readPadded,
} from './store.ts';

/** How many zeros are written at once, in bytes. */
const MOST_ZEROS = 1 << 20;

const SECTOR = 512;

/** An image without format: its bytes are those of the disk. Where it ends within a sector, zeros follow. */
export class RawDisk implements Disk {
  readonly format = 'raw';
  readonly #store: ByteStore;

  constructor(store: ByteStore) {
    this.#store = store;
  }

  get size(): number {
    return Math.ceil(this.#store.size / SECTOR) * SECTOR;
  }

  /** Size of the image in bytes; its last sector may not be all there. */
  get imageBytes(): number {
    return this.#store.size;
  }

  /** @param size bytes */
  async resize(size: number): Promise<void> {
    await this.#store.resize(size);
    await this.#store.flush();
  }

  get name(): string {
    return this.#store.name;
  }

  get isReadOnly(): boolean {
    return this.#store.isReadOnly;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    await readPadded(this.#store, offset, target);
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, source.length);
    await this.#store.write(offset, source);
  }

  async zero(offset: number, length: number): Promise<void> {
    checkRange(this, offset, length);
    const zeros = new Uint8Array(Math.min(length, MOST_ZEROS));
    for (let at = 0; at < length; at += zeros.length) {
      await this.write(offset + at, zeros.subarray(0, Math.min(zeros.length, length - at)));
    }
  }

  /** A store has no holes that could be made: the bytes stay. */
  async discard(offset: number, length: number): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, length);
  }

  async zeroRun(offset: number, most: number): Promise<number> {
    const { isHole, length } = this.allocation(offset);
    return isHole ? Math.min(length, most) : 0;
  }

  /** The host's allocation of a place of the disk: all, where nobody can tell. */
  allocation(offset: number): Allocation {
    const left = this.size - offset;
    if (offset >= this.#store.size) return { isHole: true, length: left };
    const { isHole, length } = this.#store.allocation?.(offset) ?? { isHole: false, length: left };
    return { isHole, length: offset + length >= this.#store.size ? left : length };
  }

  async flush(): Promise<void> {
    await this.#store.flush();
  }

  async settle(): Promise<readonly ImageIdentity[]> {
    await this.flush();
    return [await identityOf(this.#store, this.format)];
  }

  abandon(): void {
    this.#store.abandon?.();
  }

  async close(): Promise<void> {
    try {
      if (!this.isReadOnly) await this.flush();
    } finally {
      await this.#store.close();
    }
  }
}
