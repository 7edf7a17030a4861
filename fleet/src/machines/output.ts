/** Bytes that go out at once at most, and milliseconds to wait for more. */
const [MOST, GATHER] = [64 << 10, 10];

/** Puts bytes where they are to go, after so many before them. Rejects if they must not go there. */
export type Say = (at: number, bytes: Uint8Array) => Promise<void>;

/** The output of a machine on its way: one part at a time, in order. */
export class Outbox {
  readonly #say: Say;
  #parts: Uint8Array[] = [];
  /** Those on their way. */
  #going: Uint8Array = new Uint8Array(0);
  #sent: number;
  #received: number;
  #sending: Promise<void> | undefined;

  /** @param at bytes that it has sent before */
  constructor(at: number, say: Say) {
    this.#sent = at;
    this.#received = at;
    this.#say = say;
  }

  /** Bytes that the machine has sent. */
  get received(): number {
    return this.#received;
  }

  /** Bytes that may not be out yet, and how many were sent before them. */
  get unsaid(): { readonly at: number; readonly bytes: Uint8Array } {
    return { at: this.#sent, bytes: new Uint8Array(Buffer.concat([this.#going, ...this.#parts])) };
  }

  /** Takes a copy. Resolves when all of it is out; rejects when it never will be. */
  async add(bytes: Uint8Array): Promise<void> {
    this.#parts.push(bytes.slice());
    this.#received += bytes.length;
    const end = this.#received;
    while (this.#sent < end) await this.flush();
  }

  /** Resolves when all that was added before is out. */
  async flush(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, GATHER));
    while (this.#parts.length > 0) {
      this.#going = new Uint8Array(Buffer.concat(this.#parts));
      this.#parts = [];
      while (this.#going.length > 0) {
        const part = this.#going.subarray(0, MOST);
        await this.#say(this.#sent, part);
        this.#sent += part.length;
        this.#going = this.#going.subarray(part.length);
      }
    }
  }
}
