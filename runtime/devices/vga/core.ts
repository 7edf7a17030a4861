import type { PortBus } from '../../bus/ports.ts';
import type { PhysicalMap } from '../../memory/physical-map.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { PciFunction } from '../pci/function.ts';
import { Aperture, type ApertureMemory } from './aperture.ts';
import type { DacPorts } from './dac.ts';
import type { RegisterSets } from './indexed-registers.ts';
import { type PictureExtension, PictureSource } from './picture.ts';
import { RegisterFile } from './register-file.ts';
import { MOVED_PORTS, Port } from './registers.ts';
import type { Timing } from './retrace.ts';
import type { VgaState } from './state.ts';
import type { VideoRam } from './video-ram.ts';

/** A display adapter as the machine sees it. */
export interface DisplayAdapter {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  /** The picture on its screen. */
  readonly pictures: PictureSource;
  reset(): void;
}

export interface AdapterOptions {
  readonly ports: PortBus;
  readonly clock: Clock;
  /** Its memory has room for the adapter's and the ROM. */
  readonly map: PhysicalMap;
  /** Its slot on the PCI bus. */
  readonly device: number;
  /** Option ROM with a video BIOS, at the ROM's base address register. */
  readonly rom?: Uint8Array | undefined;
}

/** The parts in which one adapter differs from another. */
export interface AdapterParts {
  readonly state: VgaState;
  readonly memory: VideoRam;
  readonly registers: RegisterSets;
  readonly dac: DacPorts;
  /** The memory at A0000h. */
  readonly aperture: ApertureMemory;
  readonly picture: () => PictureExtension;
  readonly timing: () => Timing;
  /** Registers have changed: before the aperture follows them. */
  readonly settle: () => void;
}

/** The part that all adapters share: the VGA's ports, its aperture, and the picture. */
export class VgaCore {
  readonly registers: RegisterFile;
  readonly #parts: AdapterParts;
  readonly pictures: PictureSource;
  readonly #aperture: Aperture;

  constructor({ ports, clock, map }: AdapterOptions, parts: AdapterParts) {
    this.#parts = parts;
    const { state, memory, dac, timing } = parts;
    const changed = (): void => this.changed();
    this.registers = new RegisterFile(state, clock, { sets: parts.registers, dac, timing, changed });
    this.#aperture = new Aperture(map, parts.aperture);
    this.pictures = new PictureSource(state, memory, parts.picture);
    this.#claimPorts(ports);
  }

  /** Registers have changed. */
  changed(): void {
    this.#parts.settle();
    this.#aperture.changed();
  }

  #claimPorts(ports: PortBus): void {
    const read = (port: number): number => this.registers.readPort(port);
    const write = (port: number, _: number, value: number): void => this.registers.writePort(port, value);
    const claim = (first: number, count: number): void => {
      ports.register({ name: 'vga', first, count, read, write });
    };
    claim(Port.attribute, Port.graphicsData + 1 - Port.attribute);
    for (const [first, count] of MOVED_PORTS) claim(first, count);
  }
}
