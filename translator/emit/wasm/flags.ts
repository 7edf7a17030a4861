import type { HelperName } from '../../abi/helpers.ts';
import { FlagCarry } from '../../abi/state.ts';
import { binary } from '../../ir/fold.ts';
import type { FlagsStatement } from '../../ir/statement.ts';
import { constant, call as helperCall, temporary, type Value } from '../../ir/value.ts';

/** Bits 31 and 30: flipping both changes CF and keeps OF. */
const CARRY_PAIR = -0x40000000;
/** Bits of flagCarries that don't belong to CF and OF. */
const REST = FlagCarry.auxiliary | FlagCarry.flipParity | FlagCarry.flipSign;
/** Even parity of a nibble, as a bit of this word. */
const PARITY = 0x9669;

/** Temporaries that stand for the two words of the flags. */
export const FLAG_RESULT = -1;
export const FLAG_CARRIES = -2;
const result = temporary(FLAG_RESULT);
const carries = temporary(FLAG_CARRIES);

const and = (a: Value, b: Value | number) => binary('and', a, typeof b === 'number' ? constant(b) : b);
const or = (a: Value, b: Value) => binary('or', a, b);
const xor = (a: Value, b: Value) => binary('xor', a, b);
const not = (a: Value) => binary('xor', a, constant(-1));
const shl = (a: Value, count: number) => binary('shl', a, constant(count));
const sar = (a: Value, count: number) => binary('sar', a, constant(count));
const add = (a: Value, b: number) => binary('add', a, constant(b));
const call = (name: HelperName, a: Value, b: Value | null = null) => helperCall(name, a, b, null);

/** The two words after an operation; one that is left out stays as it is. */
export interface FlagWords {
  readonly result?: Value;
  readonly carries?: Value;
}

/** The words that a flags statement makes (see FlagCarry in abi/state.ts, FlagKind in ir/statement.ts). */
export function flagWords({ kind, size, args }: FlagsStatement): FlagWords {
  const [a, b, r, d] = args;
  switch (kind) {
    case 'add':
    case 'adc':
      return { result: signed(r, size), carries: keep(or(and(a, b), and(or(a, b), not(r))), size) };
    case 'sub':
    case 'sbb':
      return { result: signed(r, size), carries: keep(or(and(not(a), b), and(or(not(a), b), r)), size) };
    case 'logic':
      return { result: signed(a, size), carries: constant(0) };
    case 'inc':
      return { result: signed(a, size), carries: keepingCarry(keep(and(add(a, -1), not(a)), size)) };
    case 'dec':
      return { result: signed(a, size), carries: keepingCarry(keep(and(not(add(a, 1)), a), size)) };
    case 'other':
      return { result: signed(a, size), carries: or(or(shl(b, 31), shl(xor(b, r), 30)), shl(d, 3)) };
    case 'compare':
      return { result: xor(or(b, r), constant(1)), carries: or(sar(shl(or(a, r), 31), 1), shl(b, 2)) };
    case 'carry':
      return { carries: xor(carries, and(sar(xor(carries, shl(a, 31)), 31), CARRY_PAIR)) };
    case 'carryOverflow':
      return { carries: or(or(and(carries, REST), shl(a, 31)), shl(xor(a, b), 30)) };
    case 'zero':
      return fromImage(or(and(call('flagsImage', result, carries), -65), shl(a, 6)));
    case 'all':
      return fromImage(a);
  }
}

function fromImage(image: Value): FlagWords {
  return { result: call('flagResultOf', image), carries: call('flagCarriesOf', image) };
}

/** INC and DEC: a carry vector, but with the old CF. */
function keepingCarry(vector: Value): Value {
  return xor(vector, and(sar(xor(vector, carries), 31), CARRY_PAIR));
}

function signed(v: Value, size: number): Value {
  const shift = 32 - 8 * size;
  return shift === 0 ? v : sar(shl(v, shift), shift);
}

/** The bits of a carry vector that count: out of and into the sign bit (to 31 and 30), out of bit 3. */
function keep(vector: Value, size: number): Value {
  if (size === 4) return and(vector, FlagCarry.mask);
  return or(and(shl(vector, 32 - 8 * size), CARRY_PAIR), and(vector, 8));
}

/** SF XOR OF is the sign of this: flipSign is bit 7, OF is bit 31 XOR bit 30. */
const lessWord = xor(xor(xor(result, shl(carries, 24)), carries), shl(carries, 1));
const negative = (v: Value) => binary('lt', v, constant(0));
const isZero = binary('eq', result, constant(0));
const folded = xor(result, binary('shr', result, constant(4)));
const parity = and(xor(binary('shr', constant(PARITY), and(folded, 15)), binary('shr', carries, constant(2))), 1);

/** By half of a condition code, what it tests on the two words. */
const tests: readonly Value[] = [
  negative(xor(carries, shl(carries, 1))),
  negative(carries),
  isZero,
  or(negative(carries), isZero),
  negative(xor(result, shl(carries, 24))),
  binary('ne', parity, constant(0)),
  negative(lessWord),
  or(isZero, negative(lessWord)),
];

/** A condition code on the two words: 0 or 1. */
export function conditionValue(code: number): Value {
  const test = tests[code >> 1];
  return (code & 1) === 0 ? test : binary('xor', test, constant(1));
}
