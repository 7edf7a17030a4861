/** ROUNDPS, ROUNDPD, ROUNDSS and ROUNDSD, where MXCSR rounds to nearest (Intel SDM vol. 2, ROUNDPD). */
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder } from './lifter.ts';
import { isNan, xmm } from './simd.ts';
import {
  any,
  type Format,
  isInexact,
  isTiny,
  isZero,
  laneBytes,
  leaveIf,
  not,
  requireMasked,
  setLanes,
  sourceLanes,
  sourceOf,
} from './sse-lanes.ts';

/** Adding and subtracting it rounds numbers of a magnitude below the second to integers. */
const ROUNDER = 1.5 * 2 ** 52;
const ROUNDED = 2 ** 51;

/** Bits of the immediate: the rounding mode, MXCSR's instead, PE stays as it is. */
const Control = { mode: 3, fromMxcsr: 4, isSilent: 8 } as const;
const DOWN = 1;
const UP = 2;
const TOWARD_ZERO = 3;

/** An integer near to x, by the mode; a zero has the sign of x. */
function rounded(b: LiftBuilder, x: Value, mode: Value): Value {
  const { real } = b;
  const nearest = real.let(real.subtract(real.add(x, ROUNDER), ROUNDER));
  const below = b.select(real.less(x, nearest), real.subtract(nearest, 1), nearest);
  const above = b.select(real.less(nearest, x), real.add(nearest, 1), nearest);
  const inward = b.select(real.less(x, 0), above, below);
  const upwards = b.select(b.equal(mode, UP), above, b.select(b.equal(mode, TOWARD_ZERO), inward, nearest));
  const integer = real.let(b.select(b.equal(mode, DOWN), below, upwards));
  return real.let(b.select(isZero(b, integer), real.multiply(x, 0), integer));
}

export function round(format: Format): Lift {
  return (b) => {
    const destination = xmm.word(b, 'reg', 0);
    const source = sourceOf(b, laneBytes(format) * format.lanes);
    requireMasked(b, destination, source);
    const control = b.field('immediate');
    const isOwnMode = b.equal(b.and(control, Control.fromMxcsr), 0);
    const mode = b.let(b.select(isOwnMode, b.and(control, Control.mode), 0));
    const isTold = b.let(b.equal(b.and(control, Control.isSilent), 0));
    const lanes = sourceLanes(b, format, source);
    const results = lanes.map((x) => rounded(b, x, mode));
    const odd = lanes.flatMap((x, n) => [
      isNan(b, x),
      isTiny(b, x, format.smallest),
      b.and(isTold, isInexact(b, x, results[n])),
      not(b, b.real.less(b.real.absolute(x), ROUNDED)),
    ]);
    leaveIf(b, any(b, odd), destination, source);
    setLanes(b, format, results);
  };
}
