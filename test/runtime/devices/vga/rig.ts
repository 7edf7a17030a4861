import { PciBus } from '../../../../runtime/devices/pci/index.ts';
import { StandardVga, standardVgaBytes } from '../../../../runtime/devices/standard-vga/index.ts';
import { Mmu } from '../../../../runtime/memory/mmu.ts';
import { Layer, NO_FRAME, PhysicalMap } from '../../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../../runtime/memory/ram.ts';
import { WORD_COUNT } from '../../../../translator/abi/state.ts';
import { Rig } from '../rig.ts';

const RAM_BYTES = 2 << 20;
export const FRAME_BUFFER = 0xe000_0000;
/** An option ROM of an odd size. */
export const ROM = Uint8Array.from({ length: 5000 }, (_, n) => (n * 7) & 0xff);

/** The adapter on a PCI bus, seen by a processor without paging. */
export class VgaRig extends Rig {
  readonly map: PhysicalMap = new PhysicalMap(new GuestRam(RAM_BYTES, standardVgaBytes(ROM)));
  readonly mmu = new Mmu(new Int32Array(WORD_COUNT), this.map);
  readonly pci = new PciBus(this);
  readonly vga: StandardVga;

  constructor() {
    super();
    const hole = { base: 0xa0000, length: 0x20000, reads: NO_FRAME, writes: NO_FRAME };
    this.map.add({ name: 'display', layer: Layer.chipset, ...hole });
    this.vga = new StandardVga({ ports: this.ports, clock: this.clock, map: this.map, device: 2, rom: ROM });
    this.pci.add(this.vga.pciFunction);
    // As firmware leaves them: colors, RAM enable, frame buffer in place.
    this.out8(0x3c2, 0x67);
    this.configure(0x10, FRAME_BUFFER);
    this.configure(0x04, 3);
  }

  configure(register: number, value: number): void {
    this.ports.write(0xcf8, 4, 0x80001000 + register);
    this.ports.write(0xcfc, 4, value);
  }

  configuration(register: number): number {
    this.ports.write(0xcf8, 4, 0x80001000 + register);
    return this.ports.read(0xcfc, 4);
  }

  sequencer(index: number, value: number): void {
    this.out8(0x3c4, index);
    this.out8(0x3c5, value);
  }

  graphics(index: number, value: number): void {
    this.out8(0x3ce, index);
    this.out8(0x3cf, value);
  }

  crtc(index: number, value: number): void {
    this.out8(0x3d4, index);
    this.out8(0x3d5, value);
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

  /** Whether generated code reaches the address without the device. */
  isDirect(address: number): boolean {
    return this.map.frameAt(address >>> 12) !== NO_FRAME;
  }

  /** A word of video memory: a byte of each plane. */
  planes(address: number): number {
    return this.mmu.load32(FRAME_BUFFER + 4 * address) >>> 0;
  }

  setPlanes(address: number, value: number): void {
    this.mmu.store32(FRAME_BUFFER + 4 * address, value);
  }
}
