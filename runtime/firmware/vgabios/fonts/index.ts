import { codePage437 } from '../../code-page-437.ts';
import { type Glyph, readArt } from './art.ts';
import { largeCapitals } from './large-capitals.ts';
import { largePictures } from './large-pictures.ts';
import { largeSigns } from './large-signs.ts';
import { largeSmallLetters } from './large-small-letters.ts';
import { lineGlyphs } from './lines.ts';
import { smallLetters } from './small-letters.ts';
import { smallSigns } from './small-signs.ts';

const LARGE = 14;
const SMALL = 8;

/** Lines of a capital below its accent. */
const ACCENTED_CAPITAL = 8;
const CEDILLA = '\u0327';

const overlay = (one: Glyph, other: Glyph): Glyph => one.map((line, n) => line | other[n]!);
const isBlank = (line: number): boolean => line === 0;

/** A capital made lower, by leaving out lines that repeat the one before. */
function lowered(glyph: Glyph): Glyph {
  const lines = glyph.filter((line) => !isBlank(line));
  while (lines.length > ACCENTED_CAPITAL) {
    const repeated = lines.findLastIndex((line, n) => n > 0 && line === lines[n - 1]);
    lines.splice(repeated < 0 ? lines.length >> 1 : repeated, 1);
  }
  const top = glyph.findLastIndex((line) => !isBlank(line)) + 1 - lines.length;
  return glyph.map((_, n) => lines[n - top] ?? 0);
}

const isCapital = (character: string): boolean => character !== character.toLowerCase();

/** A letter with an accent, of both: capitals are made lower, the accents of theirs stand a line higher. */
function accented(character: string, glyphs: ReadonlyMap<string, Glyph>): Glyph | undefined {
  const [letter = '', mark] = character.normalize('NFD');
  const base = glyphs.get(letter === 'i' ? 'ı' : letter);
  const accent = glyphs.get(mark ?? '');
  if (base === undefined || accent === undefined) return undefined;
  if (mark === CEDILLA || !isCapital(letter)) return overlay(base, accent);
  return overlay(lowered(base), [...accent.slice(1), 0]);
}

function glyphOf(character: string, glyphs: ReadonlyMap<string, Glyph>, height: number): Glyph {
  if (character === ' ') return new Array<number>(height).fill(0);
  const glyph = glyphs.get(character) ?? accented(character, glyphs);
  if (glyph === undefined) throw new Error(`the font of ${height} lines has no ${character}`);
  return glyph;
}

const largeArt = (): Map<string, Glyph> =>
  readArt([largeCapitals, largeSmallLetters, largeSigns, largePictures].map((text) => text.trim()).join('\n'), LARGE);

/** Characters that go on beyond the edges of their cell. */
const joining = new Set('⌠⌡◘◙');

/** A glyph of 14 lines with a line more above and below. */
function padded(character: string, glyph: Glyph): Glyph {
  const edges = joining.has(character) ? [glyph[0]!, glyph.at(-1)!] : [0, 0];
  return [edges[0]!, ...glyph, edges[1]!];
}

/** A glyph of code page 437 after the other, one byte a line. */
function font(glyphs: ReadonlyMap<string, Glyph>, height: number): number[] {
  return codePage437.flatMap((character) => glyphOf(character, glyphs, height));
}

export function font8(): number[] {
  const art = readArt([smallLetters, smallSigns].map((text) => text.trim()).join('\n'), SMALL);
  return font(new Map([...art, ...lineGlyphs(SMALL)]), SMALL);
}

export const font14 = (): number[] => font(new Map([...largeArt(), ...lineGlyphs(LARGE)]), LARGE);

export function font16(): number[] {
  const art = largeArt();
  const height = LARGE + 2;
  const lines = lineGlyphs(height);
  const large = codePage437.map((character): [string, Glyph] => {
    return [character, lines.get(character) ?? padded(character, glyphOf(character, art, LARGE))];
  });
  return font(new Map(large), height);
}
