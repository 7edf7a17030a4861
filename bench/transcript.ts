/** A match in a transcript and the time at which its last character came, in milliseconds. */
export interface TimedMatch {
  readonly match: RegExpExecArray;
  readonly at: number;
  /** The text in front of it that was skipped. */
  readonly before: string;
}

/** Text that comes piece by piece, with the time of each piece. */
export class Transcript {
  #text = '';
  /** Ends of the pieces in `#text`, and their times. */
  #pieces: { end: number; at: number }[] = [];

  /** The text that has not been taken. */
  get rest(): string {
    return this.#text;
  }

  add(text: string, at: number): void {
    this.#text += text;
    this.#pieces.push({ end: this.#text.length, at });
  }

  /** Finds the first match, and takes it and all before it out; undefined if there is none yet. */
  take(pattern: RegExp): TimedMatch | undefined {
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    const end = match.index + match[0].length;
    const { at } = this.#pieces.find((piece) => piece.end >= end)!;
    const before = this.#text.slice(0, match.index);
    this.#text = this.#text.slice(end);
    this.#pieces = this.#pieces.filter((piece) => piece.end > end).map((p) => ({ end: p.end - end, at: p.at }));
    return { match, at, before };
  }
}
