import type { JobResult } from '../run.ts';

/** How far a run is: a line on a terminal that is written over, with its rate and the time left. */
export class ProgressLine {
  readonly #count: number;
  readonly #isQuiet: boolean;
  readonly #began = performance.now();
  #ended = 0;
  failed = 0;

  /** @param isQuiet only counts */
  constructor(count: number, isQuiet: boolean) {
    this.#count = count;
    this.#isQuiet = isQuiet || !process.stderr.isTTY;
    this.#draw();
  }

  take({ status }: JobResult): void {
    this.#ended++;
    if (status === 'failed') this.failed++;
    this.#draw();
  }

  /** A line above it. */
  say(line: string): void {
    this.#clear();
    process.stdout.write(`${line}\n`);
    this.#draw();
  }

  end(): void {
    this.#clear();
  }

  get #rate(): number {
    return this.#ended / Math.max(0.001, (performance.now() - this.#began) / 1000);
  }

  get summary(): string {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
    return `${this.#ended} of ${this.#count} jobs in ${seconds} s (${this.#rate.toFixed(1)} a second), ${this.failed} failed`;
  }

  #draw(): void {
    if (this.#isQuiet) return;
    const left = Math.ceil((this.#count - this.#ended) / this.#rate);
    const speed = this.#ended === 0 ? '' : `  ${this.#rate.toFixed(1)}/s  ${left} s left`;
    process.stderr.write(`\r\x1b[K${this.#ended}/${this.#count}${speed}`);
  }

  #clear(): void {
    if (!this.#isQuiet) process.stderr.write('\r\x1b[K');
  }
}
