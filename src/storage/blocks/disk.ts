import type { CheckResult } from '../check-result.ts';
import { InOrder } from '../in-order.ts';
import { partsOf } from '../memory-store.ts';
import { checkRange, checkWritable, type Disk, type ImageIdentity, identityOf, readPadded } from '../store.ts';
import { checkBlocks } from './check.ts';
import type { BlockMap, BlockPlace } from './map.ts';

/** Parts of a disk besides its map. */
export interface BlockDiskOptions {
  readonly backing?: Disk | undefined;
  /** Says in the image that its contents are others from now on: called before the first write. */
  readonly mark?: (() => Promise<void>) | undefined;
}

/** A disk whose image has blocks of one size. What isn't in the image is in its backing disk, or zero. */
export class BlockDisk implements Disk {
  readonly map: BlockMap;
  readonly backing: Disk | undefined;
  /** Undefined: there is none, or it was called. */
  #mark: (() => Promise<void>) | undefined;
  readonly #order = new InOrder();
  #closed: Promise<void> | undefined;

  constructor(map: BlockMap, { backing, mark }: BlockDiskOptions = {}) {
    this.map = map;
    this.backing = backing;
    this.#mark = mark;
  }

  get name(): string {
    return this.map.store.name;
  }

  get format(): string {
    return this.map.format;
  }

  get isReadOnly(): boolean {
    return this.map.store.isReadOnly;
  }

  get size(): number {
    return this.map.size;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    await this.#order.run(async () => {
      for (const { page, within, at, length } of partsOf(offset, target.length, this.map.blockSize))
        await this.#read(page, within, target.subarray(at, at + length));
    });
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, source.length);
    await this.#order.run(async () => {
      for (const { page, within, at, length } of partsOf(offset, source.length, this.map.blockSize))
        await this.#write(page, within, source.subarray(at, at + length));
    });
  }

  /** Blocks that have a place keep it. */
  async zero(offset: number, length: number): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, length);
    await this.#order.run(async () => {
      const { blockSize } = this.map;
      const end = Math.ceil((offset + length) / blockSize);
      for (let block = Math.floor(offset / blockSize); block < end; ) {
        const { place, blocks } = await this.map.run(block, end - block);
        const isZero = this.#isZero(place);
        if (!isZero) await this.#zeroIn(block, offset, length);
        block += isZero ? blocks : 1;
      }
    });
  }

  /** Writes zeros into the part of a block that is in a range. */
  async #zeroIn(block: number, offset: number, length: number): Promise<void> {
    const start = block * this.map.blockSize;
    const from = Math.max(offset, start);
    const end = Math.min(offset + length, start + this.map.blockSize);
    await this.#write(block, from - start, new Uint8Array(end - from));
  }

  /** Blocks stay where they are, as with QEMU. */
  async discard(offset: number, length: number): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, length);
  }

  async zeroRun(offset: number, most: number): Promise<number> {
    if (offset >= this.size) return 0;
    const { place, length } = await this.run(offset, Math.min(most, this.size - offset));
    if (this.#isZero(place)) return length;
    if (place.kind !== 'absent') return 0;
    const backing = this.backing!;
    return offset >= backing.size ? length : await backing.zeroRun(offset, length);
  }

  /** The place of what is at an offset, and for how many bytes, up to `most`, it is known to be so. */
  async run(offset: number, most: number): Promise<{ place: BlockPlace; length: number }> {
    const { blockSize } = this.map;
    const first = Math.floor(offset / blockSize);
    const wanted = Math.ceil((offset + most) / blockSize) - first;
    const { place, blocks } = await this.#order.run(() => this.map.run(first, wanted));
    return { place, length: Math.min(most, (first + blocks) * blockSize - offset) };
  }

  /** Looks at the places of all blocks. */
  check(): Promise<CheckResult> {
    return this.#order.run(() => checkBlocks(this.map));
  }

  async flush(): Promise<void> {
    if (!this.isReadOnly) await this.#order.run(() => this.map.commit());
  }

  async settle(): Promise<readonly ImageIdentity[]> {
    await this.flush();
    return [await identityOf(this.map.store, this.format), ...((await this.backing?.settle()) ?? [])];
  }

  abandon(): void {
    this.map.store.abandon?.();
    this.backing?.abandon();
  }

  /** Several parts of an image may stand on this one: the first of them closes it. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#order.run(() => this.map.store.close());
      await this.backing?.close();
    }
  }

  #isZero({ kind }: BlockPlace): boolean {
    return kind === 'zero' || (kind === 'absent' && this.backing === undefined);
  }

  async #read(block: number, within: number, target: Uint8Array): Promise<void> {
    const place = await this.map.place(block);
    // A file may end within its last block.
    if (place.kind === 'data') await readPadded(this.map.store, place.offset + within, target);
    else if (place.kind === 'packed') target.set((await place.unpack()).subarray(within, within + target.length));
    else if (this.#isZero(place)) target.fill(0);
    else await readPadded(this.backing!, block * this.map.blockSize + within, target);
  }

  async #write(block: number, within: number, source: Uint8Array): Promise<void> {
    const { map } = this;
    await this.#mark?.();
    this.#mark = undefined;
    const place = await map.place(block);
    if (place.kind === 'data') return await map.store.write(place.offset + within, source);
    const isPlain = this.#isZero(place);
    const whole = new Uint8Array(isPlain ? 0 : map.blockSize);
    if (!isPlain) await this.#read(block, 0, whole);
    const { offset, isZero } = await map.reserve(block);
    if (isPlain && isZero) await map.store.write(offset + within, source);
    else {
      const bytes = isPlain ? new Uint8Array(map.blockSize) : whole;
      bytes.set(source, within);
      await map.store.write(offset, bytes);
    }
    await map.set(block, offset);
  }
}
