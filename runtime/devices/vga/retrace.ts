import { Clocking, Crtc, InputStatus1, Miscellaneous, Sequencer } from './registers.ts';
import { overflowBits, verticalDisplayEnd } from './scan.ts';
import type { VgaState } from './state.ts';

/** Dots a second by the clock select of the miscellaneous output; the two external clocks are not connected. */
const VGA_DOT_CLOCKS: readonly number[] = [25_175_000, 28_322_000, 25_175_000, 25_175_000];
/** Characters that CRT controllers count beyond the total that is programmed (FreeVGA, "CRTC registers"). */
const HORIZONTAL_EXTRA = 5;
const VERTICAL_EXTRA = 2;
/** Pictures that have no timing of their own: 60 a second, a twentieth of each line and of each picture dark. */
const USUAL_REFRESH = 60;
const USUAL_DARK = 1.05;

/** How the beam runs; times are nanoseconds, vertical figures lines. */
export interface Timing {
  readonly line: number;
  /** Duration of the lit part of a line. */
  readonly lit: number;
  readonly lines: number;
  readonly litLines: number;
  readonly retraceStart: number;
  readonly retraceEnd: number;
}

/** Input status 1 at a time in nanoseconds: whether the beam is where nothing is shown, and in the vertical retrace. */
export function inputStatus(timing: Timing, now: number): number {
  const { line, lit, lines, litLines, retraceStart, retraceEnd } = timing;
  const at = Math.floor(now / line) % lines;
  const dark = at >= litLines || now % line >= lit;
  const retrace = at >= retraceStart && at < retraceEnd;
  return (dark ? InputStatus1.displayDisabled : 0) | (retrace ? InputStatus1.verticalRetrace : 0);
}

/** The clock that the miscellaneous output selects. */
export function clockSelect({ miscellaneous }: VgaState): number {
  return (miscellaneous >> Miscellaneous.clockShift) & 3;
}

/** As the CRT controller is programmed; `dotClock`: dots a second. */
export function crtcTiming(state: VgaState, dotClock = VGA_DOT_CLOCKS[clockSelect(state)]): Timing {
  const { crtc, sequencer } = state;
  const clocking = sequencer[Sequencer.clocking];
  const dots = ((clocking & Clocking.eightDots) !== 0 ? 8 : 9) * ((clocking & Clocking.halfDotClock) !== 0 ? 2 : 1);
  const character = (dots * 1e9) / dotClock;
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

/** The end of the retrace is given by the low four bits of its line. */
function retraceLines(crtc: Uint8Array): number {
  return (crtc[Crtc.verticalRetraceEnd] - crtc[Crtc.verticalRetraceStart]) & 15 || 16;
}

/** Timing of a picture with this many lines at the usual refresh rate. */
export function usualTiming(height: number): Timing {
  const lines = Math.ceil(height * USUAL_DARK);
  const line = 1e9 / USUAL_REFRESH / lines;
  return { line, lit: line / USUAL_DARK, lines, litLines: height, retraceStart: height, retraceEnd: lines };
}
