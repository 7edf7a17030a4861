import { Layer, type PhysicalMap } from '../../memory/physical-map.ts';
import type { Component } from '../../snapshot/describe.ts';
import { claimVbePorts } from '../bochs-vbe/ports.ts';
import { bochsState } from '../bochs-vbe/state.ts';
import { BochsVbe } from '../bochs-vbe/vbe.ts';
import { PciFunction } from '../pci/function.ts';
import { type AddressRange, memoryRange, registerRange } from '../pci/range.ts';
import { romBar } from '../pci/rom.ts';
import { type AdapterOptions, type DisplayAdapter, VgaCore } from '../vga/core.ts';
import { Dac } from '../vga/dac.ts';
import { vgaRegisters } from '../vga/indexed-registers.ts';
import type { PictureSource } from '../vga/picture.ts';
import { Planes } from '../vga/planes.ts';
import { VideoRam } from '../vga/video-ram.ts';
import { identification } from './edid.ts';
import { MMIO_BYTES, mmioRegion } from './mmio.ts';
import { Id, MEMORY_BYTES } from './registers.ts';

/** A VGA with Bochs' VBE extension on PCI, as QEMU's `-vga std`. */
export class StandardVga implements DisplayAdapter {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly pictures: PictureSource;
  readonly #state = bochsState.create();
  readonly #vbe: BochsVbe;
  readonly #core: VgaCore;

  constructor(options: AdapterOptions) {
    const { map, ports } = options;
    const state = this.#state;
    this.component = bochsState.bind('vga', state, { restored: () => this.#core.changed() });
    const memory = new VideoRam(map.ram, MEMORY_BYTES);
    const vbe = new BochsVbe({ state, memoryBytes: MEMORY_BYTES, clear: (bytes) => memory.clear(bytes) });
    this.#vbe = vbe;
    this.#core = new VgaCore(options, {
      state,
      memory,
      registers: vgaRegisters(state),
      dac: new Dac(state, { componentMask: () => vbe.componentMask, colors: () => state.palette }),
      aperture: new Planes(state, memory, () => vbe.apertureMode()),
      picture: () => vbe.picture(),
      timing: () => vbe.timing(),
      settle: () => vbe.settle(),
    });
    this.pictures = this.#core.pictures;
    claimVbePorts(ports, { state, vbe, changed: () => this.#core.changed() });
    this.pciFunction = this.#makeFunction(options, memory);
    this.reset();
  }

  /** Memory keeps what it has. */
  reset(): void {
    Object.assign(this.#state, bochsState.create());
    this.#vbe.reset();
    this.#core.changed();
  }

  #makeFunction({ map, rom, device }: AdapterOptions, { firstFrame }: VideoRam): PciFunction {
    const memory = { name: 'vga frame buffer', firstFrame, length: MEMORY_BYTES, writable: true };
    return new PciFunction({
      name: 'vga pci',
      device,
      function: 0,
      ...Id,
      bars: [
        { index: 0, space: 'memory', size: MEMORY_BYTES, prefetchable: true, range: memoryRange(map, memory) },
        { index: 2, space: 'memory', size: MMIO_BYTES, range: this.#mmioRange(map) },
        ...(rom ? [romBar(map, 'vga', rom)] : []),
      ],
    });
  }

  #mmioRange(map: PhysicalMap): AddressRange {
    const { registers } = this.#core;
    const parts = { registers, vbe: this.#vbe, identification, changed: () => this.#core.changed() };
    return registerRange(map.bus(Layer.pci), (base) => mmioRegion(base, parts));
  }
}
