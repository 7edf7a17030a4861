import { romRange } from '../../../../runtime/devices/pci/rom.ts';
import { StandardVga } from '../../../../runtime/devices/standard-vga/index.ts';
import { MEMORY_BYTES } from '../../../../runtime/devices/standard-vga/registers.ts';
import { AdapterRig, SLOT } from './adapter-rig.ts';

export const FRAME_BUFFER = 0xe000_0000;
/** An option ROM of an odd size. */
export const ROM = Uint8Array.from({ length: 5000 }, (_, n) => (n * 7) & 0xff);

/** The adapter on a PCI bus, seen by a processor without paging. */
export class VgaRig extends AdapterRig {
  readonly vga: StandardVga;

  constructor() {
    super(MEMORY_BYTES + romRange(ROM));
    this.vga = new StandardVga({ ports: this.ports, clock: this.clock, map: this.map, device: SLOT, rom: ROM });
    this.pci.add(this.vga.pciFunction);
    // As firmware leaves them: colors, RAM enable, frame buffer in place.
    this.out8(0x3c2, 0x67);
    this.configure(0x10, FRAME_BUFFER);
    this.configure(0x04, 3);
  }

  configuration(register: number): number {
    this.ports.write(0xcf8, 4, 0x80001000 + register);
    return this.ports.read(0xcfc, 4);
  }

  attribute(index: number, value: number): void {
    this.in8(0x3da);
    this.out8(0x3c0, index, value);
  }

  vbe(index: number, value?: number): number {
    this.ports.write(0x1ce, 2, index);
    if (value !== undefined) this.ports.write(0x1cf, 2, value);
    return this.ports.read(0x1d0, 2);
  }

  setVbeMode(width: number, height: number, depth: number, flags = 0x41): void {
    this.vbe(4, 0);
    this.vbe(1, width);
    this.vbe(2, height);
    this.vbe(3, depth);
    this.vbe(4, flags);
  }

  /** 256 colors, a byte after the other. */
  setChained(): void {
    this.sequencer(2, 15);
    this.sequencer(4, 0x0e);
    this.graphics(5, 0x40);
    this.graphics(6, 5);
    this.graphics(8, 0xff);
  }

  /** Four planes at A0000h. */
  setPlanar(): void {
    this.sequencer(2, 15);
    this.sequencer(4, 0x06);
    this.graphics(5, 0);
    this.graphics(6, 5);
    this.graphics(8, 0xff);
  }

  /** A word of video memory: a byte of each plane. */
  planes(address: number): number {
    return this.mmu.current.load32(FRAME_BUFFER + 4 * address) >>> 0;
  }

  setPlanes(address: number, value: number): void {
    this.mmu.current.store32(FRAME_BUFFER + 4 * address, value);
  }
}
