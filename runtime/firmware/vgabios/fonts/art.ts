/** A character's picture: a byte for each line from the top, the leftmost pixel is bit 7. */
export type Glyph = readonly number[];

const lineOf = (pixels: string): number =>
  [...pixels].reduce((bits, pixel) => (bits << 1) | (pixel === '#' ? 1 : 0), 0);

/** Glyphs whose pictures stand side by side: `rows[line][n]` is the line of character n. */
function readBand(header: string, rows: readonly string[], height: number): [string, Glyph][] {
  const [first = '', ...characters] = header.split(/:? /);
  const top = Number(first);
  const lines = rows.map((row) => row.split('  ').map(lineOf));
  return characters.map((character, n) => {
    const glyph = new Array<number>(height).fill(0);
    lines.forEach((line, index) => {
      glyph[top + index] = line[n]!;
    });
    return [character, glyph];
  });
}

/**
 * Reads pictures of characters. A line such as `3: A B C` names the line of the first row of pixels, and the characters;
 * below it stand their pictures, `#` for a pixel, two spaces apart.
 */
export function readArt(text: string, height: number): Map<string, Glyph> {
  const bands = text.trim().split(/\n(?=\d+: )/);
  return new Map(
    bands.flatMap((band) => {
      const [header = '', ...rows] = band.split('\n');
      return readBand(header, rows, height);
    }),
  );
}
