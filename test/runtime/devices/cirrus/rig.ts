import { Cirrus } from '../../../../runtime/devices/cirrus/index.ts';
import { MEMORY_BYTES } from '../../../../runtime/devices/cirrus/registers.ts';
import { AdapterRig, SLOT } from '../vga/adapter-rig.ts';

/** The adapter on a PCI bus, as it is after a reset, seen by a processor without paging. */
export class CirrusRig extends AdapterRig {
  readonly cirrus: Cirrus;

  constructor() {
    super(MEMORY_BYTES);
    this.cirrus = new Cirrus({ ports: this.ports, clock: this.clock, map: this.map, device: SLOT });
    this.pci.add(this.cirrus.pciFunction);
  }

  load(size: number, address: number): number {
    if (size === 4) return this.mmu.current.load32(address);
    return size === 2 ? this.mmu.current.load16(address) : this.mmu.current.load8(address);
  }

  store(size: number, address: number, value: number): void {
    if (size === 4) this.mmu.current.store32(address, value);
    else if (size === 2) this.mmu.current.store16(address, value);
    else this.mmu.current.store8(address, value);
  }
}
