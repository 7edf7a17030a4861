import { checkRange, type Disk, type ImageIdentity, StorageError } from './store.ts';

const SECTOR = 512;

/** Some bytes of a disk. */
export interface DiskPart {
  readonly disk: Disk;
  readonly from: number;
  readonly length: number;
}

/** A part, and where it begins in the disk that is made of parts. */
interface PlacedPart extends DiskPart {
  readonly start: number;
}

/** Parts of disks one after the other, as a disk that is only read. Zeros follow up to the end of its last sector. */
export class PartsDisk implements Disk {
  readonly format = 'raw';
  readonly isReadOnly = true;
  readonly size: number;
  readonly #parts: readonly PlacedPart[];
  readonly #bytes: number;

  constructor(parts: readonly DiskPart[]) {
    let start = 0;
    const placed: PlacedPart[] = [];
    for (const part of parts) {
      placed.push({ ...part, start });
      start += part.length;
    }
    this.#parts = placed;
    this.#bytes = start;
    this.size = Math.ceil(start / SECTOR) * SECTOR;
  }

  get name(): string {
    return this.#parts.map(({ disk }) => disk.name).join(', ');
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    target.fill(0, Math.max(0, Math.min(target.length, this.#bytes - offset)));
    for (const { disk, from, length, start } of this.#parts) {
      const first = Math.max(offset, start);
      const end = Math.min(offset + target.length, start + length);
      if (first < end) await disk.read(from + first - start, target.subarray(first - offset, end - offset));
    }
  }

  async zeroRun(offset: number): Promise<number> {
    const part = this.#parts.find(({ start, length }) => offset < start + length);
    if (!part) return this.size - offset;
    const { disk, from, length, start } = part;
    return Math.min(start + length - offset, await disk.zeroRun(from + offset - start));
  }

  write(): Promise<void> {
    return this.#refuse();
  }

  zero(): Promise<void> {
    return this.#refuse();
  }

  discard(): Promise<void> {
    return this.#refuse();
  }

  async #refuse(): Promise<never> {
    throw new StorageError(this, 'parts of disks are only read');
  }

  async flush(): Promise<void> {}

  async settle(): Promise<readonly ImageIdentity[]> {
    const identities = await Promise.all(this.#parts.map(({ disk }) => disk.settle()));
    return identities.flat();
  }

  abandon(): void {
    for (const { disk } of this.#parts) disk.abandon();
  }

  async close(): Promise<void> {
    for (const { disk } of this.#parts) await disk.close();
  }
}

/** Whole disks one after the other. */
export function joined(disks: readonly Disk[]): Disk {
  return disks.length === 1 ? disks[0]! : new PartsDisk(disks.map((disk) => ({ disk, from: 0, length: disk.size })));
}
