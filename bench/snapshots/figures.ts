import { performance } from 'node:perf_hooks';

/** A figure: what it is of, and its values in milliseconds. */
export interface Figure {
  readonly name: string;
  readonly values: readonly number[];
}

/** Median, least and most, how many there were, and how many a second there are. */
export function figureText({ name, values }: Figure): string {
  const sorted = values.toSorted((a, b) => a - b);
  const shown = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!].map((value) => value.toFixed(1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const range = `${shown[1]} to ${shown[2]}, ${values.length} of them`;
  return `${name.padEnd(24)}${shown[0]!.padStart(8)} ms (${range}), ${(1000 / mean).toFixed(1)} a second\n`;
}

/** Adds to the values how long something takes. */
export async function timed<Result>(values: number[], act: () => Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await act();
  values.push(performance.now() - start);
  return result;
}

/** Milliseconds of the system's clock, which is the same in all processes. */
export function hostTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** How much is done: so often, unless that takes longer. */
export interface Bounds {
  readonly count: number;
  readonly seconds: number;
}

/** Numbers from 0 on, within these bounds; one at least. */
export function* within({ count, seconds }: Bounds): Generator<number> {
  const end = performance.now() + 1000 * seconds;
  for (let n = 0; n < count && (n === 0 || performance.now() < end); n++) yield n;
}

/** The memory of this process, looked at again and again. */
export class Memory {
  readonly #name: string;
  readonly #megabytes: number[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  look(): void {
    this.#megabytes.push(process.memoryUsage.rss() / 1e6);
  }

  /** Medians of its first and its last tenth, and the most: what is not given back shows as a growing one. */
  get text(): string {
    const tenth = Math.ceil(this.#megabytes.length / 10);
    const parts = [this.#megabytes.slice(0, tenth), this.#megabytes.slice(-tenth)];
    const [first, last] = parts.map((part) => part.toSorted((a, b) => a - b)[part.length >> 1]!.toFixed(0));
    return `${`memory, ${this.#name}`.padEnd(24)}${first!.padStart(8)} MB at first, ${last} at the end, ${Math.max(...this.#megabytes).toFixed(0)} at most\n`;
  }
}
