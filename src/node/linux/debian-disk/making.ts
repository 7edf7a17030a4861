import type { Progress } from '../../../util/progress.ts';
import type { MakingGuest } from './disk.ts';
import { MARK } from './scripts.ts';

/** Characters that are kept of what a guest says. */
const MOST_SAID = 1 << 20;
const LAST_LINES = 15;

/** Follows what the guest says that makes a Debian: how far it is, and how it ended. */
export class Making {
  #said = '';
  #rest = '';
  #unpacked = 0;
  #configured = 0;
  #failure: string | undefined;
  #isDone = false;
  readonly #guest: MakingGuest;
  readonly #progress: Progress;

  constructor(guest: MakingGuest, progress: Progress) {
    this.#guest = guest;
    this.#progress = progress;
  }

  /** Takes what the guest writes to its console. */
  readonly receive = (text: string): void => {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line.trimEnd());
  };

  /** Why there is no system, if the guest has ended before it was done. */
  get failure(): string | undefined {
    return this.#isDone ? undefined : (this.#failure ?? 'the guest ended before it was done');
  }

  /** The guest's output without its reports of progress. */
  get said(): string {
    return this.#said;
  }

  get lastLines(): string {
    return this.#said.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  }

  #line(line: string): void {
    if (!line.startsWith(MARK) && line !== '') this.#said = `${this.#said}${line}\n`.slice(-MOST_SAID);
    const [word, ...more] = line.slice(MARK.length).split(' ');
    if (line === `${MARK}unpacked`)
      this.#count('Writing packages to the disk', ++this.#unpacked, this.#guest.archiveCount);
    else if (line === `${MARK}configured`)
      this.#count('Configuring packages', ++this.#configured, this.#guest.packageCount);
    else if (line === `${MARK}done`) this.#isDone = true;
    else if (line.startsWith(MARK) && word === 'step') this.#progress(more.join(' '));
    else if (line.startsWith(MARK) && word === 'failed') this.#failure = more.join(' ');
  }

  #count(activity: string, done: number, all: number): void {
    this.#progress(activity, Math.min(100, (done / all) * 100));
  }
}
