import { ParallelFlash } from '../../../../runtime/devices/pflash/index.ts';
import { type ChipMemory, chipMemory } from '../../../../runtime/memory/chip-memory.ts';
import { NO_FRAME, PhysicalMap } from '../../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../../runtime/memory/ram.ts';
import { MemoryBlock, REQUEST_TIME } from '../../../support/memory-block.ts';
import { Rig } from '../rig.ts';

const PAGE = 4096;

/** A chip that ends at 4 GB, and what a processor sees of it. Offsets are from the chip's start. */
export class FlashRig extends Rig {
  readonly base: number;
  readonly map: PhysicalMap;
  readonly image: MemoryBlock;
  readonly chip: ParallelFlash;
  #memory!: ChipMemory;

  constructor(contents: Uint8Array) {
    super();
    this.base = 0x1_0000_0000 - contents.length;
    this.map = new PhysicalMap(new GuestRam(1 << 20, contents.length));
    this.image = new MemoryBlock('flash image', contents.slice(), this);
    this.chip = new ParallelFlash({
      ...this,
      ...{ name: 'pflash0', base: this.base, contents, port: this.image },
      memoryChip: (chip) => {
        this.#memory = chipMemory(this.map, chip);
        return this.#memory;
      },
    });
  }

  /** Whether loads reach memory, as fast as RAM. */
  get isReadable(): boolean {
    return this.map.frameAt(this.base / PAGE) !== NO_FRAME;
  }

  /** The contents of the array, whatever loads return. */
  get array(): Uint8Array {
    return this.#memory.bytes;
  }

  load(offset: number, size = 1): number {
    if (!this.isReadable) return this.map.readDevice(this.base + offset, size);
    const bytes = this.array.subarray(offset, offset + size);
    return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
  }

  store(offset: number, value: number, size = 1): void {
    this.map.writeDevice(this.base + offset, size, value);
  }

  /** Bytes, one after the other, at one place. */
  command(offset: number, ...values: number[]): void {
    for (const value of values) this.store(offset, value);
  }

  /** The host has done what it was asked for. */
  settle(): void {
    this.advance(5000 * REQUEST_TIME);
  }
}
