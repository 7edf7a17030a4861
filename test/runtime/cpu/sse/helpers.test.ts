import { expect, test } from 'vitest';
import { stickyHelpers } from '../../../../runtime/cpu/sse/helpers.ts';
import { WORD_COUNT, Word } from '../../../../translator/abi/state.ts';

const MASKED = 0x1f80;
const QUIET = 0x7ff80000;
const SIGNALING = 0x7ff40000;
const UNORDERED = 3;

/** A state with EAX and ECX, at words 0 and 1, set to values that no operand has. */
function stateWith(high: number): Int32Array {
  const state = new Int32Array(WORD_COUNT);
  state[Word.mxcsr] = MASKED;
  state[Word.ecx] = SIGNALING;
  state[Word.xmm + 1] = high;
  return state;
}

test.each([
  ['quiet', QUIET, 0],
  ['signaling', SIGNALING, 1],
])('a %s NaN is compared with a number in memory', (_name, high, flags) => {
  const state = stateWith(high);
  expect(stickyHelpers(state).compareDoubles((UNORDERED << 16) | Word.xmm, 0, 0)).toBe(1);
  expect(state[Word.mxcsr]).toBe(MASKED | flags);
});

test.each([
  ['quiet', QUIET, 0],
  ['signaling', SIGNALING, 1],
])('a %s NaN is added to a number in memory, from either side', (_name, high, flags) => {
  for (const places of [Word.xmm, Word.xmm << 8]) {
    const state = stateWith(high);
    const [x, y] = places === Word.xmm ? [Number.NaN, 1] : [1, Number.NaN];
    expect(stickyHelpers(state).addDoubles(x!, y!, places)).toBeNaN();
    expect(state[Word.mxcsr]).toBe(MASKED | flags);
  }
});
