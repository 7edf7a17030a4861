import { describe, expect, test } from 'vitest';
import { codePage437 } from '../../../../runtime/firmware/code-page-437.ts';
import { readArt } from '../../../../runtime/firmware/vgabios/fonts/art.ts';
import { font8, font14, font16 } from '../../../../runtime/firmware/vgabios/fonts/index.ts';

const fonts = [
  [8, font8()],
  [14, font14()],
  [16, font16()],
] as const;

test('art is read by bands', () => {
  const glyphs = readArt('1: A B\n#......#  ########\n.##.....  .......#\n0: C\n#.#.#.#.', 4);
  expect(glyphs.get('A')).toEqual([0, 0x81, 0x60, 0]);
  expect(glyphs.get('B')).toEqual([0, 0xff, 0x01, 0]);
  expect(glyphs.get('C')).toEqual([0xaa, 0, 0, 0]);
});

test('code page 437 has 256 characters', () => {
  expect(codePage437).toHaveLength(256);
  expect(codePage437.slice(0x20, 0x7f).join('')).toBe(
    Array.from({ length: 95 }, (_, n) => String.fromCharCode(0x20 + n)).join(''),
  );
});

describe.each(fonts)('the font of %i lines', (height, font) => {
  const glyph = (character: string): number[] => {
    const code = codePage437.lastIndexOf(character);
    return font.slice(code * height, (code + 1) * height);
  };

  test('has whole bytes for every character', () => {
    expect(font).toHaveLength(256 * height);
    expect(font.every((line) => Number.isInteger(line) && line >= 0 && line <= 0xff)).toBe(true);
  });

  test('has a picture of its own for every character but the three blanks', () => {
    const pictures = Array.from({ length: 256 }, (_, n) => font.slice(n * height, (n + 1) * height).join());
    expect(pictures.filter((picture) => /^[0,]+$/.test(picture))).toHaveLength(3);
    expect(new Set(pictures).size).toBe(254);
  });

  test('keeps the columns between letters free', () => {
    const letters = [...'BCDEFGHKLNOPQRSUZabcdeghknopqrsuvxyz023456789'];
    expect(letters.filter((letter) => glyph(letter).some((line) => (line & 1) !== 0))).toEqual([]);
  });

  test('joins lines: an arm to the left of one cell meets an arm to the right of the next', () => {
    const left = (character: string): number[] => glyph(character).map((line) => line >> 7);
    const right = (character: string): number[] => glyph(character).map((line) => line & 1);
    for (const character of '─┬┴┼┐┘┤╖╜╢╥╨╫') expect(left(character)).toEqual(right('─'));
    for (const character of '═╦╩╬╗╝╣╕╛╡╤╧╪') expect(left(character)).toEqual(right('═'));
    for (const character of '─┬┴┼┌└├╓╙╟╥╨╫') expect(right(character)).toEqual(left('─'));
    for (const character of '│┤├┼┴┘└╡╞╪╧╛╘') expect(glyph(character)[0]).toBe(glyph('│')[0]);
    for (const character of '║╣╠╬╩╝╚╢╟╫╨╜╙') expect(glyph(character)[0]).toBe(glyph('║')[0]);
    for (const character of '║╣╠╬╦╗╔╢╟╫╥╖╓') expect(glyph(character).at(-1)).toBe(glyph('║')[0]);
    expect(glyph('⌠').at(-1)).toBe(glyph('⌡')[0]);
  });

  test('leaves corners of double lines hollow', () => {
    const middle = height / 2 - 1;
    expect(glyph('╬').slice(middle - 1, middle + 2)).toEqual([0xe7, 0, 0xe7]);
    expect(glyph('╔').slice(middle - 1, middle + 2)).toEqual([0x7f, 0x60, 0x67]);
    expect(glyph('╪').slice(middle - 1, middle + 2)).toEqual([0xff, 0x18, 0xff]);
  });

  test('has blocks that fill their half', () => {
    expect(glyph('█')).toEqual(new Array(height).fill(0xff));
    expect(glyph('▄').map((line, n) => line | glyph('▀')[n]!)).toEqual(glyph('█'));
    expect(glyph('▌').map((line, n) => line | glyph('▐')[n]!)).toEqual(glyph('█'));
  });

  test('puts accents on letters that stay the same', () => {
    const below = (character: string): number[] => glyph(character).slice(height / 2);
    for (const [letter, accents] of [
      ['e', 'éèêë'],
      ['a', 'áàâäå'],
      ['u', 'úùûü'],
      ['o', 'óòôö'],
      ['i', 'íìîï'],
    ]) {
      for (const accented of accents!) expect(below(accented)).toEqual(below(letter!));
    }
    expect(glyph('É')).not.toEqual(glyph('E'));
  });
});
