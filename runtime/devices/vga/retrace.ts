import { isVbeEnabled } from './modes.ts';
import { Clocking, Crtc, InputStatus1, MaximumScanLine, Miscellaneous, Overflow, Sequencer, Vbe } from './registers.ts';
import type { VgaState } from './state.ts';

/** Dots a second by the clock select of the miscellaneous output; the two external clocks are not connected. */
const DOT_CLOCKS = [25_175_000, 28_322_000, 25_175_000, 25_175_000];
/** What CRT controllers count beyond the total that is programmed (FreeVGA, "CRTC registers"). */
const HORIZONTAL_EXTRA = 5;
const VERTICAL_EXTRA = 2;
/** VBE modes have no timing of their own: 60 pictures a second, a twentieth of each line and of each picture dark. */
const VBE_REFRESH = 60;
const VBE_DARK = 1.05;

/** How the beam runs; times are nanoseconds, vertical figures lines. */
interface Timing {
  readonly line: number;
  /** Of a line, the time that it is lit. */
  readonly lit: number;
  readonly lines: number;
  readonly litLines: number;
  readonly retraceStart: number;
  readonly retraceEnd: number;
}

/** Input status 1 at a time in nanoseconds: whether the beam is where nothing is shown, and in the vertical retrace. */
export function inputStatus(state: VgaState, now: number): number {
  const { line, lit, lines, litLines, retraceStart, retraceEnd } = timingOf(state);
  const at = Math.floor(now / line) % lines;
  const dark = at >= litLines || now % line >= lit;
  const retrace = at >= retraceStart && at < retraceEnd;
  return (dark ? InputStatus1.displayDisabled : 0) | (retrace ? InputStatus1.verticalRetrace : 0);
}

function timingOf(state: VgaState): Timing {
  if (isVbeEnabled(state)) return vbeTiming(state.vbe[Vbe.height]);
  const { crtc, sequencer, miscellaneous } = state;
  const clocking = sequencer[Sequencer.clocking];
  const dots = ((clocking & Clocking.eightDots) !== 0 ? 8 : 9) * ((clocking & Clocking.halfDotClock) !== 0 ? 2 : 1);
  const character = (dots * 1e9) / DOT_CLOCKS[(miscellaneous >> Miscellaneous.clockShift) & 3];
  const retraceStart = crtc[Crtc.verticalRetraceStart] | overflowBits(state, 2, 7);
  return {
    line: (crtc[Crtc.horizontalTotal] + HORIZONTAL_EXTRA) * character,
    lit: (crtc[Crtc.horizontalDisplayEnd] + 1) * character,
    lines: (crtc[Crtc.verticalTotal] | overflowBits(state, 0, 5)) + VERTICAL_EXTRA,
    litLines: verticalDisplayEnd(state) + 1,
    retraceStart,
    retraceEnd: retraceStart + retraceLines(crtc),
  };
}

/** Bits 8 and 9 of a vertical count, which are bits of the overflow register. */
function overflowBits({ crtc }: Pick<VgaState, 'crtc'>, bit8: number, bit9: number): number {
  const overflow = crtc[Crtc.overflow];
  return (((overflow >> bit8) & 1) << 8) | (((overflow >> bit9) & 1) << 9);
}

/** The last line that is shown. */
export function verticalDisplayEnd(state: Pick<VgaState, 'crtc'>): number {
  return state.crtc[Crtc.verticalDisplayEnd] | overflowBits(state, 1, 6);
}

/** The end of the retrace is given by the low four bits of its line. */
function retraceLines(crtc: Uint8Array): number {
  return (crtc[Crtc.verticalRetraceEnd] - crtc[Crtc.verticalRetraceStart]) & 15 || 16;
}

/** The line after which memory is shown from its start on: the split of the screen. */
export function lineCompare({ crtc }: Pick<VgaState, 'crtc'>): number {
  const bit8 = (crtc[Crtc.overflow] & Overflow.lineCompare8) !== 0 ? 0x100 : 0;
  const bit9 = (crtc[Crtc.maximumScanLine] & MaximumScanLine.lineCompare9) !== 0 ? 0x200 : 0;
  return crtc[Crtc.lineCompare] | bit8 | bit9;
}

function vbeTiming(height: number): Timing {
  const lines = Math.ceil(height * VBE_DARK);
  const line = 1e9 / VBE_REFRESH / lines;
  return { line, lit: line / VBE_DARK, lines, litLines: height, retraceStart: height, retraceEnd: lines };
}
