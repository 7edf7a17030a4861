/** Modes of VBE on a CL-GD5446: their timing, their clock, and the chip's own numbers for them. */

/** Dots and lines: shown, start and end of the retrace, all; the clock in MHz (VESA, "Display Monitor Timing"). */
const rows = `
25.175  640 656 752 800      400 412 414 449
25.175  640 656 752 800      480 490 492 525
40      800 840 968 1056     600 601 605 628
65      1024 1048 1184 1344  768 771 777 806
108     1280 1328 1440 1688  1024 1025 1028 1066
`;

/**
 * Frequency of the crystal from which the clocks are derived, in MHz (Cirrus Logic, "CL-GD5446 Technical Reference Manual",
 * "SRB-SRE").
 */
const CRYSTAL = 14.31818;

interface Span {
  readonly shown: number;
  readonly retraceStart: number;
  readonly retraceEnd: number;
  readonly total: number;
}

interface Timing {
  readonly clock: number;
  readonly dots: Span;
  readonly lines: Span;
}

function span([shown = 0, retraceStart = 0, retraceEnd = 0, total = 0]: readonly number[]): Span {
  return { shown, retraceStart, retraceEnd, total };
}

function timingOf(line: string): Timing {
  const [clock = 0, ...numbers] = line.split(/\s+/).map(Number);
  return { clock, dots: span(numbers.slice(0, 4)), lines: span(numbers.slice(4)) };
}

const timings = rows.trim().split('\n').map(timingOf);

/** Numerator, and denominator with bit 0 for half of it, that are nearest to a clock. */
function clockBytes(clock: number): [number, number] {
  let best: [number, number] = [0, 0];
  let least = Infinity;
  for (let divisor = 2; divisor < 64; divisor++) {
    const denominator = (divisor >> 1) * ((divisor & 1) !== 0 ? 2 : 1);
    const numerator = Math.round((clock * denominator) / CRYSTAL);
    const difference = Math.abs((CRYSTAL * numerator) / denominator - clock);
    if (numerator > 127 || difference >= least) continue;
    [best, least] = [[numerator, divisor], difference];
  }
  return best;
}

/** Registers 0 to 18h of the CRT controller; the length of lines is set for each depth (FreeVGA, "CRTC registers"). */
function crtcBytes({ dots, lines }: Timing): number[] {
  const [shown, start, end, total] = [dots.shown, dots.retraceStart, dots.retraceEnd, dots.total].map((n) => n / 8);
  const last = { total: lines.total - 2, shown: lines.shown - 1, retrace: lines.retraceStart, blank: lines.shown };
  const bit = (value: number, from: number, to: number): number => ((value >> from) & 1) << to;
  const bits8 = bit(last.total, 8, 0) | bit(last.shown, 8, 1) | bit(last.retrace, 8, 2) | bit(last.blank, 8, 3);
  const overflow = bits8 | 0x10 | bit(last.total, 9, 5) | bit(last.shown, 9, 6) | bit(last.retrace, 9, 7);
  const blankEnd = total! - 1;
  return [
    ...[total! - 5, shown! - 1, shown!, 0x80 | (blankEnd & 0x1f), start!, (end! & 0x1f) | bit(blankEnd, 5, 7)],
    ...[last.total, overflow, 0, 0x40 | bit(last.blank, 9, 5), 0, 0, 0, 0, 0, 0],
    ...[last.retrace, 0x20 | (lines.retraceEnd & 15), last.shown, 0, 0, last.blank, lines.total - 1, 0xc3, 0xff],
  ].map((value) => value & 0xff);
}

/** A line of `cirrus_timings`: width and height in words, the clock, the registers. */
export function timingBytes(): number[] {
  return timings.flatMap((timing) => {
    const size = [timing.dots.shown, timing.lines.shown].flatMap((value) => [value & 0xff, value >> 8]);
    return [...size, ...clockBytes(timing.clock), ...crtcBytes(timing)];
  });
}
export const TIMING_BYTES = 31;

/** The length of a line has nine bits, in units of 8 bytes. */
const MOST_LINE_BYTES = 0x1ff * 8;

/** Sizes that there is a timing for, in depths that the chip has. */
export function isCirrusMode({
  width,
  height,
  bitsPerPixel,
}: Record<'width' | 'height' | 'bitsPerPixel', number>): boolean {
  const fits = width * Math.ceil(bitsPerPixel / 8) <= MOST_LINE_BYTES;
  return bitsPerPixel >= 8 && fits && timings.some(({ dots, lines }) => dots.shown === width && lines.shown === height);
}

/** The chip's numbers of modes, and VBE's (Cirrus Logic, "CL-GD5446 Technical Reference Manual", appendix on the video BIOS). */
export const cirrusNumbers: readonly (readonly [own: number, vbe: number])[] = [
  [0x5e, 0x100],
  [0x5f, 0x101],
  [0x5c, 0x103],
  [0x60, 0x105],
  [0x6d, 0x107],
  [0x66, 0x110],
  [0x64, 0x111],
  [0x71, 0x112],
  [0x67, 0x113],
  [0x65, 0x114],
  [0x78, 0x115],
  [0x68, 0x116],
  [0x74, 0x117],
  [0x79, 0x118],
  [0x69, 0x119],
  [0x75, 0x11a],
];
