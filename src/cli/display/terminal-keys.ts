/** Keys that are pressed together: names of keys (Keyboard.press), or a character as somebody types it, with modifiers. */
export interface Stroke {
  readonly modifiers: readonly string[];
  /** The name of a key. */
  readonly key?: string;
  /** A character of the guest's layout. */
  readonly text?: string;
}

const ESCAPE = '\x1b';

/** Final characters of CSI and SS3 sequences, with their keys (xterm, "PC-style function keys"). */
const letters: Readonly<Record<string, string>> = {
  ...{ A: 'up', B: 'down', C: 'right', D: 'left', F: 'end', H: 'home', Z: 'shift-tab' },
  ...{ P: 'f1', Q: 'f2', R: 'f3', S: 'f4' },
};

/** Keys of sequences such as `CSI 5 ~`, by their number. */
const numbers: Readonly<Record<string, string>> = {
  ...{ 1: 'home', 2: 'insert', 3: 'delete', 4: 'end', 5: 'pgup', 6: 'pgdn', 7: 'home', 8: 'end' },
  ...{
    11: 'f1',
    12: 'f2',
    13: 'f3',
    14: 'f4',
    15: 'f5',
    17: 'f6',
    18: 'f7',
    19: 'f8',
    20: 'f9',
    21: 'f10',
    23: 'f11',
    24: 'f12',
  },
};

/** Control characters whose key is not the letter 64 above them. */
const controls: Readonly<Record<string, Stroke>> = {
  '\0': { modifiers: ['ctrl'], key: 'spc' },
  '\b': { modifiers: [], key: 'backspace' },
  '\t': { modifiers: [], key: 'tab' },
  '\n': { modifiers: [], key: 'ret' },
  '\r': { modifiers: [], key: 'ret' },
  '\x1b': { modifiers: [], key: 'esc' },
  '\x1c': { modifiers: ['ctrl'], key: 'backslash' },
  '\x1d': { modifiers: ['ctrl'], key: 'bracket_right' },
  '\x1e': { modifiers: ['ctrl'], key: '6' },
  '\x1f': { modifiers: ['ctrl'], key: 'minus' },
  '\x7f': { modifiers: [], key: 'backspace' },
};

/** A complete sequence after the escape character. */
const SEQUENCE = /^(?:\[\[([A-E])|O([A-Z])|\[([\d;]*)([A-Za-z~]))/;
/** A sequence after the escape character that may go on. */
const UNFINISHED = /^(?:O|\[\[?|\[[\d;]+)?$/;

/** Finds out which keys were pressed from what a terminal sends for them. */
export class TerminalKeys {
  #pending = '';

  /** Whether an escape character waits for what may belong to it. */
  get isWaiting(): boolean {
    return this.#pending !== '';
  }

  /** Decodes characters, with those that waited, to strokes of keys. */
  take(text: string): Stroke[] {
    const strokes: Stroke[] = [];
    let rest = this.#pending + text;
    while (rest !== '' && !isUnfinished(rest)) {
      const [stroke, length] = first(rest);
      if (stroke) strokes.push(stroke);
      rest = rest.slice(length);
    }
    this.#pending = rest;
    return strokes;
  }

  /** Nothing has followed what waits: it is the key itself, or two. */
  flush(): Stroke[] {
    const pending = this.#pending;
    this.#pending = '';
    if (pending === '') return [];
    return pending === ESCAPE ? [controls[ESCAPE]] : [withAlt(character(pending.charAt(1)))];
  }
}

function isUnfinished(text: string): boolean {
  return text.startsWith(ESCAPE) && UNFINISHED.test(text.slice(1));
}

/** The first stroke of a text, if it is one that is known, and the number of its characters. */
function first(text: string): [stroke: Stroke | undefined, length: number] {
  if (!text.startsWith(ESCAPE)) return [character(text.charAt(0)), 1];
  const sequence = SEQUENCE.exec(text.slice(1));
  if (sequence) return [sequenceStroke(sequence), 1 + sequence[0].length];
  if (text.startsWith(ESCAPE + ESCAPE)) return [controls[ESCAPE], 1];
  return [withAlt(character(text.charAt(1))), 2];
}

function sequenceStroke([, linux, ss3, parameters = '', final]: RegExpExecArray): Stroke | undefined {
  // The Linux console's F1 to F5.
  if (linux !== undefined) return { modifiers: [], key: `f${linux.charCodeAt(0) - 64}` };
  if (ss3 !== undefined) return named(letters[ss3], []);
  const [number = '', modifier = '1'] = parameters.split(';');
  return named(final === '~' ? numbers[number] : letters[final], modifiersOf(Number(modifier) - 1));
}

function named(key: string | undefined, modifiers: readonly string[]): Stroke | undefined {
  if (key === 'shift-tab') return { modifiers: [...modifiers, 'shift'], key: 'tab' };
  return key === undefined ? undefined : { modifiers, key };
}

function modifiersOf(bits: number): string[] {
  return ['shift', 'alt', 'ctrl'].filter((_, n) => (bits >> n) & 1);
}

function withAlt(stroke: Stroke): Stroke {
  return { ...stroke, modifiers: ['alt', ...stroke.modifiers] };
}

function character(text: string): Stroke {
  if (Object.hasOwn(controls, text)) return controls[text];
  const code = text.charCodeAt(0);
  if (code < 32) return { modifiers: ['ctrl'], text: String.fromCharCode(code + 96) };
  return { modifiers: [], text };
}
