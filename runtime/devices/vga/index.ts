import { PAGE_BYTES, PAGE_SHIFT } from '../../../translator/abi/page.ts';
import type { PortBus } from '../../bus/ports.ts';
import { Layer, type PhysicalMap } from '../../memory/physical-map.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import { PciFunction } from '../pci/function.ts';
import { type AddressRange, memoryRange, registerRange } from '../pci/range.ts';
import { romBar, romRange } from '../pci/rom.ts';
import { Aperture } from './aperture.ts';
import { identification } from './edid.ts';
import { MMIO_BYTES, mmioRegion } from './mmio.ts';
import { PictureSource, type ScreenUpdate } from './picture.ts';
import { Planes } from './planes.ts';
import { RegisterFile } from './register-file.ts';
import { Id, MOVED_PORTS, Port, VBE_PORT } from './registers.ts';
import { vgaState } from './state.ts';
import { BochsVbe } from './vbe.ts';

/** Bytes of video memory, as QEMU's adapter has by default. */
const MEMORY_BYTES = 16 << 20;

/** Bytes that an adapter with this ROM takes of the machine's buffer (GuestRam.reserve). */
export function vgaBytes(rom: Uint8Array | undefined): number {
  return MEMORY_BYTES + (rom ? romRange(rom) : 0);
}

export interface VgaOptions {
  readonly ports: PortBus;
  readonly clock: Clock;
  /** Its memory has room for `vgaBytes`. */
  readonly map: PhysicalMap;
  /** Its slot on the PCI bus. */
  readonly device: number;
  /** Option ROM with a video BIOS, at the ROM's base address register. */
  readonly rom?: Uint8Array | undefined;
}

/** A VGA with Bochs' VBE extension on PCI, as QEMU's `-vga std`. */
export class Vga {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #state = vgaState.create();
  readonly #planes: Planes;
  readonly #aperture: Aperture;
  readonly #vbe: BochsVbe;
  readonly #registers: RegisterFile;
  readonly #pictures: PictureSource;

  constructor(options: VgaOptions) {
    const { map, clock, ports } = options;
    const frame = map.ram.reserve(MEMORY_BYTES);
    const state = this.#state;
    this.component = vgaState.bind('vga', state, { restored: () => this.#changed() });
    this.#planes = new Planes(state, map.ram, frame << PAGE_SHIFT, MEMORY_BYTES);
    this.#aperture = new Aperture(state, map, this.#planes, frame);
    this.#vbe = new BochsVbe({ state, memoryBytes: MEMORY_BYTES, clear: (bytes) => clearFrames(map, frame, bytes) });
    this.#registers = new RegisterFile(state, clock, () => this.#changed());
    this.#pictures = new PictureSource(state, map.ram, frame, MEMORY_BYTES);
    this.#claimPorts(ports);
    this.pciFunction = this.#makeFunction(options, frame);
    this.reset();
  }

  /** Memory keeps what it has. */
  reset(): void {
    Object.assign(this.#state, vgaState.create());
    this.#vbe.reset();
    this.#changed();
  }

  /** What a screen needs to show what has changed since the last call. */
  screenUpdate(): ScreenUpdate {
    return this.#pictures.update();
  }

  /** Another screen follows it from now on. */
  changeScreen(): void {
    this.#pictures.forget();
  }

  #changed(): void {
    this.#vbe.settle();
    this.#planes.changed();
    this.#aperture.changed();
  }

  #claimPorts(ports: PortBus): void {
    const read = (port: number): number => this.#registers.readPort(port);
    const write = (port: number, _: number, value: number): void => this.#registers.writePort(port, value);
    const claim = (first: number, count: number): void => {
      ports.register({ name: 'vga', first, count, read, write });
    };
    claim(Port.attribute, Port.graphicsData + 1 - Port.attribute);
    for (const [first, count] of MOVED_PORTS) claim(first, count);
    const state = this.#state;
    ports.register({
      name: 'vga vbe',
      first: VBE_PORT,
      count: 3,
      sizes: [2],
      read: (port) => (port === VBE_PORT ? state.vbeIndex : this.#vbe.read(state.vbeIndex)),
      write: (port, _, value) => {
        if (port === VBE_PORT) state.vbeIndex = value;
        else this.#writeVbe(value);
      },
    });
  }

  #writeVbe(value: number): void {
    this.#vbe.write(this.#state.vbeIndex, value);
    this.#changed();
  }

  #makeFunction({ map, rom, device }: VgaOptions, frame: number): PciFunction {
    const memory = { name: 'vga frame buffer', firstFrame: frame, length: MEMORY_BYTES, writable: true };
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
    const parts = { registers: this.#registers, vbe: this.#vbe, identification, changed: () => this.#changed() };
    return registerRange(map.bus(Layer.pci), (base) => mmioRegion(base, parts));
  }
}

function clearFrames({ ram }: PhysicalMap, frame: number, bytes: number): void {
  const start = frame * PAGE_BYTES;
  ram.bytes.fill(0, start, start + bytes);
  for (let at = start; at < start + bytes; at += PAGE_BYTES) ram.frames.stored(at, PAGE_BYTES, 'device');
}
