import { type BlockQuestion, SECTOR_BYTES } from '../../runtime/host/block.ts';
import { areZeroFrames } from '../../runtime/memory/frame-contents.ts';
import { allocateShared } from '../../runtime/memory/ram.ts';
import { OverlayDisk } from '../storage/overlay.ts';
import { OVERLAY_PAGE, type SavedPages } from '../storage/overlay-pages.ts';
import type { Disk } from '../storage/store.ts';

/** Blocks of a disk that go to another process, and where to look for the next ones; null: these were the last. */
export interface LeavingBlocks {
  readonly blocks: SavedPages;
  readonly next: number | null;
}

export const nothingLeaves: LeavingBlocks = {
  blocks: { numbers: new Uint8Array(0), contents: new Uint8Array(0) },
  next: null,
};

/** A disk whose contents go to another process while the guest writes to it: a map says which blocks are still to go, or to go again. */
class LeavingDisk {
  readonly #disk: Disk;
  readonly #size: number;
  /** By their numbers: 1 is still to go. */
  readonly #changed: Uint8Array;
  /** Blocks that have gone once. The other process takes all others for zeros; null: for what is in the image below. */
  readonly #gone: Uint8Array | null;
  #left = 0;

  private constructor(disk: Disk, isInMemory: boolean) {
    const blocks = Math.ceil(disk.size / OVERLAY_PAGE);
    this.#disk = disk;
    this.#size = disk.size;
    this.#changed = new Uint8Array(blocks);
    this.#gone = isInMemory ? new Uint8Array(blocks) : null;
  }

  /** Undefined: the other process has what is in the disk, or can open it. */
  static async of(disk: Disk, isInMemory: boolean): Promise<LeavingDisk | undefined> {
    const leaving = new LeavingDisk(disk, isInMemory);
    if (isInMemory) await leaving.#noteContents();
    else if (disk instanceof OverlayDisk)
      await disk.withPages(async (pages) => {
        for (const page of pages.numbers) leaving.#note(page);
      });
    else return undefined;
    return leaving;
  }

  /** Whether it is still what is in the drive. */
  is(disk: Disk | null): boolean {
    return disk === this.#disk && disk.size === this.#size;
  }

  /** Blocks that are still to go. */
  get left(): number {
    return this.#left;
  }

  /** Bytes were written. A block that is read before that goes again. */
  written(offset: number, length: number): void {
    const end = Math.min(offset + length, this.#size);
    for (let block = Math.floor(offset / OVERLAY_PAGE); block * OVERLAY_PAGE < end; block++) this.#note(block);
  }

  #note(block: number): void {
    this.#left += 1 - this.#changed[block];
    this.#changed[block] = 1;
  }

  async #noteContents(): Promise<void> {
    for (let block = 0; block < this.#changed.length; ) {
      const at = block * OVERLAY_PAGE;
      const zeros = await this.#disk.zeroRun(at, this.#size - at);
      const isAll = at + zeros >= this.#size;
      const empty = isAll ? this.#changed.length - block : Math.floor(zeros / OVERLAY_PAGE);
      if (empty === 0) this.#note(block);
      block += Math.max(1, empty);
    }
  }

  /** Takes up to `most` blocks that are still to go, from a number on. */
  async take(from: number, most: number): Promise<LeavingBlocks> {
    const numbers: number[] = [];
    const contents = new Uint8Array(allocateShared(most * OVERLAY_PAGE));
    let block = this.#changed.indexOf(1, from);
    for (; block >= 0 && numbers.length < most; block = this.#changed.indexOf(1, block + 1)) {
      const bytes = contents.subarray(numbers.length * OVERLAY_PAGE, (numbers.length + 1) * OVERLAY_PAGE);
      if (await this.#takeBlock(block, bytes)) numbers.push(block);
    }
    return {
      blocks: {
        numbers: new Uint8Array(Uint32Array.from(numbers).buffer),
        contents: contents.subarray(0, numbers.length * OVERLAY_PAGE),
      },
      next: block < 0 ? null : block,
    };
  }

  /** Whether it has to go. */
  async #takeBlock(block: number, bytes: Uint8Array): Promise<boolean> {
    // What is written from now on goes again.
    this.#changed[block] = 0;
    this.#left--;
    const length = Math.min(OVERLAY_PAGE, this.#size - block * OVERLAY_PAGE);
    await this.#disk.read(block * OVERLAY_PAGE, bytes.subarray(0, length));
    bytes.fill(0, length);
    if (this.#gone === null) return true;
    if (this.#gone[block] === 0 && areZeroFrames(bytes)) return false;
    this.#gone[block] = 1;
    return true;
  }
}

/** The disks of a machine whose contents go to another process while the guest writes to them, by the names of their drives. */
export class LeavingDisks {
  readonly #disks = new Map<string, LeavingDisk>();

  /** Notes all that a drive has which the other process lacks. */
  async add(drive: string, disk: Disk | null, isInMemory: boolean): Promise<void> {
    const leaving = disk === null ? undefined : await LeavingDisk.of(disk, isInMemory);
    if (leaving !== undefined) this.#disks.set(drive, leaving);
  }

  /** Names of the drives. */
  get names(): string[] {
    return [...this.#disks.keys()];
  }

  /** Blocks that are still to go. */
  get left(): number {
    return [...this.#disks.values()].reduce((sum, { left }) => sum + left, 0);
  }

  /** The guest has asked a drive for something, which is done. */
  asked(drive: string, question: BlockQuestion): void {
    if (question.type === 'write')
      this.#disks.get(drive)?.written(question.sector * SECTOR_BYTES, question.bytes.length);
    else if (question.type === 'discard')
      this.#disks.get(drive)?.written(question.sector * SECTOR_BYTES, question.count * SECTOR_BYTES);
  }

  /** The blocks of a drive's disk, if that is still the one whose blocks have gone. */
  of(drive: string, disk: Disk | null): LeavingDisk | undefined {
    const leaving = this.#disks.get(drive);
    if (leaving?.is(disk)) return leaving;
    this.#disks.delete(drive);
    return undefined;
  }

  /** Nothing is to go any more, or what has gone was something else. */
  clear(): void {
    this.#disks.clear();
  }
}
