/** Bytes that wait at most until the guest takes them: who types more than that types into nothing, as on a serial line. */
const MOST_WAITING = 1 << 20;

/** Input for a machine's serial line, whose guest may take it slowly, or never. */
export class SerialInput {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  /** Input that the machine has not taken all of. */
  readonly #parts: Uint8Array[] = [];

  /** @param write resolves when the machine takes more */
  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** Writes bytes, unless too many wait. */
  async type(bytes: Uint8Array): Promise<void> {
    if (this.#parts.reduce((sum, { length }) => sum + length, bytes.length) > MOST_WAITING) return;
    this.#parts.push(bytes);
    // A machine that has ended takes nothing.
    await this.#write(bytes).catch(() => {});
    // They are taken in the order in which they came.
    this.#parts.shift();
  }

  /** So many bytes of those that were typed last, which the machine has not taken. */
  last(count: number): Uint8Array {
    const bytes = new Uint8Array(Buffer.concat(this.#parts));
    return bytes.subarray(bytes.length - count);
  }
}
