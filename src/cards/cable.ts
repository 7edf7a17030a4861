import { frameAt, framedLength, LARGEST_FRAME, putFrame } from '../../runtime/host/frames.ts';
import { FRAME_CREDIT } from '../../runtime/host/ports.ts';
import type { NetworkBackend } from '../network/backend.ts';

/** Frames for the machine are put together up to this size: each message costs about as much as moving so many bytes. */
const BATCH_BYTES = 64 << 10;
const SMALLEST_FRAME = 14;

/** The host's end of a card's cable: frames between the machine's messages and a network. */
export class Cable {
  readonly #backend: NetworkBackend;
  readonly #send: (frames: Uint8Array) => void;
  readonly #batch = new Uint8Array(BATCH_BYTES + framedLength(new Uint8Array(0)) + LARGEST_FRAME);
  #length = 0;
  /** Bytes that may be sent before the card has taken others. */
  #credit = FRAME_CREDIT;
  #isFull = false;
  #isClosed = false;
  /** The start of a frame whose end comes with the next message. */
  #rest = new Uint8Array(0);

  /** `send` takes frames to the machine, in bytes of its own (runtime/host/frames.ts). */
  constructor(backend: NetworkBackend, send: (frames: Uint8Array) => void) {
    this.#backend = backend;
    this.#send = send;
    backend.onFrame = (frame) => this.#take(frame);
  }

  /** Frames from the machine, a part of a stream. */
  async receive(bytes: Uint8Array): Promise<void> {
    const all = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    this.#rest = all.slice(this.#sendAll(all));
  }

  /** Whole frames from the machine; what the network says to them at once. */
  exchange(bytes: Uint8Array): Uint8Array {
    this.#flush();
    this.#sendAll(bytes);
    return this.#takeBatch();
  }

  /** The card has taken so many bytes. */
  taken(length: number): void {
    this.#credit += length;
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#backend.resume();
  }

  /** Nothing goes over it any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** To the network; where the first frame begins that is not whole. */
  #sendAll(bytes: Uint8Array): number {
    let at = 0;
    for (let frame = frameAt(bytes, 0); frame !== undefined; frame = frameAt(bytes, at)) {
      at += framedLength(frame);
      if (frame.length >= SMALLEST_FRAME && !this.#isClosed) this.#backend.send(frame);
    }
    return at;
  }

  #take(frame: Uint8Array): boolean {
    const length = framedLength(frame);
    if (this.#isClosed || frame.length > LARGEST_FRAME) return true;
    if (length > this.#credit) {
      this.#isFull = true;
      return false;
    }
    this.#credit -= length;
    // What comes at the same time goes with it.
    if (this.#length === 0) queueMicrotask(() => this.#flush());
    this.#length = putFrame(this.#batch, this.#length, frame);
    if (this.#length >= BATCH_BYTES) this.#flush();
    return true;
  }

  #flush(): void {
    if (this.#length > 0) this.#send(this.#takeBatch());
  }

  #takeBatch(): Uint8Array {
    const frames = this.#batch.slice(0, this.#length);
    this.#length = 0;
    return frames;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
