/** Input for a machine, with its number. */
export interface Input {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** The input that a machine has had. */
export class Typed {
  #last: number;
  /** Input that came while nobody knew whether the machine goes on here. */
  #held: Input[] | undefined;

  /** @param last number of the last input that it has had */
  constructor(last: number) {
    this.#last = last;
  }

  /** The number of the last one that the machine has had. */
  get last(): number {
    return this.#last;
  }

  /** The bytes that the machine is to get now. */
  take(input: Input): Uint8Array[] {
    if (this.#held) this.#held.push(input);
    if (this.#held || input.number <= this.#last) return [];
    this.#last = input.number;
    return [input.bytes];
  }

  /** Keeps input from now on. The number of the last one that the machine has had. */
  hold(): number {
    this.#held ??= [];
    return this.#last;
  }

  /** The bytes that were kept. */
  release(): Uint8Array[] {
    const held = this.#held ?? [];
    this.#held = undefined;
    return held.flatMap((input) => this.take(input));
  }
}
