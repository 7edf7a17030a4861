/** Records are found by so many bytes of a page at a time (as a shift). */
const UNIT_SHIFT = 6;
const UNIT = 1 << UNIT_SHIFT;
const FIRST_UNITS = 256;

/**
 * Where in which page which record is, of all code pages together: units of 64 words in one array. A page's directory is a unit that
 * tells for each 64 bytes of the page which unit has their records. Unit 0 is where no record is, as in most of most pages.
 */
export class RecordIndex {
  private words = new Int32Array(FIRST_UNITS * UNIT);
  /** The words of units so far. */
  private made = UNIT;
  private readonly free: number[] = [];

  /** The record at an offset of the page with a directory; 0 if there is none. */
  at(directory: number, offset: number): number {
    const { words } = this;
    return words[words[directory + (offset >>> UNIT_SHIFT)] + (offset & (UNIT - 1))];
  }

  /** Puts a record at an offset; gives the page's directory, which is made if there is none (0). */
  put(directory: number, offset: number, record: number): number {
    const own = directory === 0 ? this.take() : directory;
    const place = own + (offset >>> UNIT_SHIFT);
    if (this.words[place] === 0) {
      const unit = this.take();
      this.words[place] = unit;
    }
    this.words[this.words[place] + (offset & (UNIT - 1))] = record;
    return own;
  }

  /** The first offset from this one on where a record may be; at the page's end or beyond if there is none. */
  skip(directory: number, offset: number, end: number): number {
    let at = offset;
    while (at < end && this.words[directory + (at >>> UNIT_SHIFT)] === 0) at = (at | (UNIT - 1)) + 1;
    return at;
  }

  /** Takes all of a page back. */
  release(directory: number): void {
    if (directory === 0) return;
    for (let n = 0; n < UNIT; n++) if (this.words[directory + n] !== 0) this.giveBack(this.words[directory + n]);
    this.giveBack(directory);
  }

  private giveBack(unit: number): void {
    this.words.fill(0, unit, unit + UNIT);
    this.free.push(unit);
  }

  private take(): number {
    const spare = this.free.pop();
    if (spare !== undefined) return spare;
    const unit = this.made;
    this.made += UNIT;
    if (this.made > this.words.length) this.grow();
    return unit;
  }

  private grow(): void {
    const words = new Int32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
  }
}
