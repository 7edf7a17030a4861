import type { MmioBus, MmioRegion } from '../../memory/mmio.ts';

const PAGE_BYTES = 0x1000;

/** A local APIC whose registers can be in memory. */
export interface PlacedApic {
  /** Physical address of the registers; null: they are nowhere. */
  readonly base: number | null;
  readBytes(offset: number, size: number): number;
  writeBytes(offset: number, size: number, value: number): void;
}

/** The registers that are in memory: each processor sees those of its own local APIC, and of no other. */
export class ApicWindow {
  readonly #mmio: MmioBus;
  /** Wiring: that of the processor that runs. */
  #current: PlacedApic | null = null;
  /** Derived: where its registers are. */
  #region: MmioRegion | null = null;

  constructor(mmio: MmioBus) {
    this.#mmio = mmio;
  }

  /** The processor of this one runs. */
  select(apic: PlacedApic): void {
    this.#current = apic;
    this.moved(apic);
  }

  /** An APIC has another base. */
  moved(apic: PlacedApic): void {
    const { base } = apic;
    if (apic !== this.#current || base === (this.#region?.base ?? null)) return;
    if (this.#region) this.#mmio.remove(this.#region);
    this.#region = base === null ? null : this.#regionAt(base);
    if (this.#region) this.#mmio.add(this.#region);
  }

  #regionAt(base: number): MmioRegion {
    return {
      name: 'local apic',
      base,
      length: PAGE_BYTES,
      read: (offset, size) => this.#current!.readBytes(offset, size),
      write: (offset, size, value) => this.#current!.writeBytes(offset, size, value),
    };
  }
}
