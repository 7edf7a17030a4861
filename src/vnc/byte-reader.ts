import { ViewerGone } from './error.ts';

/** Bytes that come in pieces of any length, and are asked for in others. No more is kept than one piece and what is asked for. */
export class ByteReader {
  #piece: Uint8Array = new Uint8Array(0);
  #hasEnded = false;
  #taken: () => void = () => {};
  #arrived: () => void = () => {};

  /** Resolves when the piece has been used up, and more may come. */
  push(bytes: Uint8Array): Promise<void> {
    if (this.#hasEnded) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#piece = bytes;
    this.#taken = resolve;
    this.#arrived();
    return promise;
  }

  /** No more comes. */
  end(): void {
    this.#hasEnded = true;
    this.#taken();
    this.#arrived();
  }

  /** @throws ViewerGone if they do not come */
  async take(length: number): Promise<DataView> {
    const bytes = new Uint8Array(length);
    await this.#each(length, (part, at) => bytes.set(part, at));
    return new DataView(bytes.buffer);
  }

  /** Takes bytes that nobody wants: they are not kept. */
  async skip(length: number): Promise<void> {
    await this.#each(length, () => {});
  }

  async #each(length: number, use: (part: Uint8Array, at: number) => void): Promise<void> {
    for (let at = 0; at < length; ) {
      while (this.#piece.length === 0) await this.#next();
      const part = this.#piece.subarray(0, length - at);
      this.#piece = this.#piece.subarray(part.length);
      use(part, at);
      at += part.length;
    }
  }

  async #next(): Promise<void> {
    if (this.#hasEnded) throw new ViewerGone();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#arrived = resolve;
    this.#taken();
    await promise;
  }
}
