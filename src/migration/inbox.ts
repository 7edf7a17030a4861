import { concatenate } from '../util/bytes.ts';

/** Bytes that have arrived by a channel and wait to be read. What has come stays, however the connection ends. */
export class Inbox {
  readonly #arrived: Uint8Array[] = [];
  #length = 0;
  #hasEnded = false;
  #error: Error | undefined;
  #wake: () => void = () => {};

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** Why no more comes, if that is a failure. */
  get error(): Error | undefined {
    return this.#error;
  }

  push(bytes: Uint8Array): void {
    this.#arrived.push(bytes);
    this.#length += bytes.length;
    this.#wake();
  }

  /** No more comes. The first reason counts. */
  end(error?: Error): void {
    if (!this.#hasEnded) this.#error ??= error;
    this.#hasEnded = true;
    this.#wake();
  }

  clear(): void {
    this.#arrived.length = 0;
    this.#length = 0;
  }

  /** Takes the first bytes; null: no more come. Throws the reason. */
  async read(): Promise<Uint8Array | null> {
    const bytes = await this.peek();
    if (bytes === null) return null;
    this.#arrived.shift();
    this.#length -= bytes.length;
    return bytes;
  }

  /** The bytes that have arrived, which stay, once they are more than `more`; null: no more come. Throws the reason. */
  async peek(more = 0): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#length > more) return this.#first(more);
      if (this.#error) throw this.#error;
      if (this.#hasEnded) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The first part, or more parts as one where that is not enough. */
  #first(more: number): Uint8Array {
    if (this.#arrived[0].length <= more) this.#arrived.splice(0, Infinity, concatenate(this.#arrived));
    return this.#arrived[0];
  }
}
