import type { PhysicalMap } from './physical-map.ts';

/** Bytes of the operands that processors store by 64 bits at a time: MMX, x87 and SSE, and CMPXCHG8B. */
const [LEAST, MOST] = [8, 16];

/**
 * Puts the doublewords of one store together that goes to a device, so that a register of 64 bits gets both halves at once. Who stores so
 * many bytes has probed them first.
 */
export class WideStore {
  readonly #map: PhysicalMap;
  /** Linear address of the operand's next doubleword, and bytes of it from there on. */
  #next = 0;
  #left = 0;
  /** The lower half that has come, and its physical address; NaN: none has. */
  #low = 0;
  #place = Number.NaN;

  constructor(map: PhysicalMap) {
    this.#map = map;
  }

  /** An operand was probed: its doublewords may come next, in ascending order. */
  probed(linear: number, bytes: number): void {
    this.#flush();
    this.#next = linear;
    this.#left = bytes >= LEAST && bytes <= MOST ? bytes : 0;
  }

  /** A doubleword goes to a device. */
  store(linear: number, physical: number, value: number): void {
    if (this.#left < 4 || linear !== this.#next) this.probed(0, 0);
    else {
      this.#next = (linear + 4) | 0;
      this.#left -= 4;
      if (this.#place === physical - 4) {
        this.#place = Number.NaN;
        this.#map.writeWide(physical - 4, this.#low, value);
        return;
      }
      if (physical % 8 === 0 && this.#left >= 4) {
        this.#low = value;
        this.#place = physical;
        return;
      }
    }
    this.#map.writeDevice(physical, 4, value);
  }

  /** A lower half is stored alone where the operand is not stored to its end. */
  #flush(): void {
    const place = this.#place;
    if (Number.isNaN(place)) return;
    this.#place = Number.NaN;
    this.#map.writeDevice(place, 4, this.#low);
  }
}
