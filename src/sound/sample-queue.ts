/** Samples for somebody who asks for them one batch after the other. What he is too slow for is lost, the oldest first. */
export class SampleQueue {
  readonly #most: number;
  #batches: Int16Array[] = [];
  #length = 0;
  #isEnded = false;
  #wake: () => void = () => {};

  /** `most`: samples that wait at most. */
  constructor(most: number) {
    this.#most = most;
  }

  push(samples: Int16Array): void {
    this.#batches.push(samples);
    this.#length += samples.length;
    while (this.#length > this.#most && this.#batches.length > 1) this.#length -= this.#batches.shift()!.length;
    this.#wake();
  }

  /** There will be no more. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** The next batch, when there is one; undefined at the end. */
  async next(): Promise<Int16Array | undefined> {
    while (this.#batches.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const samples = this.#batches.shift();
    this.#length -= samples?.length ?? 0;
    return samples;
  }
}
