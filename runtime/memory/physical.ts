import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import type { CodeWriteListener } from './mmu.ts';
import type { PhysicalMap } from './physical-map.ts';

/**
 * Guest memory by physical address, as loaders, DMA and debuggers use it: bytes written are seen by everything that
 * was made from the old ones. Only memory is reached, not devices.
 */
export class PhysicalMemory {
  private readonly map: PhysicalMap;
  private readonly listener: () => CodeWriteListener;

  constructor(map: PhysicalMap, listener: () => CodeWriteListener) {
    this.map = map;
    this.listener = listener;
  }

  /** Throws a RangeError if there is no memory at the addresses. ROM can be written this way. */
  write(address: number, bytes: Uint8Array): void {
    const { ram } = this.map;
    this.forPages(address, bytes.length, (offset, start, length) => {
      ram.bytes.set(bytes.subarray(start, start + length), offset);
      if (ram.holdsCode[offset >>> PAGE_SHIFT]) this.listener().codeWritten(offset, length, 'device');
    });
  }

  /** A copy. Throws a RangeError if there is no memory at the addresses. */
  read(address: number, length: number): Uint8Array {
    // A range that isn't there must not cost memory.
    this.forPages(address, length, () => undefined);
    const result = new Uint8Array(length);
    this.forPages(address, length, (offset, start, count) => {
      result.set(this.map.ram.bytes.subarray(offset, offset + count), start);
    });
    return result;
  }

  private forPages(
    address: number,
    length: number,
    visit: (offset: number, start: number, length: number) => void,
  ): void {
    if (!(Number.isSafeInteger(address) && address >= 0 && Number.isSafeInteger(length) && length >= 0)) {
      throw new RangeError(`${length} bytes at ${address} are no range of memory`);
    }
    for (let done = 0; done < length; ) {
      const at = address + done;
      const frame = this.map.frameAt(Math.floor(at / PAGE_BYTES));
      if (frame === undefined || frame < 0) throw new RangeError(`there is no memory at 0x${at.toString(16)}`);
      const count = Math.min(length - done, PAGE_BYTES - (at % PAGE_BYTES));
      visit(frame * PAGE_BYTES + (at % PAGE_BYTES), done, count);
      done += count;
    }
  }
}
