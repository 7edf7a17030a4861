import type { Delivery } from '../host/messages.ts';
import { type Entry, encodeEntry, type Moment } from './entries.ts';
import { type Journal, MarkPace } from './journal.ts';
import type { StateChecksums } from './state-checksums.ts';

export interface RecorderOptions {
  readonly checksums: StateChecksums;
  /** Instructions between two marks. */
  readonly markEvery: number;
  /** Takes a part of the recording. */
  readonly write: (bytes: Uint8Array) => void;
}

/** Records what enters a machine, and now and then what its state is like. */
export class Recorder implements Journal {
  readonly #options: RecorderOptions;
  readonly #pace: MarkPace;
  nextStop = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#pace = new MarkPace(options.markEvery);
  }

  left(moment: Moment): void {
    if (moment.instructions < this.nextStop) return;
    this.#write({ type: 'mark', ...moment, checksums: this.#options.checksums.take() });
    this.nextStop = this.#pace.after(moment.instructions);
  }

  delivered(delivery: Delivery, moment: Moment): void {
    this.#write({ ...moment, ...delivery });
  }

  /** The machine has come so far, and may not go on. */
  reached(moment: Moment): void {
    this.#write({ type: 'reached', ...moment });
  }

  #write(entry: Entry): void {
    this.#options.write(encodeEntry(entry));
  }
}
