import { checkedOneOf } from '../util/checks.ts';
import { keyNumber } from './keys.ts';
import { type KeyboardLayout, type LayoutTable, layoutKeys, layoutTables } from './layout-tables.ts';

export type { KeyboardLayout };

/** All layouts that text can be typed with. */
export const keyboardLayouts: readonly KeyboardLayout[] = Object.keys(layoutTables) as KeyboardLayout[];

/** The title of a layout. */
export function layoutTitle(layout: KeyboardLayout): string {
  return layoutTables[checkedLayout(layout)].title;
}

/** A key that types something, and whether it takes Shift or AltGr. */
export interface TypedKey {
  readonly key: number;
  readonly shift: boolean;
  readonly altGr: boolean;
}

/** Characters of a key alone, with Shift, with AltGr, and with both; empty for none. A combining mark is that of a dead key. */
export type KeyLevels = readonly [plain: string, shift: string, altGr: string, both: string];

const DEAD = '◌';
const NONE = '∅';

/** Characters that any layout types with the same key. */
const common: Readonly<Record<string, string>> = {
  ...{ ' ': 'spc', '\n': 'ret', '\r': 'ret', '\t': 'tab', '\b': 'backspace', '\x1b': 'esc' },
};

/** Marks that stand alone when the space bar follows their dead key. */
const standing: Readonly<Record<string, string>> = {
  ...{ '`': '\u0300', '´': '\u0301', '^': '\u0302', '~': '\u0303', '¨': '\u0308' },
};

/** Characters of a layout's keys, by the keys' names. */
export function keyLevels(layout: KeyboardLayout): ReadonlyMap<string, KeyLevels> {
  const { rows }: LayoutTable = layoutTables[layout];
  const words = rows
    .trim()
    .split('\n')
    .map((row) => row.trim().split(' '));
  return new Map(layoutKeys.flatMap((names, row) => names.map((name, n) => [name, levelsOf(words[row]![n]!)])));
}

function levelsOf(word: string): KeyLevels {
  const characters = [...word.replaceAll(DEAD, '')].map((character) => (character === NONE ? '' : character));
  const [plain = '', ...others] = characters;
  const capital = plain.toUpperCase();
  const [shift = capital !== plain ? capital : '', altGr = '', both = ''] = others;
  return [plain, shift, altGr, both];
}

/** Keys by what they type, those that take fewer other keys first. */
function keysByCharacter(layout: KeyboardLayout): ReadonlyMap<string, TypedKey> {
  const levels = [...keyLevels(layout)];
  const keys = new Map(Object.entries(common).map(([character, name]) => [character, plainKey(name)]));
  for (let level = 0; level < 4; level++) {
    for (const [name, characters] of levels) {
      const character = characters[level]!;
      if (character === '' || keys.has(character)) continue;
      keys.set(character, { key: keyNumber(name), shift: (level & 1) !== 0, altGr: (level & 2) !== 0 });
    }
  }
  return keys;
}

function plainKey(name: string): TypedKey {
  return { key: keyNumber(name), shift: false, altGr: false };
}

const made = new Map<KeyboardLayout, ReadonlyMap<string, TypedKey>>();

/** The keys that type a character with a layout, a dead key before another one; undefined: it has none. */
export function keysThatType(character: string, layout: KeyboardLayout): readonly TypedKey[] | undefined {
  const keys = made.get(layout) ?? keysByCharacter(layout);
  made.set(layout, keys);
  const key = keys.get(character);
  if (key) return [key];
  const mark = standing[character];
  const parts = mark === undefined ? [...character.normalize('NFD')] : [' ', mark];
  const [base, dead] = parts.map((part) => keys.get(part));
  return parts.length === 2 && base && dead ? [dead, base] : undefined;
}

/**
 * As `keysThatType`.
 * @throws TypeError for a character that this layout does not have
 */
export function typedKeys(character: string, layout: KeyboardLayout): readonly TypedKey[] {
  const keys = keysThatType(character, layout);
  if (keys) return keys;
  const code = character.codePointAt(0)!.toString(16).padStart(4, '0').toUpperCase();
  throw new TypeError(`the layout ${layout} has no key for '${character}' (U+${code}); press keys by their names`);
}

/** Whether there is a layout with this name. */
export function isKeyboardLayout(name: unknown): name is KeyboardLayout {
  return typeof name === 'string' && Object.hasOwn(layoutTables, name);
}

/**
 * A layout, if there is one with this name.
 * @throws ConfigurationError
 */
export function checkedLayout(layout = 'en-us'): KeyboardLayout {
  return checkedOneOf('keyboard layout', layout as KeyboardLayout, keyboardLayouts);
}
