import { read32, write32 } from '../../runtime/ethernet/network-order.ts';

/** Bytes of the length before each frame. */
const LENGTH = 4;
/** As QEMU has it (net/net.h, NET_BUFSIZE): a packet of 64 KB and headers. */
const MOST = 4096 + 65536;

/** A frame as it goes over a stream: its length in 32 bits, the highest byte first, then the frame (QEMU, net/socket.c). */
export function packFrame(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LENGTH + frame.length);
  write32(bytes, 0, frame.length);
  bytes.set(frame, LENGTH);
  return bytes;
}

/** Takes frames from a stream, however it is cut. */
export class FrameReader {
  readonly #onFrame: (frame: Uint8Array) => void;
  #rest: Uint8Array = new Uint8Array(0);

  /** @param onFrame its bytes are the reader's again when it returns */
  constructor(onFrame: (frame: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** @returns false where that is no such stream, after which nothing is known of it any more */
  push(bytes: Uint8Array): boolean {
    const all = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    let at = 0;
    while (at + LENGTH <= all.length) {
      const length = read32(all, at);
      if (length > MOST) return false;
      if (at + LENGTH + length > all.length) break;
      this.#onFrame(all.subarray(at + LENGTH, at + LENGTH + length));
      at += LENGTH + length;
    }
    this.#rest = all.slice(at);
    return true;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
