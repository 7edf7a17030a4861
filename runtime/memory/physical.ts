import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { NO_FRAME, type PhysicalMap } from './physical-map.ts';

/**
 * Guest memory by physical address, as loaders and debuggers use it: bytes written are seen by everything that was made
 * from the old ones. Only memory is reached, not devices.
 */
export class PhysicalMemory {
  readonly #map: PhysicalMap;

  constructor(map: PhysicalMap) {
    this.#map = map;
  }

  /** Throws a RangeError if there is no memory at the addresses. ROM can be written this way. */
  write(address: number, bytes: Uint8Array): void {
    const { ram } = this.#map;
    this.#forPages(address, bytes.length, (offset, start, length) => {
      ram.bytes.set(bytes.subarray(start, start + length), offset);
      ram.frames.stored(offset, length, 'device');
    });
  }

  /** A copy. Throws a RangeError if there is no memory at the addresses. */
  read(address: number, length: number): Uint8Array {
    // A range that isn't there must not cost memory.
    this.#forPages(address, length, () => undefined);
    const result = new Uint8Array(length);
    this.#forPages(address, length, (offset, start, count) => {
      result.set(this.#map.ram.bytes.subarray(offset, offset + count), start);
    });
    return result;
  }

  #forPages(address: number, length: number, visit: PageVisitor): void {
    if (!(Number.isSafeInteger(address) && address >= 0 && Number.isSafeInteger(length) && length >= 0)) {
      throw new RangeError(`${length} bytes at ${address} are no range of memory`);
    }
    forEachPage(address, length, (page, at, done, count) => {
      const frame = this.#map.frameAt(page);
      if (frame === NO_FRAME) throw new RangeError(`there is no memory at 0x${(address + done).toString(16)}`);
      visit(frame * PAGE_BYTES + at, done, count);
    });
  }
}

/** Offset in the buffer, bytes that came before, and bytes in this page. */
type PageVisitor = (offset: number, done: number, count: number) => void;

/** Visits the pages of a range: page number, offset in the page, bytes that came before, bytes in this page. */
export function forEachPage(
  address: number,
  length: number,
  visit: (page: number, at: number, done: number, count: number) => void,
): void {
  for (let done = 0; done < length; ) {
    const at = (address + done) % PAGE_BYTES;
    const count = Math.min(length - done, PAGE_BYTES - at);
    visit(Math.floor((address + done) / PAGE_BYTES), at, done, count);
    done += count;
  }
}
