/** Bytes that are given to the host at once. */
export const CHUNK = 0x10000;
/** Chunks that are kept for the next who needs one. */
const MOST_SPARE = 32;

/** Room for bytes on their way to the host, shared by all connections: one that is silent has none. */
export class ChunkPool {
  readonly #spare: Uint8Array[] = [];

  take(): Uint8Array {
    return this.#spare.pop() ?? new Uint8Array(CHUNK);
  }

  /** Nobody needs what is in it any more. */
  give(chunk: Uint8Array): void {
    if (this.#spare.length < MOST_SPARE) this.#spare.push(chunk);
  }
}
