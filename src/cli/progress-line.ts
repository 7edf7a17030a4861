import type { Progress } from '../util/progress.ts';

/** Shows progress on standard error: on a terminal in one line that changes, elsewhere a line for each activity. */
export class ProgressLine {
  #last = '';

  readonly report: Progress = (activity, percent) => {
    const text = percent === undefined || !process.stderr.isTTY ? activity : `${activity} ${Math.floor(percent)} %`;
    if (text === this.#last) return;
    this.#last = text;
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
  };

  /** Takes the line away. */
  end(): void {
    if (process.stderr.isTTY && this.#last !== '') process.stderr.write('\r\x1b[K');
  }
}
