import { PciBus } from '../../../../runtime/devices/pci/index.ts';
import { Mmu } from '../../../../runtime/memory/mmu.ts';
import { Layer, NO_FRAME, PhysicalMap } from '../../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../../runtime/memory/ram.ts';
import { WORD_COUNT } from '../../../../translator/abi/state.ts';
import { Rig } from '../rig.ts';

const RAM_BYTES = 2 << 20;
/** The slot of the adapter on the PCI bus. */
export const SLOT = 2;

/** The surroundings of a display adapter: a PCI bus, and memory seen by a processor without paging. */
export class AdapterRig extends Rig {
  readonly map: PhysicalMap;
  readonly mmu: Mmu;
  readonly pci = new PciBus(this);

  /** @param adapterBytes of the machine's buffer that the adapter takes */
  constructor(adapterBytes: number) {
    super();
    this.map = new PhysicalMap(new GuestRam(RAM_BYTES, adapterBytes));
    this.mmu = new Mmu(new Int32Array(WORD_COUNT), this.map);
    const hole = { base: 0xa0000, length: 0x20000, reads: NO_FRAME, writes: NO_FRAME };
    this.map.add({ name: 'display', layer: Layer.chipset, ...hole });
  }

  configure(register: number, value: number): void {
    this.ports.write(0xcf8, 4, 0x80000000 + (SLOT << 11) + register);
    this.ports.write(0xcfc, 4, value);
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

  /** Whether generated code reaches the address without the device. */
  isDirect(address: number): boolean {
    return this.map.frameAt(address >>> 12) !== NO_FRAME;
  }
}
