import type { Glyph } from './art.ts';

/** Box-drawing and block characters, by rule, so that they join whatever the height. */

/** How many lines run from the middle of the cell to an edge. */
type Weight = 0 | 1 | 2;

/** Weights towards the top, the bottom, the left and the right of U+2500 to U+256C as far as code page 437 has them. */
const boxes =
  '─0011│1100┌0101┐0110└1001┘1010├1101┤1110┬0111┴1011┼1111═0022║2200╒0102╓0201╔0202╕0120╖0210╗0220' +
  '╘1002╙2001╚2002╛1020╜2010╝2020╞1102╟2201╠2202╡1120╢2210╣2220╤0122╥0211╦0222╧1022╨2011╩2022╪1122╫2211╬2222';

/** Where a line begins: at the middle, or at the near or far one of the two lines that cross it. */
type Start = 'middle' | 'near' | 'far';

interface Stroke {
  /** Which of the parallel lines: -1 and 1 of two, 0 if there is one. */
  readonly offset: -1 | 0 | 1;
  readonly start: Start;
}

/** One side of a double line, by what crosses it on that side and on the other. */
function doubleStart(own: Weight, other: Weight): Start {
  if (own === 2) return 'near';
  return own === 0 && other === 2 ? 'far' : 'middle';
}

/** The lines of an arm, by the weights that cross it before (above, left) and after, and of the arm opposite. */
function strokes(weight: Weight, before: Weight, after: Weight, opposite: Weight): Stroke[] {
  if (weight === 0) return [];
  if (weight === 2) {
    return [
      { offset: -1, start: doubleStart(before, after) },
      { offset: 1, start: doubleStart(after, before) },
    ];
  }
  if (before !== 2 && after !== 2) return [{ offset: 0, start: 'middle' }];
  return [{ offset: 0, start: before === after && opposite === 0 ? 'near' : 'far' }];
}

/** Pixels of the cell's lines: two columns wide, one row high. */
const columns = { middle: [3, 4], before: [1, 2], after: [5, 6] } as const;

interface Cell {
  readonly height: number;
  /** The row of a single line; a double one has those next to it. */
  readonly middle: number;
}

type Point = readonly [x: number, y: number];

function span(first: number, last: number): number[] {
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, n) => first + n);
}

const columnsAt = (offset: -1 | 0 | 1): readonly number[] =>
  offset === 0 ? columns.middle : offset < 0 ? columns.before : columns.after;

/** Pixels of an arm to the left (direction -1) or right. */
function horizontal(stroke: Stroke, direction: -1 | 1, { middle }: Cell): Point[] {
  const side = stroke.start === 'middle' ? 0 : stroke.start === 'near' ? direction : -direction;
  const from = columnsAt(side as -1 | 0 | 1)[direction > 0 ? 0 : 1]!;
  const xs = direction > 0 ? span(from, 7) : span(0, from);
  return xs.map((x) => [x, middle + stroke.offset]);
}

/** Pixels of an arm to the top (direction -1) or bottom. */
function vertical(stroke: Stroke, direction: -1 | 1, { middle, height }: Cell): Point[] {
  const side = stroke.start === 'middle' ? 0 : stroke.start === 'near' ? direction : -direction;
  const ys = direction > 0 ? span(middle + side, height - 1) : span(0, middle + side);
  return ys.flatMap((y) => columnsAt(stroke.offset).map((x): Point => [x, y]));
}

function boxGlyph([up, down, left, right]: readonly Weight[], cell: Cell): Glyph {
  const points = [
    ...strokes(left!, up!, down!, right!).flatMap((stroke) => horizontal(stroke, -1, cell)),
    ...strokes(right!, up!, down!, left!).flatMap((stroke) => horizontal(stroke, 1, cell)),
    ...strokes(up!, left!, right!, down!).flatMap((stroke) => vertical(stroke, -1, cell)),
    ...strokes(down!, left!, right!, up!).flatMap((stroke) => vertical(stroke, 1, cell)),
  ];
  const glyph = new Array<number>(cell.height).fill(0);
  for (const [x, y] of points) glyph[y]! |= 0x80 >> x;
  return glyph;
}

/** Blocks and shades: what is in each line. */
const blocks: Record<string, (y: number, height: number) => number> = {
  '█': () => 0xff,
  '▄': (y, height) => (y >= height / 2 ? 0xff : 0),
  '▀': (y, height) => (y < height / 2 ? 0xff : 0),
  '▌': () => 0xf0,
  '▐': () => 0x0f,
  '░': (y) => (y % 2 === 0 ? 0x88 : 0x22),
  '▒': (y) => (y % 2 === 0 ? 0xaa : 0x55),
  '▓': (y) => (y % 2 === 0 ? 0x77 : 0xdd),
};

/** Box-drawing and block characters for cells of 8 columns. */
export function lineGlyphs(height: number): Map<string, Glyph> {
  const cell = { height, middle: height / 2 - 1 };
  const boxed = [...boxes.matchAll(/(\D)(\d{4})/g)].map(([, character, weights]): [string, Glyph] => {
    return [character!, boxGlyph([...weights!].map(Number) as Weight[], cell)];
  });
  const blocked = Object.entries(blocks).map(([character, lineAt]): [string, Glyph] => {
    return [character, Array.from({ length: height }, (_, y) => lineAt(y, height))];
  });
  return new Map([...boxed, ...blocked]);
}
