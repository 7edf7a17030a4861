import { PAGE_SHIFT } from '../../translator/abi/page.ts';

/**
 * Guest memory: one buffer that holds RAM from physical address 0 and behind it the frames of ROM images. A frame is
 * a page of it. Generated code has the lengths of the views as constants, so they never change.
 */
export class GuestRam {
  readonly buffer: ArrayBufferLike;
  readonly bytes: Uint8Array;
  readonly halves: Uint16Array;
  readonly words: Int32Array;
  /** Bytes of RAM proper; ROM frames follow. */
  readonly ramBytes: number;
  /** By frame: 1 if stores are ignored (ROM). */
  readonly readOnly: Uint8Array;
  /** By frame: 1 if it holds bytes of decoded instructions, so that stores must be looked at. */
  readonly holdsCode: Uint8Array;

  constructor(ramBytes: number, romBytes = 0) {
    const total = ramBytes + romBytes;
    this.buffer = allocateShared(total);
    this.bytes = new Uint8Array(this.buffer);
    this.halves = new Uint16Array(this.buffer);
    this.words = new Int32Array(this.buffer);
    this.ramBytes = ramBytes;
    this.readOnly = new Uint8Array(total >>> PAGE_SHIFT);
    this.holdsCode = new Uint8Array(total >>> PAGE_SHIFT);
  }
}

/** A buffer other threads can see where the host allows it: it cannot be detached, which V8 would have to test for. */
export function allocateShared(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}
