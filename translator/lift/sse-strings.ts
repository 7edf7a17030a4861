/**
 * PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM (Intel SDM vol. 2, 4.1). Lifted is what C libraries compare strings with,
 * PCMPISTRI of bytes in pairs ("equal each"); all else is left to the trap.
 */
import { Eflags, Word } from '../abi/state.ts';
import type { Value } from '../ir/value.ts';
import type { Lift, LiftBuilder, Operand } from './lifter.ts';
import { bytes, laneEqual } from './packed.ts';
import { selector, signMask } from './shuffle.ts';
import { loadWords, readRegister, requireSse, vectorAddress, xmm } from './simd.ts';

/** Arguments of the trap: both places, of which the second may be in memory, the immediate, the opcode's low bits. */
type StringArguments = readonly [Operand, Operand, Operand, Operand, Operand];

function stringArguments(b: LiftBuilder): StringArguments {
  requireSse(b);
  const isMemory = b.isMemory(1);
  const place = isMemory ? vectorAddress(b, 16, 'read', false) : xmm.word(b, 'rm', 0);
  return [xmm.word(b, 'reg', 0), place, isMemory ? 1 : 0, b.field('immediate'), b.argument];
}

export const compareStrings: Lift = (b) => b.trap('compareStrings', ...stringArguments(b));

/** Bits of the immediate that say of what size elements are and how they are compared, and their value that is lifted. */
const KIND = 0xd;
const BYTES_EQUAL_EACH = 0x8;
const COUNT = 16;
const ALL = 0xffff;

const equalBytes = (b: LiftBuilder, x: readonly Value[], y: (n: number) => Value): Value =>
  b.let(
    signMask(
      b,
      x.map((word, n) => laneEqual(b, bytes, word, y(n))),
    ),
  );
const zeroBytes = (b: LiftBuilder, x: readonly Value[]): Value => equalBytes(b, x, () => b.constant(0));
/** The bytes in front of the first zero, as a mask. */
const validBytes = (b: LiftBuilder, zeros: Value): Value => b.let(b.and(b.sub(b.and(zeros, b.sub(0, zeros)), 1), ALL));

/** PCMPISTRI. */
export const indexOfStrings: Lift = (b) => {
  const args = stringArguments(b);
  const isOther = b.notEqual(b.and(b.field('immediate'), KIND), BYTES_EQUAL_EACH);
  b.fallback(isOther, 'compareStrings', ...args);
  const second = b.isMemory(1) ? loadWords(b, xmm, false) : readRegister(b, xmm, 'rm');
  const first = readRegister(b, xmm, 'reg');
  const ends = [first, second].map((words) => zeroBytes(b, words));
  const [valid, otherValid] = ends.map((zeros) => validBytes(b, zeros));
  const pairs = b.and(
    equalBytes(b, first, (n) => second[n]),
    b.and(valid, otherValid),
  );
  const beyond = b.xor(b.or(valid, otherValid), ALL);
  // Bit 4 of the immediate inverts, with bit 5 only what is valid; bit 6 asks for the last one.
  const inverted = b.select(selector(b, 4, 1), b.select(selector(b, 5, 1), otherValid, ALL), 0);
  const found = b.let(b.xor(b.or(pairs, beyond), inverted));
  const wanted = b.select(selector(b, 6, 1), found, b.and(found, b.sub(0, found)));
  b.set(Word.ecx, b.select(found, b.sub(31, b.call('countLeadingZeros', wanted)), COUNT));
  const flag = (condition: Value, bit: number): Value => b.select(condition, bit, 0);
  const carries = b.or(flag(found, Eflags.cf), flag(b.and(found, 1), Eflags.of));
  b.flags.setAll(b.or(carries, b.or(flag(ends[0], Eflags.sf), flag(ends[1], Eflags.zf))));
};
