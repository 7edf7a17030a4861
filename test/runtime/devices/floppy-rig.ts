import { Dma8237 } from '../../../runtime/devices/dma8237/index.ts';
import { Floppy82077 } from '../../../runtime/devices/floppy82077/index.ts';
import { MemoryBlock } from '../../support/memory-block.ts';
import { Rig } from './rig.ts';

export const MS = 1e6;
const [DOR, MSR, DATA] = [0x3f2, 0x3f4, 0x3f5];
/** Where the tests' DMA channel is programmed to. */
export const BUFFER = 0x10000;

/** The byte of a disk at a sector of the image. */
export const pattern = (sector: number, byte: number): number => (sector * 7 + byte) & 0xff;

/** A disk whose sectors are all different. */
export function patternDisk(sectors: number): Uint8Array {
  const bytes = new Uint8Array(sectors * 512);
  for (let n = 0; n < bytes.length; n++) bytes[n] = pattern(n >> 9, n & 0x1ff);
  return bytes;
}

/** A controller with a drive A, a DMA controller and 128 KB of memory. */
export class FloppyRig extends Rig {
  readonly ram = new Uint8Array(0x20000);
  readonly dma: Dma8237;
  readonly disk: MemoryBlock;
  readonly floppy: Floppy82077;

  constructor(sectors = 2880, isPresent = true) {
    super();
    const { ports, clock, events, irq, ram } = this;
    const memory = {
      has: () => true,
      read: (address: number, target: Uint8Array) => target.set(ram.subarray(address, address + target.length)),
      write: (address: number, bytes: Uint8Array) => ram.set(bytes, address),
    };
    this.dma = new Dma8237({ ports, memory });
    this.disk = new MemoryBlock('a', patternDisk(sectors), this);
    this.disk.isPresent = isPresent;
    this.floppy = new Floppy82077({ ports, clock, events, irq, dma: this.dma.channel(2), drives: [this.disk] });
  }

  get status(): number {
    return this.in8(MSR);
  }

  /** A reset, with the four interrupts sensed, and a data rate. */
  start(rate = 0): this {
    this.reset();
    this.out8(0x3f7, rate);
    return this;
  }

  /** A software reset, with the four interrupts sensed. */
  reset(): void {
    this.out8(DOR, 0x00, 0x1c);
    this.advance(MS);
    for (let n = 0; n < 4; n++) this.run(0x08);
  }

  /** Sends a command, waits for `time`, and takes the result. */
  run(...bytes: number[]): number[] {
    this.out8(DATA, ...bytes);
    this.advance(50 * MS);
    return this.result();
  }

  result(): number[] {
    const result: number[] = [];
    while ((this.status & 0xd0) === 0xd0) result.push(this.in8(DATA));
    return result;
  }

  /** Programs DMA channel 2: mode 0x46 to memory, 0x4a from it. */
  program(mode: number, bytes: number): void {
    const count = bytes - 1;
    this.out8(0x0a, 0x06);
    this.out8(0x0c, 0);
    this.out8(0x0b, mode);
    this.out8(0x04, 0, 0);
    this.out8(0x81, BUFFER >> 16);
    this.out8(0x05, count & 0xff, count >> 8);
    this.out8(0x0a, 0x02);
  }

  /** READ DATA and its kin: cylinder, head, sector, last sector. */
  data(command: number, c: number, h: number, r: number, eot = 18): number[] {
    return this.run(command, h << 2, c, h, r, 2, eot, 0x1b, 0xff);
  }

  memory(at: number): number {
    return this.ram[BUFFER + at];
  }
}
