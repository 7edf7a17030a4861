import type { NetworkBackend } from './backend.ts';

/** Most bytes of a frame that are kept, as QEMU's filter-dump has it. */
const SNAP_LENGTH = 65536;
const ETHERNET = 1;
const HEADER = 24;
const RECORD = 16;

/** The header of a file (IETF, "PCAP Capture File Format", section 4): times in microseconds, Ethernet. */
function pcapHeader(): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER));
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAP_LENGTH, true);
  view.setUint32(20, ETHERNET, true);
  return new Uint8Array(view.buffer);
}

/** A frame in the file (section 5). @param time milliseconds since 1970 */
function pcapRecord(frame: Uint8Array, time: number): Uint8Array {
  const kept = frame.subarray(0, SNAP_LENGTH);
  const bytes = new Uint8Array(RECORD + kept.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(time / 1000), true);
  view.setUint32(4, Math.floor((time % 1000) * 1000), true);
  view.setUint32(8, kept.length, true);
  view.setUint32(12, frame.length, true);
  bytes.set(kept, RECORD);
  return bytes;
}

/** Where a capture goes. */
export interface Capture {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** Keeps all frames of a backend, in both directions. */
export class CapturedBackend implements NetworkBackend {
  onFrame: (frame: Uint8Array) => boolean = () => true;
  readonly #inner: NetworkBackend;
  readonly #capture: Capture;
  readonly #time: () => number;

  /** @param time milliseconds since 1970 */
  constructor(inner: NetworkBackend, capture: Capture, time: () => number) {
    this.#inner = inner;
    this.#capture = capture;
    this.#time = time;
    capture.write(pcapHeader());
    inner.onFrame = (frame) => {
      const hasRoom = this.onFrame(frame);
      if (hasRoom) capture.write(pcapRecord(frame, time()));
      return hasRoom;
    };
  }

  send(frame: Uint8Array): void {
    this.#capture.write(pcapRecord(frame, this.#time()));
    this.#inner.send(frame);
  }

  resume(): void {
    this.#inner.resume();
  }

  async close(): Promise<void> {
    await this.#inner.close();
    this.#capture.close();
  }
}
