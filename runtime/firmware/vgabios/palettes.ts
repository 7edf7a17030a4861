/**
 * Default colours of the DAC, 6 bits for each of red, green and blue (FreeVGA, "DAC operation"; IBM VGA technical
 * reference). All follow from rules.
 */

type Colour = readonly [red: number, green: number, blue: number];

const range = (length: number): number[] => Array.from({ length }, (_, n) => n);
const bit = (value: number, index: number): number => (value >> index) & 1;

/** A value of the EGA palette: bits 0 to 2 are blue, green, red with 2/3 of the light, bits 3 to 5 with 1/3. */
function egaColour(value: number): Colour {
  const level = (index: number): number => 42 * bit(value, index) + 21 * bit(value, index + 3);
  return [level(2), level(1), level(0)];
}

/** A colour of the CGA: intensity adds to all three; dark yellow is brown. */
export function cgaColour(colour: number): Colour {
  const level = (index: number): number => 42 * bit(colour, index) + 21 * bit(colour, 3);
  return colour === 6 ? [42, 21, 0] : [level(2), level(1), level(0)];
}

/** As a CGA's colours are in the palette: intensity is bit 4. */
const rgbi = (value: number): Colour => cgaColour((value & 7) | (bit(value, 4) << 3));

function monochromeColour(value: number): Colour {
  const level = [0, 42, 21, 63][bit(value, 3) + 2 * bit(value, 4)]!;
  return [level, level, level];
}

/** Grays of mode 13h: nearly equal steps for the eye. */
const grays = [0, 5, 8, 11, 14, 17, 20, 24, 28, 32, 36, 40, 45, 50, 56, 63];

/** For bright, middle and dark: five levels each of full, half and little saturation. */
const levels: readonly (readonly number[])[] = [
  [0, 16, 31, 47, 63],
  [31, 39, 47, 55, 63],
  [45, 49, 54, 58, 63],
  [0, 7, 14, 21, 28],
  [14, 17, 21, 24, 28],
  [20, 22, 24, 26, 28],
  [0, 4, 8, 12, 16],
  [8, 10, 12, 14, 16],
  [11, 12, 13, 15, 16],
];

/** Where red, green and blue begin to rise on the circle of 24 hues, which begins at blue. */
const RED = 0;
const GREEN = 8;
const BLUE = 16;

/** Light of a primary colour at a hue: rises for four steps, stays for eight, falls for four. */
function share(hue: number, phase: number): number {
  const distance = (hue - phase + 24) % 24;
  if (distance < 4) return distance;
  if (distance <= 12) return 4;
  return distance < 16 ? 16 - distance : 0;
}

function circle(steps: readonly number[]): Colour[] {
  const level = (hue: number, phase: number): number => steps[share(hue, phase)]!;
  return range(24).map((hue) => [level(hue, RED), level(hue, GREEN), level(hue, BLUE)]);
}

const gray = (level: number): Colour => [level, level, level];

/** Palettes of the default colours; those of 64 colours stand four times in the DAC's 256. */
export const monochromePalette: readonly number[] = range(64).flatMap(monochromeColour);
export const cgaPalette: readonly number[] = range(64).flatMap(rgbi);
export const egaPalette: readonly number[] = range(64).flatMap(egaColour);
export const vgaPalette: readonly number[] = [
  ...range(16).map(cgaColour),
  ...grays.map(gray),
  ...levels.flatMap(circle),
  ...range(8).map(() => gray(0)),
].flat();
