import { type ByteStore, checkRange, checkWritable, type Disk, type ImageIdentity, StorageError } from './store.ts';

const SECTOR = 512;

/** Some bytes of a disk; zeros where there is none. */
export interface DiskPart {
  readonly disk: Disk | undefined;
  readonly from: number;
  readonly length: number;
}

/** A part, and where it begins in the disk that is made of parts. */
interface PlacedPart extends DiskPart {
  readonly start: number;
}

/** The image that describes the parts: its store is closed with the disk. */
interface PartsImage {
  readonly store: ByteStore;
  readonly format: string;
}

/** Parts of disks one after the other. Zeros follow up to the end of its last sector. */
export class PartsDisk implements Disk {
  readonly name: string;
  readonly format: string;
  readonly isReadOnly: boolean;
  readonly size: number;
  readonly #parts: readonly PlacedPart[];
  /** The disks that the parts are of, each once. */
  readonly disks: readonly Disk[];
  readonly #bytes: number;
  readonly #image: PartsImage | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: readonly DiskPart[], image?: PartsImage) {
    let start = 0;
    const placed: PlacedPart[] = [];
    for (const part of parts) {
      placed.push({ ...part, start });
      start += part.length;
    }
    this.#parts = placed;
    this.disks = [...new Set(placed.flatMap(({ disk }) => disk ?? []))];
    this.#bytes = start;
    this.size = Math.ceil(start / SECTOR) * SECTOR;
    this.#image = image;
    this.name = image?.store.name ?? this.disks.map(({ name }) => name).join(', ');
    this.format = image?.format ?? 'raw';
    this.isReadOnly = this.disks.some(({ isReadOnly }) => isReadOnly);
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    target.fill(0, Math.max(0, Math.min(target.length, this.#bytes - offset)));
    for (const { disk, at, from, length } of this.#within(offset, target.length)) {
      const bytes = target.subarray(at, at + length);
      await (disk ? disk.read(from, bytes) : bytes.fill(0));
    }
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, source.length);
    for (const { disk, at, from, length } of this.#within(offset, source.length)) {
      if (!disk)
        throw new StorageError(
          this,
          `bytes ${offset + at} to ${offset + at + length} are zeros that cannot be written`,
        );
      await disk.write(from, source.subarray(at, at + length));
    }
  }

  async zero(offset: number, length: number): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, length);
    for (const part of this.#within(offset, length)) await part.disk?.zero(part.from, part.length);
  }

  async discard(offset: number, length: number): Promise<void> {
    checkWritable(this);
    checkRange(this, offset, length);
    for (const part of this.#within(offset, length)) await part.disk?.discard(part.from, part.length);
  }

  /** The pieces of a range, each in one part. */
  *#within(offset: number, wanted: number) {
    for (const { disk, from, length, start } of this.#parts) {
      const first = Math.max(offset, start);
      const end = Math.min(offset + wanted, start + length);
      if (first < end) yield { disk, at: first - offset, from: from + first - start, length: end - first };
    }
  }

  /** The rest of the part that a place is in, from there on; without a disk where zeros are. */
  partAt(offset: number): DiskPart {
    const part = this.#parts.find(({ start, length }) => offset < start + length);
    if (!part) return { disk: undefined, from: 0, length: this.size - offset };
    const { disk, from, length, start } = part;
    return { disk, from: from + offset - start, length: start + length - offset };
  }

  async zeroRun(offset: number, most: number): Promise<number> {
    const { disk, from, length } = this.partAt(offset);
    const wanted = Math.min(most, length);
    return disk ? await disk.zeroRun(from, wanted) : wanted;
  }

  async flush(): Promise<void> {
    for (const disk of this.disks) await disk.flush();
  }

  async settle(): Promise<readonly ImageIdentity[]> {
    const identities = await Promise.all(this.disks.map((disk) => disk.settle()));
    return identities.flat();
  }

  abandon(): void {
    for (const disk of this.disks) disk.abandon();
  }

  /** Parts of another image may stand on this one: the first of them closes it. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    try {
      for (const disk of this.disks) await disk.close();
    } finally {
      await this.#image?.store.close();
    }
  }
}

/** Whole disks one after the other. */
export function joined(disks: readonly Disk[]): Disk {
  return disks.length === 1 ? disks[0]! : new PartsDisk(disks.map((disk) => ({ disk, from: 0, length: disk.size })));
}
