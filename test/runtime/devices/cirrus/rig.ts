import { Cirrus, cirrusBytes } from '../../../../runtime/devices/cirrus/index.ts';
import { PciBus } from '../../../../runtime/devices/pci/index.ts';
import { Mmu } from '../../../../runtime/memory/mmu.ts';
import { Layer, NO_FRAME, PhysicalMap } from '../../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../../runtime/memory/ram.ts';
import { WORD_COUNT } from '../../../../translator/abi/state.ts';
import { Rig } from '../rig.ts';

const RAM_BYTES = 2 << 20;

/** The adapter on a PCI bus, as it is after a reset, seen by a processor without paging. */
export class CirrusRig extends Rig {
  readonly map: PhysicalMap = new PhysicalMap(new GuestRam(RAM_BYTES, cirrusBytes(undefined)));
  readonly mmu = new Mmu(new Int32Array(WORD_COUNT), this.map);
  readonly pci = new PciBus(this);
  readonly cirrus: Cirrus;

  constructor() {
    super();
    const hole = { base: 0xa0000, length: 0x20000, reads: NO_FRAME, writes: NO_FRAME };
    this.map.add({ name: 'display', layer: Layer.chipset, ...hole });
    this.cirrus = new Cirrus({ ports: this.ports, clock: this.clock, map: this.map, device: 2 });
    this.pci.add(this.cirrus.pciFunction);
  }

  load(size: number, address: number): number {
    if (size === 4) return this.mmu.load32(address);
    return size === 2 ? this.mmu.load16(address) : this.mmu.load8(address);
  }

  store(size: number, address: number, value: number): void {
    if (size === 4) this.mmu.store32(address, value);
    else if (size === 2) this.mmu.store16(address, value);
    else this.mmu.store8(address, value);
  }
}
