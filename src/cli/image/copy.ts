import { Qcow2Disk } from '../../storage/qcow2/disk.ts';
import { type Disk, readPadded } from '../../storage/store.ts';

/** Compresses a cluster. */
export type Compressor = (bytes: Uint8Array) => Promise<Uint8Array>;

export interface CopyOptions {
  /** Bytes that are left out together where they are zero; 0: none are. A whole number of clusters is for images that have them. */
  readonly grain: number;
  /** How many chunks are read and compressed at the same time. */
  readonly width: number;
  /** The target's contents before the copy: zeros, those of its backing disk, or others, all of which are replaced. */
  readonly before: 'zeros' | 'backing' | 'anything';
  /** Missing: clusters are written plain. */
  readonly compress?: Compressor | undefined;
  /** Called with the bytes of the disk that are done. */
  progress(done: number): void;
}

/** Bytes that are copied at once, at least. */
const CHUNK = 1 << 20;

/** Does what is to be done to the target. */
type Change = () => Promise<void>;

/**
 * Copies a disk to one of its size at least. What that is known to read already is left out. Chunks are
 * read and compressed several at once, and written in their order.
 */
export async function copyDisk(source: Disk, target: Disk, options: CopyOptions): Promise<void> {
  const chunks = new ChunkCopy(source, target, options);
  const underWay: { readonly end: number; readonly changes: Promise<Change[]> }[] = [];
  const writeFirst = async (): Promise<void> => {
    const { end, changes } = underWay.shift()!;
    for (const change of await changes) await change();
    options.progress(end);
  };
  try {
    for (let offset = 0; offset < source.size; ) {
      const zeros = await chunks.zeroRun(offset);
      const end = offset + (zeros || Math.min(chunks.size, source.size - offset));
      const changes = zeros > 0 ? chunks.zeroChanges(offset, end) : chunks.changes(offset, end);
      // An error is told when it is its turn, which may come later.
      changes.catch(() => {});
      underWay.push({ end, changes });
      offset = end;
      if (underWay.length >= options.width) await writeFirst();
    }
    while (underWay.length > 0) await writeFirst();
  } finally {
    await Promise.allSettled(underWay.map(({ changes }) => changes));
  }
}

/** Finds out what has to be done for parts of a disk. */
class ChunkCopy {
  /** Bytes of a part. */
  readonly size: number;
  readonly #source: Disk;
  readonly #target: Disk;
  readonly #backing: Disk | undefined;
  readonly #options: CopyOptions;
  readonly #unit: number;
  readonly #zeros: Uint8Array;

  constructor(source: Disk, target: Disk, options: CopyOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#backing = options.before === 'backing' && target instanceof Qcow2Disk ? target.backing : undefined;
    const cluster = target instanceof Qcow2Disk ? target.clusterSize : 512;
    this.#unit = options.compress ? cluster : Math.max(options.grain, cluster);
    this.size = Math.max(CHUNK, this.#unit);
    this.#zeros = new Uint8Array(this.#unit);
  }

  /** How many bytes from here on are known to be left out, in whole units. */
  async zeroRun(offset: number): Promise<number> {
    if (this.#options.grain === 0 || this.#backing) return 0;
    const run = await this.#source.zeroRun(offset, this.#source.size - offset);
    return offset + run >= this.#source.size ? this.#source.size - offset : run - (run % this.#unit);
  }

  /** The changes of the target that are needed where the source is known to be zero. */
  async zeroChanges(offset: number, end: number): Promise<Change[]> {
    return this.#options.before === 'zeros' ? [] : [() => this.#target.zero(offset, end - offset)];
  }

  async changes(offset: number, end: number): Promise<Change[]> {
    const bytes = new Uint8Array(end - offset);
    await this.#source.read(offset, bytes);
    const below = await this.#below(offset, bytes.length);
    const changes: Promise<Change>[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = this.#sameFate(bytes, below, at);
      const part = bytes.subarray(at, at + length);
      if (!this.#isThere(part, below?.subarray(at, at + length))) changes.push(this.#change(offset + at, part));
      at += length;
    }
    return Promise.all(changes);
  }

  /** The target's present contents; undefined where they are zeros only. */
  async #below(offset: number, length: number): Promise<Uint8Array | undefined> {
    if (!this.#backing) return undefined;
    const bytes = new Uint8Array(length);
    await readPadded(this.#backing, offset, bytes);
    return bytes;
  }

  /** How many bytes from a place on are written at once: a cluster where they are compressed, or units in a row. */
  #sameFate(bytes: Uint8Array, below: Uint8Array | undefined, from: number): number {
    const fate = (at: number): string => {
      const part = bytes.subarray(at, at + this.#unit);
      return this.#isThere(part, below?.subarray(at, at + this.#unit)) ? 'there' : this.#isZero(part) ? 'zero' : 'data';
    };
    const first = fate(from);
    let end = from + this.#unit;
    while (end < bytes.length && !(this.#options.compress && first === 'data') && fate(end) === first)
      end += this.#unit;
    return Math.min(end, bytes.length) - from;
  }

  #isThere(part: Uint8Array, below: Uint8Array | undefined): boolean {
    if (below) return Buffer.compare(part, below) === 0;
    return this.#options.before === 'zeros' && this.#options.grain > 0 && this.#isZero(part);
  }

  #isZero(part: Uint8Array): boolean {
    for (let at = 0; at < part.length; at += this.#zeros.length) {
      const piece = part.subarray(at, at + this.#zeros.length);
      if (Buffer.compare(piece, this.#zeros.subarray(0, piece.length)) !== 0) return false;
    }
    return true;
  }

  async #change(offset: number, part: Uint8Array): Promise<Change> {
    const target = this.#target;
    if (this.#options.before !== 'zeros' && this.#isZero(part)) return () => target.zero(offset, part.length);
    const { compress } = this.#options;
    if (!compress || !(target instanceof Qcow2Disk)) return () => target.write(offset, part);
    const cluster = new Uint8Array(target.clusterSize);
    cluster.set(part);
    const packed = await compress(cluster);
    if (packed.length >= cluster.length) return () => target.write(offset, part);
    return () => target.writeCompressed(offset, packed);
  }
}
