/** Arithmetic of denormals, and with all ways to round, by the host's numbers against the same in integers, with all ways of MXCSR to treat denormals. */
import { describe, expect, test } from 'vitest';
import type { Cpu } from '../../../../runtime/cpu/cpu.ts';
import { operations } from '../../../../runtime/cpu/sse/arithmetic.ts';
import { sseReal } from '../../../../runtime/cpu/sse/execute.ts';
import { computeByNumbers } from '../../../../runtime/cpu/sse/host-numbers.ts';
import { doubles, Surroundings, singles } from '../../../../runtime/cpu/sse/number.ts';
import { Cr4 } from '../../../../translator/abi/control-registers.ts';
import { Mxcsr, realInstructions } from '../../../../translator/abi/sse.ts';
import { STATE_BYTES, WORD_COUNT, Word } from '../../../../translator/abi/state.ts';
import { Random } from '../../../support/random.ts';

const ROUNDS = 4_000;
const { masks, flushToZero, denormalsAreZeros } = Mxcsr;
const DENORMAL = 2;
const UNDERFLOW = 0x10;
const PRECISION = 0x20;
/** The flags before: all that may be set are, or none are. */
const FLAGS = [DENORMAL | UNDERFLOW | PRECISION, UNDERFLOW | PRECISION, DENORMAL | PRECISION, 0];
const MODES = [0, flushToZero, denormalsAreZeros, flushToZero | denormalsAreZeros];

const state = new Int32Array(new ArrayBuffer(STATE_BYTES), 0, WORD_COUNT);
const [destination, source] = [Word.xmm, Word.xmm + 4];
const random = new Random(7);

/** A register with what another one has, with other signs: sums of them are zeros. */
function negate(from: number, to: number, bytes: number): void {
  for (let word = 0; word < 4; word++)
    state[to + word] = state[from + word] ^ (word % (bytes / 4) === bytes / 4 - 1 ? 1 << 31 : 0);
}

/** Bits of numbers of all kinds, most often small ones; the factor of the exponent is 1 for zeros and denormals. */
function fill(word: number, bytes: number): void {
  const [special, shift, middle] = bytes === 4 ? [0xff, 23, 0x7f] : [0x7ff, 20, 0x3ff];
  const exponent = random.pick([
    0,
    0,
    0,
    1,
    2,
    random.below(60),
    middle,
    middle + random.below(60),
    random.below(special + 1),
  ]);
  const fraction = random.pick([0, 1, random.word(), random.word()]) & (2 ** shift - 1);
  const top = (random.below(2) << 31) | (exponent << shift) | fraction;
  if (bytes === 4) state[word] = top;
  else {
    state[word] = random.pick([0, 1, random.word()]);
    state[word + 1] = top;
  }
}

const bitsAt = (word: number, bytes: number): bigint => {
  const low = BigInt(state[word] >>> 0);
  return bytes === 4 ? low : low | (BigInt(state[word + 1] >>> 0) << 32n);
};

describe.each(Object.keys(operations))('%s', (name) => {
  test.each(['SS', 'SD', 'PS', 'PD'])('%s', (format) => {
    const encoding = format.endsWith('S') ? singles : doubles;
    const number = realInstructions.indexOf(name + format);
    const lanes = { SS: 1, SD: 1, PS: 4, PD: 2 }[format]!;
    const places = Array.from({ length: lanes }, (_, lane) => (lane * encoding.bytes) / 4);
    let done = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const mxcsr = masks | random.pick(MODES) | random.pick(FLAGS) | (random.below(4) << 13);
      state[Word.mxcsr] = mxcsr;
      for (const place of places) for (const register of [destination, source]) fill(register + place, encoding.bytes);
      if (random.below(16) === 0) negate(destination, source, encoding.bytes);
      const context = new Surroundings(mxcsr);
      const expected = places.map((place) => {
        const [a, b] = [destination, source].map((register) => bitsAt(register + place, encoding.bytes));
        return operations[name](context, encoding, a, b);
      });
      const before = state.slice();
      if (!computeByNumbers({ state }, number, { destination, source, inMemory: false, immediate: 0, loaded: [] })) {
        expect(state).toEqual(before);
        continue;
      }
      done++;
      const actual = places.map((place) => bitsAt(destination + place, encoding.bytes));
      expect({ before, mxcsr, actual }).toEqual({ before, mxcsr, actual: expected });
      expect(context.raised & ~mxcsr).toBe(0);
    }
    expect(done).toBeGreaterThan(ROUNDS / 50);
  });
});

describe.each([1, 2, 3])('rounding mode %d', (rounding) => {
  test.each(['ADDSS', 'SUBSD', 'MULPS', 'DIVSD', 'SQRTSS', 'MULSD'])(
    '%s of usual numbers is done by numbers',
    (name) => {
      const values = new Float32Array(state.buffer);
      const doubles = new Float64Array(state.buffer);
      for (let round = 0; round < 500; round++) {
        for (const register of [destination, source]) {
          if (name.endsWith('D')) doubles[register / 2] = random.word() / 7;
          else for (let lane = 0; lane < 4; lane++) values[register + lane] = Math.abs(random.word()) / 7;
        }
        state[Word.mxcsr] = masks | FLAGS[0] | (rounding << 13);
        const operands = { destination, source, inMemory: false, immediate: 0, loaded: [] };
        expect(computeByNumbers({ state }, realInstructions.indexOf(name), operands)).toBe(true);
      }
    },
  );
});

test('a source in memory, where a device may be, is loaded once, whatever executes the instruction', () => {
  const [one, nan] = [0x3f800000, 0x7fc00000];
  state[Word.cr0] = 0;
  state[Word.cr4] = Cr4.osfxsr;
  for (const word of [one, 1, nan]) {
    const loads: number[] = [];
    const load32 = (address: number): number => {
      loads.push(address);
      return word;
    };
    state[Word.mxcsr] = masks | FLAGS[0];
    sseReal(
      { state, memory: { current: { load32 } } } as unknown as Cpu,
      realInstructions.indexOf('ADDPS'),
      destination,
      0x1000,
      1,
      0,
    );
    expect(loads).toEqual([0x1000, 0x1004, 0x1008, 0x100c]);
  }
});
