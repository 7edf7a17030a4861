import type { PortBus, PortRegion } from '../../bus/ports.ts';
import type { MmioBus, MmioRegion } from '../../memory/mmio.ts';
import { type AddressWindow, Layer, NO_FRAME, type PhysicalMap } from '../../memory/physical-map.ts';

/** A range of addresses whose place the guest decides (a base address register or the like). */
export interface AddressRange {
  /** Puts it at `base`; while that is taken it stays out of the address space. Never called twice in a row. */
  place(base: number): void;
  /** Takes it away again. */
  remove(): void;
}

/**
 * A range of I/O ports: `regions` makes what is registered at a base. A guest may put a range over a fixed port while it tries
 * sizes out, or over another range that it moves next: who was there answers until it is gone.
 */
export function portRange(ports: PortBus, regions: (base: number) => readonly PortRegion[]): AddressRange {
  // Derived: what is offered now.
  let placed: readonly PortRegion[];
  return {
    place(base) {
      placed = regions(base);
      ports.offer(placed);
    },
    remove: () => ports.withdraw(placed),
  };
}

/** Registers in memory: `region` makes what stands at a base. */
export function registerRange(mmio: MmioBus, region: (base: number) => MmioRegion): AddressRange {
  // Derived: what is placed now.
  let placed: MmioRegion;
  return {
    place(base) {
      placed = region(base);
      mmio.add(placed);
    },
    remove: () => mmio.remove(placed),
  };
}

/** Memory on a device: consecutive frames of the machine's buffer. */
export interface DeviceMemory {
  readonly name: string;
  readonly firstFrame: number;
  readonly length: number;
  readonly writable: boolean;
}

export function memoryRange(map: PhysicalMap, { name, firstFrame, length, writable }: DeviceMemory): AddressRange {
  // Derived: where it stands now.
  let placed: AddressWindow;
  return {
    place(base) {
      placed = { name, layer: Layer.pci, base, length, reads: firstFrame, writes: writable ? firstFrame : NO_FRAME };
      map.add(placed);
    },
    remove: () => map.remove(placed),
  };
}

/** A range that moves only when its base changes. */
export class MovableRange {
  readonly #range: AddressRange;
  /** Derived: where it is placed, 0 for nowhere. */
  #base = 0;

  constructor(range: AddressRange) {
    this.#range = range;
  }

  /** Where it is to be; 0: nowhere. */
  moveTo(base: number): void {
    if (base === this.#base) return;
    if (this.#base !== 0) this.#range.remove();
    this.#base = base;
    if (base !== 0) this.#range.place(base);
  }
}
