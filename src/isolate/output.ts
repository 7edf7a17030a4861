import type { StreamName } from './protocol.ts';

/** A batch of this size is sent at once. */
const BATCH_BYTES = 16 << 10;
/** The guest stalls while so much of what it wrote has not been taken. */
const STALL_BYTES = 256 << 10;

interface Batch {
  readonly bytes: Uint8Array;
  length: number;
}

/** Gathers the guest's output, which may come byte by byte, into batches. */
export class OutputBatches {
  readonly #send: (stream: StreamName, bytes: Uint8Array) => void;
  readonly #batches = new Map<StreamName, Batch>();
  #pending = false;
  #untaken = 0;

  constructor(send: (stream: StreamName, bytes: Uint8Array) => void) {
    this.#send = send;
  }

  /** True if there is something to be flushed. */
  get pending(): boolean {
    return this.#pending;
  }

  /** True while too much of the output has not been taken: the guest must not run then. */
  get stalled(): boolean {
    return this.#untaken > STALL_BYTES;
  }

  /** Takes a copy of the bytes. */
  add(stream: StreamName, bytes: Uint8Array): void {
    const batch = this.#batchOf(stream);
    for (let start = 0; start < bytes.length; ) {
      const part = bytes.subarray(start, start + BATCH_BYTES - batch.length);
      batch.bytes.set(part, batch.length);
      batch.length += part.length;
      start += part.length;
      if (batch.length === BATCH_BYTES) this.#sendBatch(stream, batch);
    }
    this.#pending = true;
  }

  flush(): void {
    if (!this.#pending) return;
    this.#pending = false;
    for (const [stream, batch] of this.#batches) this.#sendBatch(stream, batch);
  }

  /** Something of about this size was sent, and will be taken like output. */
  sent(length: number): void {
    this.#untaken += length;
  }

  taken(length: number): void {
    this.#untaken -= length;
  }

  #batchOf(stream: StreamName): Batch {
    const batch = this.#batches.get(stream) ?? { bytes: new Uint8Array(BATCH_BYTES), length: 0 };
    this.#batches.set(stream, batch);
    return batch;
  }

  #sendBatch(stream: StreamName, batch: Batch): void {
    if (batch.length === 0) return;
    this.#send(stream, batch.bytes.slice(0, batch.length));
    this.#untaken += batch.length;
    batch.length = 0;
  }
}
