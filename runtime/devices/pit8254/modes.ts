/**
 * The counting element in each mode, as functions of the count `n` that was loaded (1-65536, modes 2 and 3 from 2) and
 * of the clocks `e` >= 0 since (Intel 231244, "Mode Definitions").
 */
export interface CountingMode {
  /** OUT. */
  output(n: number, e: number): boolean;
  /** The counting element; `modulus` is 65536, or 10000 in BCD. */
  count(n: number, e: number, modulus: number): number;
  /** Clocks since the load at which OUT rises next after `e`; Infinity if it does not. */
  nextRise(n: number, e: number): number;
  /** The clock of the next edge of either kind; otherwise as the one above. */
  nextEdge(n: number, e: number): number;
  /** A rising gate loads the count (else the write does). */
  readonly loadedByGate: boolean;
  /** The gate's level enables counting. */
  readonly gated: boolean;
  /** Counts again and again. */
  readonly periodic: boolean;
}

const countDown = (n: number, e: number, modulus: number): number => (((n - e) % modulus) + modulus) % modulus;
const edgeAt = (at: number, e: number): number => (e < at ? at : Infinity);
const nextPeriod = (n: number, e: number): number => (Math.floor(e / n) + 1) * n;
/** The next edge of an output that falls `high` clocks after each rise. */
const edgeInPeriod = (n: number, high: number, e: number): number =>
  e % n < high ? e - (e % n) + high : nextPeriod(n, e);

/** Clocks for which mode 3 holds OUT high. */
export const highHalf = (n: number): number => Math.ceil(n / 2);

/** Mode 3 counts down by two in each half; an odd count is made even first, and its high half is a clock longer. */
function squareCount(n: number, e: number): number {
  const phase = e % n;
  const inHalf = phase < highHalf(n) ? phase : phase - highHalf(n);
  return (n & ~1) - 2 * inHalf;
}

const terminalCount: CountingMode = {
  output: (n, e) => e >= n,
  count: countDown,
  nextRise: edgeAt,
  nextEdge: edgeAt,
  loadedByGate: false,
  gated: true,
  periodic: false,
};

const rateGenerator: CountingMode = {
  output: (n, e) => e % n !== n - 1,
  count: (n, e) => n - (e % n),
  nextRise: nextPeriod,
  nextEdge: (n, e) => edgeInPeriod(n, n - 1, e),
  loadedByGate: false,
  gated: true,
  periodic: true,
};

const strobe: CountingMode = {
  output: (n, e) => e !== n,
  count: countDown,
  nextRise: (n, e) => edgeAt(n + 1, e),
  nextEdge: (n, e) => edgeAt(e < n ? n : n + 1, e),
  loadedByGate: false,
  gated: true,
  periodic: false,
};

/** Which of `modes` a control word with these mode bits selects: 6 and 7 are 2 and 3 (data sheet, "Control Word Format"). */
export function countingMode(bits: number): number {
  return bits > 5 ? bits - 4 : bits;
}

/** Modes 0-5. */
export const modes: readonly CountingMode[] = [
  terminalCount,
  { ...terminalCount, loadedByGate: true, gated: false },
  rateGenerator,
  {
    ...rateGenerator,
    output: (n, e) => e % n < highHalf(n),
    count: squareCount,
    nextEdge: (n, e) => edgeInPeriod(n, highHalf(n), e),
  },
  strobe,
  { ...strobe, loadedByGate: true, gated: false },
];
