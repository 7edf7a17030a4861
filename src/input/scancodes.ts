/** Whether a key of the second group follows, whose number has bit 7 (keys.ts). */
const EXTENDED = 0xe0;
/** The bytes of the pause key, which are sent as a whole: two of them alone would be Ctrl and Num Lock. */
const PAUSE = [0xe1, 0x1d, 0x45];
const RELEASED = 0x80;
const PAUSE_NUMBER = 0xc6;

/** Reads scancodes of set 1 (IBM, "Personal Computer AT", 5-41): bytes of one key may come in several calls. */
export class ScancodeReader {
  #isExtended = false;
  /** How much of the pause key's sequence has come. */
  #ofPause = 0;

  /** The keys that bytes press and let go; those of no key are left out, as a keyboard has none that sends them. */
  read(codes: Iterable<number>): [key: number, isDown: boolean][] {
    return [...codes].flatMap((code) => this.#next(code & 0xff));
  }

  #next(code: number): [number, boolean][] {
    if (this.#ofPause > 0 || code === PAUSE[0]) return this.#nextOfPause(code);
    if (code === EXTENDED) {
      this.#isExtended = true;
      return [];
    }
    const key = (code & ~RELEASED) | (this.#isExtended ? RELEASED : 0);
    this.#isExtended = false;
    return [[key, (code & RELEASED) === 0]];
  }

  #nextOfPause(code: number): [number, boolean][] {
    const isDown = (code & RELEASED) === 0;
    const length = ++this.#ofPause;
    if (length < PAUSE.length) return [];
    this.#ofPause = 0;
    return [[PAUSE_NUMBER, isDown]];
  }
}
