import { concatenate } from '../bytes.ts';
import type { OutputStream } from './protocol.ts';

/** A batch of this size is sent at once. */
const BATCH_BYTES = 16 << 10;
/** The guest stalls while so much of what it wrote has not been taken. */
const STALL_BYTES = 256 << 10;

/** Gathers the guest's output, byte by byte as it may come, into batches. */
export class OutputBatches {
  readonly #send: (stream: OutputStream, bytes: Uint8Array) => void;
  readonly #waiting = new Map<OutputStream, Uint8Array[]>();
  #waitingBytes = 0;
  #untaken = 0;

  constructor(send: (stream: OutputStream, bytes: Uint8Array) => void) {
    this.#send = send;
  }

  /** True if there is something to be flushed. */
  get pending(): boolean {
    return this.#waitingBytes > 0;
  }

  /** True while whoever reads the output is too far behind. */
  get stalled(): boolean {
    return this.#untaken > STALL_BYTES;
  }

  /** Takes a copy of the bytes. */
  add(stream: OutputStream, bytes: Uint8Array): void {
    const waiting = this.#waiting.get(stream);
    const copy = new Uint8Array(bytes);
    if (waiting) waiting.push(copy);
    else this.#waiting.set(stream, [copy]);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= BATCH_BYTES) this.flush();
  }

  flush(): void {
    for (const [stream, chunks] of this.#waiting) this.#send(stream, concatenate(chunks));
    this.#waiting.clear();
    this.#untaken += this.#waitingBytes;
    this.#waitingBytes = 0;
  }

  taken(length: number): void {
    this.#untaken -= length;
  }
}
