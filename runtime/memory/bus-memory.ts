import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { forEachPage } from './physical.ts';
import { absentByte, NO_FRAME, type PhysicalMap } from './physical-map.ts';

/** Memory as a bus master sees it: by physical address, past the A20 gate and the TLB. Nothing here throws. */
export interface BusMemory {
  /** Whether there is memory at both ends of a range. */
  has(address: number, length: number): boolean;
  /** Fills `target` from memory at the address; bytes where there is no memory are as where nothing is (absentByte). */
  read(address: number, target: Uint8Array): void;
  /** Bytes for ROM, for a device's registers or for nothing are lost. Code that is hit is dropped. */
  write(address: number, bytes: Uint8Array): void;
}

/**
 * The memory of a physical map for its bus masters. Addresses are what guests programmed: any integer from 0 to 2^53, and
 * ranges may cross frames or leave memory.
 */
export function busMemory(map: PhysicalMap): BusMemory {
  const { ram } = map;
  const isMemory = (address: number) => map.frameAt(Math.floor(address / PAGE_BYTES)) !== NO_FRAME;
  return {
    has: (address, length) => isMemory(address) && isMemory(address + length - 1),
    read(address, target) {
      forEachPage(address, target.length, (page, at, done, count) => {
        const frame = map.frameAt(page);
        if (frame === NO_FRAME) target.fill(absentByte(page * PAGE_BYTES), done, done + count);
        else target.set(ram.bytes.subarray(frame * PAGE_BYTES + at, frame * PAGE_BYTES + at + count), done);
      });
    },
    write(address, bytes) {
      forEachPage(address, bytes.length, (page, at, done, count) => {
        const frame = map.storedFrameAt(page);
        if (frame === NO_FRAME) return;
        ram.bytes.set(bytes.subarray(done, done + count), frame * PAGE_BYTES + at);
        ram.frames.stored(frame * PAGE_BYTES + at, count, 'device');
      });
    },
  };
}
