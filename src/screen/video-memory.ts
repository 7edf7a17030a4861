import type { ScreenRegisters, ScreenUpdate } from '../../runtime/devices/vga/picture.ts';
import { PAGE_BYTES } from '../../translator/abi/page.ts';

/** The card's registers and memory as the last update left them. */
export class VideoMemory {
  /** None before the first update. */
  registers: ScreenRegisters | null = null;
  bytes: Uint8Array = new Uint8Array(0);
  /** Another one whenever something has changed. */
  version = 0;
  #registersText = '';
  /** Pages that updates have brought since `takeChanged`. */
  readonly #changed = new Set<number>();

  apply({ registers, memoryBytes, pages, bytes }: ScreenUpdate): void {
    const registersText = JSON.stringify(registers);
    if (pages.length > 0 || registersText !== this.#registersText) this.version++;
    this.#registersText = registersText;
    this.registers = registers;
    if (this.bytes.length !== memoryBytes) this.bytes = new Uint8Array(memoryBytes);
    pages.forEach((page, n) => {
      this.bytes.set(bytes.subarray(n * PAGE_BYTES, (n + 1) * PAGE_BYTES), page * PAGE_BYTES);
      this.#changed.add(page);
    });
  }

  /** Tells whether bytes of a range have changed since the last call. */
  takeChanged(): (start: number, length: number) => boolean {
    const changed = new Set(this.#changed);
    this.#changed.clear();
    return (start, length) => {
      const last = Math.floor((start + length - 1) / PAGE_BYTES);
      for (let page = Math.floor(start / PAGE_BYTES); page <= last; page++) if (changed.has(page)) return true;
      return false;
    };
  }
}
