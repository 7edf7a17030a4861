/** The picture of the fonts in docs/video-bios.md: `node scripts/fonts.ts` writes docs/fonts.png. */
import { writeFileSync } from 'node:fs';
import { codePage437 } from '../runtime/firmware/code-page-437.ts';
import { font8, font14, font16 } from '../runtime/firmware/vgabios/fonts/index.ts';
import { encodePng } from '../src/screen/png.ts';

const COLUMNS = 32;
const GLYPH = 8;
/** Blank dots between glyphs, and each dot's size. */
const GAP = 2;
const SCALE = 2;
const CELL = GLYPH + GAP;
const INK = [220, 220, 220, 255];
const GROUND = [24, 24, 64, 255];

/** Lines of dots: a font in rows of glyphs. */
function dotsOf(font: readonly number[], height: number): boolean[][] {
  const rows = codePage437.length / COLUMNS;
  return Array.from({ length: rows * (height + GAP) }, (_, y) => {
    const line = y % (height + GAP);
    return Array.from({ length: COLUMNS * CELL }, (_, x) => {
      const code = Math.floor(y / (height + GAP)) * COLUMNS + Math.floor(x / CELL);
      const bits = line < height ? font[code * height + line]! : 0;
      return ((bits << (x % CELL)) & 0x80) !== 0;
    });
  });
}

const dots = [...dotsOf(font16(), 16), ...dotsOf(font14(), 14), ...dotsOf(font8(), 8)];
const width = COLUMNS * CELL * SCALE;
const height = dots.length * SCALE;
const data = new Uint8ClampedArray(width * height * 4);
for (let n = 0; n < width * height; n++) {
  const isInk = dots[Math.floor(n / width / SCALE)]![Math.floor((n % width) / SCALE)]!;
  data.set(isInk ? INK : GROUND, n * 4);
}
writeFileSync(new URL('../docs/fonts.png', import.meta.url), await encodePng({ width, height, data }));
