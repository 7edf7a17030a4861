import type { Tlb } from './tlb.ts';

/**
 * The software TLB lent to somebody who runs code that is none of the guest's: its entries are put aside, and there are none but
 * those that are made here, until it is given back as it was. Nobody may enter or flush any meanwhile: what pages have entries is
 * not noted.
 */
export class LentTlb {
  readonly #tlb: Tlb;
  readonly #entries: readonly Int32Array[];
  readonly #pages: Int32Array;
  /** The entries of these pages and their code pages, as they were before. */
  readonly #kept: readonly Int32Array[];

  constructor(tlb: Tlb) {
    this.#tlb = tlb;
    this.#entries = [tlb.readSupervisor, tlb.writeSupervisor, tlb.readUser, tlb.writeUser];
    this.#pages = tlb.filledPages();
    this.#kept = this.#all.map((array) => this.#pages.map((page) => array[page]));
    for (const page of this.#pages) {
      tlb.code[page] = 0;
      this.unmap(page);
    }
  }

  get #all(): Int32Array[] {
    return [...this.#entries, this.#tlb.code];
  }

  /** Makes a frame readable and writable for all at a linear page. */
  map(page: number, frame: number): void {
    for (const array of this.#entries) array[page] = (frame ^ page) << 10;
  }

  unmap(page: number): void {
    for (const array of this.#entries) array[page] = this.#tlb.invalidEntry(page);
  }

  /** Restores the entries of the pages that were lent. */
  giveBack(): void {
    this.#all.forEach((array, n) => {
      this.#pages.forEach((page, place) => {
        array[page] = this.#kept[n][place];
      });
    });
  }
}
