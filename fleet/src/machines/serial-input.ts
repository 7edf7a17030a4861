/** Bytes that wait at most until the guest takes them: who types more than that types into nothing, as on a serial line. */
const MOST_WAITING = 1 << 20;

/** Input for a machine's serial line, whose guest may take it slowly, or never. */
export class SerialInput {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #waiting = 0;

  /** @param write resolves when the machine takes more */
  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** Writes bytes, unless too many wait. */
  async type(bytes: Uint8Array): Promise<void> {
    if (this.#waiting + bytes.length > MOST_WAITING) return;
    this.#waiting += bytes.length;
    // A machine that has ended takes nothing.
    await this.#write(bytes).catch(() => {});
    this.#waiting -= bytes.length;
  }
}
