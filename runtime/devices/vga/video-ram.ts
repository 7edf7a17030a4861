import { PAGE_BYTES, PAGE_SHIFT } from '../../../translator/abi/page.ts';
import type { GuestRam } from '../../memory/ram.ts';

/** The memory of an adapter: a part of the machine's buffer. */
export class VideoRam {
  readonly ram: GuestRam;
  readonly firstFrame: number;
  /** Where it begins in the buffer, and how long it is, in bytes. */
  readonly start: number;
  readonly length: number;

  constructor(ram: GuestRam, length: number) {
    this.ram = ram;
    this.firstFrame = ram.reserve(length);
    this.start = this.firstFrame << PAGE_SHIFT;
    this.length = length;
  }

  /** The device has written so many bytes from an offset on. */
  stored(offset: number, bytes: number): void {
    const first = this.start + offset;
    const end = Math.min(first + bytes, this.start + this.length);
    for (let at = first; at < end; at += PAGE_BYTES - (at % PAGE_BYTES)) {
      this.ram.frames.stored(at, Math.min(end - at, PAGE_BYTES - (at % PAGE_BYTES)), 'device');
    }
  }

  /** Clears a number of bytes from its start on. */
  clear(bytes: number): void {
    this.ram.bytes.fill(0, this.start, this.start + bytes);
    this.stored(0, bytes);
  }
}
