/** PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM (Intel SDM vol. 2, 4.1). */
import { Eflags, Word } from '../../../translator/abi/state.ts';
import { flagCarriesOf, flagResultOf } from '../arithmetic.ts';
import type { Cpu } from '../cpu.ts';
import { requireSse } from './mode.ts';

/** Bits of the immediate byte (4.1.2 to 4.1.6). */
const Control = { words: 1 << 0, signed: 1 << 1, negative: 1 << 4, masked: 1 << 5, most: 1 << 6 } as const;
/** Bits of the instruction's number, which are those of its opcode. */
const Kind = { index: 1 << 0, implicit: 1 << 1 } as const;

/** Up to 16 elements, of which the first `length` are valid. */
interface Elements {
  readonly values: readonly number[];
  readonly length: number;
}

function elementsOf(words: ArrayLike<number>, control: number): number[] {
  const buffer = Int32Array.from(words).buffer;
  if (control & Control.words)
    return [...(control & Control.signed ? new Int16Array(buffer) : new Uint16Array(buffer))];
  return [...(control & Control.signed ? new Int8Array(buffer) : new Uint8Array(buffer))];
}

/** Explicit lengths are magnitudes of registers; without one a zero ends the string. */
function withLength(values: readonly number[], explicit: number | undefined): Elements {
  if (explicit !== undefined) return { values, length: Math.min(Math.abs(explicit), values.length) };
  const end = values.indexOf(0);
  return { values, length: end < 0 ? values.length : end };
}

/** Whether the bit of the second string's element `at` is set. Elements that are not valid compare as in table 4-7. */
type Aggregation = (first: Elements, second: Elements, at: number) => boolean;

const isValid = ({ length }: Elements, at: number): boolean => at < length;

const equalAny: Aggregation = (first, second, at) =>
  isValid(second, at) && first.values.slice(0, first.length).includes(second.values[at]!);

const ranges: Aggregation = (first, second, at) => {
  const value = second.values[at]!;
  if (!isValid(second, at)) return false;
  for (let n = 0; n + 1 < first.length; n += 2) {
    if (first.values[n]! <= value && value <= first.values[n + 1]!) return true;
  }
  return false;
};

const equalEach: Aggregation = (first, second, at) => {
  if (isValid(first, at) !== isValid(second, at)) return false;
  return !isValid(first, at) || first.values[at] === second.values[at];
};

const equalOrdered: Aggregation = (first, second, at) => {
  for (let n = 0; n < first.length && at + n < second.values.length; n++) {
    if (!isValid(second, at + n) || first.values[n] !== second.values[at + n]) return false;
  }
  return true;
};

const aggregations: readonly Aggregation[] = [equalAny, ranges, equalEach, equalOrdered];

/** IntRes2: a bit for each element of the second string. */
function compare(first: Elements, second: Elements, control: number): number {
  const aggregation = aggregations[(control >> 2) & 3]!;
  let bits = 0;
  for (let at = 0; at < second.values.length; at++) {
    const isInverted = control & Control.negative && (!(control & Control.masked) || isValid(second, at));
    if (aggregation(first, second, at) !== Boolean(isInverted)) bits |= 1 << at;
  }
  return bits;
}

/** The lowest or the highest bit's number, or how many elements there are. */
function indexOf(bits: number, count: number, control: number): number {
  if (bits === 0) return count;
  return 31 - Math.clz32(control & Control.most ? bits : bits & -bits);
}

/** To XMM0: bits as they are, or a mask of elements. */
function storeMask(state: Int32Array, bits: number, count: number, control: number): void {
  state.fill(0, Word.xmm, Word.xmm + 4);
  if (!(control & Control.most)) {
    state[Word.xmm] = bits;
    return;
  }
  const mask = Array.from({ length: count }, (_, n) => -((bits >> n) & 1));
  const buffer = control & Control.words ? Int16Array.from(mask).buffer : Int8Array.from(mask).buffer;
  state.set(new Int32Array(buffer), Word.xmm);
}

/**
 * `source` is a word of the state, or a linear address; `kind` the low two bits of the opcode. Raises #UD, #NM, #PF.
 * The result goes to ECX or XMM0.
 */
export function compareStrings(
  cpu: Cpu,
  destination: number,
  source: number,
  inMemory: number,
  control: number,
  kind: number,
): void {
  const { state, memory } = cpu;
  requireSse(state);
  const word = (n: number) => (inMemory ? memory.load32(source + 4 * n) : state[source + n]!);
  const lengthIn = (register: number) => (kind & Kind.implicit ? undefined : state[register]!);
  const second = withLength(elementsOf([0, 1, 2, 3].map(word), control), lengthIn(Word.edx));
  const first = withLength(elementsOf(state.subarray(destination, destination + 4), control), lengthIn(Word.eax));
  const count = second.values.length;
  const bits = compare(first, second, control);
  if (kind & Kind.index) state[Word.ecx] = indexOf(bits, count, control);
  else storeMask(state, bits, count, control);
  const isShort = ({ length }: Elements, flag: number) => (length < count ? flag : 0);
  const image = isShort(second, Eflags.zf) | isShort(first, Eflags.sf) | (bits & 1 ? Eflags.of : 0);
  const flags = image | (bits ? Eflags.cf : 0);
  state[Word.flagResult] = flagResultOf(flags);
  state[Word.flagCarries] = flagCarriesOf(flags);
}
