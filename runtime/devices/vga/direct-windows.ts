import type { AddressWindow, Layer, PhysicalMap } from '../../memory/physical-map.ts';

/**
 * Accesses through the device after a change of its registers before memory itself is put there: that costs the processor its
 * TLB, so it must not happen for each pixel.
 */
const PATIENCE = 256;

/** Video memory at a physical address: from its first frame on. */
export interface DirectMemory {
  readonly base: number;
  readonly length: number;
  readonly frame: number;
}

/**
 * Where registers let the processor have video memory as it is the memory itself stands there, after some accesses, so that
 * generated code has it at full speed; otherwise the device answers.
 */
export class DirectWindows {
  readonly #map: PhysicalMap;
  readonly #name: string;
  readonly #layer: Layer;
  readonly #find: () => readonly DirectMemory[];
  /** Derived: the memory that could stand there. */
  #wanted: readonly DirectMemory[] = [];
  /** Derived: registers have changed since it was found. */
  #isStale = true;
  /** Derived: what does stand there. */
  #placed: readonly AddressWindow[] = [];
  /** Derived: accesses until it does. */
  #patience = PATIENCE;

  /** `find`: by the registers, the memory that could stand there. */
  constructor(map: PhysicalMap, name: string, layer: Layer, find: () => readonly DirectMemory[]) {
    this.#map = map;
    this.#name = name;
    this.#layer = layer;
    this.#find = find;
  }

  /** Registers have changed. Where nothing stands the next access is soon enough: in planar modes some registers change for each of them. */
  changed(): void {
    if (this.#placed.length > 0) this.#look();
    else this.#isStale = true;
  }

  #look(): void {
    this.#isStale = false;
    const wanted = this.#find();
    this.#patience = PATIENCE;
    if (isSame(wanted, this.#wanted)) return;
    this.#wanted = wanted;
    for (const window of this.#placed) this.#map.remove(window);
    this.#placed = [];
  }

  /** The device has answered. */
  accessed(): void {
    if (this.#isStale) this.#look();
    if (this.#wanted.length === 0 || this.#placed.length > 0 || --this.#patience > 0) return;
    this.#placed = this.#wanted.map(({ frame, ...place }) => {
      return { name: this.#name, layer: this.#layer, ...place, reads: frame, writes: frame };
    });
    for (const window of this.#placed) this.#map.add(window);
  }
}

function isSame(one: readonly DirectMemory[], other: readonly DirectMemory[]): boolean {
  const isLike = (a: DirectMemory, b: DirectMemory | undefined): boolean =>
    a.base === b?.base && a.length === b.length && a.frame === b.frame;
  return one.length === other.length && one.every((memory, n) => isLike(memory, other[n]));
}
