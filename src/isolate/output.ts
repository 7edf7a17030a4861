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
  readonly #send: (port: string, bytes: Uint8Array) => void;
  readonly #batches = new Map<string, Batch>();
  #pending = false;
  #untaken = 0;

  constructor(send: (port: string, bytes: Uint8Array) => void) {
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
  add(port: string, bytes: Uint8Array): void {
    const batch = this.#batchOf(port);
    for (let start = 0; start < bytes.length; ) {
      const part = bytes.subarray(start, start + BATCH_BYTES - batch.length);
      batch.bytes.set(part, batch.length);
      batch.length += part.length;
      start += part.length;
      if (batch.length === BATCH_BYTES) this.#sendBatch(port, batch);
    }
    this.#pending = true;
  }

  /** Takes a copy of bytes that nothing follows soon. They are sent at once, after all that waits, and in one piece. */
  addWhole(port: string, bytes: Uint8Array): void {
    this.flush();
    this.#send(port, bytes.slice());
    this.#untaken += bytes.length;
  }

  flush(): void {
    if (!this.#pending) return;
    this.#pending = false;
    for (const [port, batch] of this.#batches) this.#sendBatch(port, batch);
  }

  /** Something of about this size was sent, and will be taken like output. */
  sent(length: number): void {
    this.#untaken += length;
  }

  taken(length: number): void {
    this.#untaken -= length;
  }

  #batchOf(port: string): Batch {
    const batch = this.#batches.get(port) ?? { bytes: new Uint8Array(BATCH_BYTES), length: 0 };
    this.#batches.set(port, batch);
    return batch;
  }

  #sendBatch(port: string, batch: Batch): void {
    if (batch.length === 0) return;
    this.#send(port, batch.bytes.slice(0, batch.length));
    this.#untaken += batch.length;
    batch.length = 0;
  }
}
