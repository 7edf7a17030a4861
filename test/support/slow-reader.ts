/** The other end of a connection, which takes what is written only when it is told to. */
export class SlowReader {
  readonly #untaken: { readonly bytes: Uint8Array; readonly taken: () => void }[] = [];

  readonly write = (bytes: Uint8Array): Promise<void> =>
    new Promise((taken) => {
      this.#untaken.push({ bytes, taken });
    });

  /** How many writes are not taken yet. */
  get waiting(): number {
    return this.#untaken.length;
  }

  /** How many bytes are not taken yet. */
  get bytes(): number {
    return this.#untaken.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Takes the first of them. */
  take(): string {
    const { bytes, taken } = this.#untaken.shift()!;
    taken();
    return Buffer.from(bytes).toString();
  }
}
