/** Permits for so many bytes of memory, and so many users, at a time; who asks first gets them first. */
export class MemoryPermits {
  readonly #most: number;
  #bytes: number;
  #users: number;
  readonly #waiting: { readonly bytes: number; go(): void }[] = [];

  /** @param users that there may be at a time */
  constructor(bytes: number, users: number) {
    this.#most = bytes;
    this.#bytes = bytes;
    this.#users = users;
  }

  /** Does something that takes so many bytes. What takes more than there may be is done alone. */
  async use<Result>(bytes: number, act: () => Promise<Result>): Promise<Result> {
    const taken = Math.min(bytes, this.#most);
    await new Promise<void>((go) => {
      this.#waiting.push({ bytes: taken, go });
      this.#admit();
    });
    try {
      return await act();
    } finally {
      this.#bytes += taken;
      this.#users++;
      this.#admit();
    }
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (first.bytes > this.#bytes || this.#users === 0) return;
      this.#waiting.shift();
      this.#bytes -= first.bytes;
      this.#users--;
      first.go();
    }
  }
}
