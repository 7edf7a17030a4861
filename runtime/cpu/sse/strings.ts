/** PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM (Intel SDM vol. 2, 4.1). */
import { Eflags, Word } from '../../../translator/abi/state.ts';
import { flagCarriesOf, flagResultOf } from '../arithmetic.ts';
import type { Cpu } from '../cpu.ts';
import { requireSse } from './mode.ts';

/** Bits of the immediate byte (4.1.2 to 4.1.6). */
const Control = { words: 1 << 0, signed: 1 << 1, negative: 1 << 4, masked: 1 << 5, most: 1 << 6 } as const;
/** Bits of the instruction's number, which are those of its opcode. */
const Kind = { index: 1 << 0, implicit: 1 << 1 } as const;

/** Both strings: four words of the first one, and four of the second. Nothing is allocated: C libraries search strings by these instructions. */
const strings = new Int32Array(8);
const { buffer } = strings;

/** The elements of both strings, those of the second one after all of the first one. */
type Values = Uint8Array | Int8Array | Uint16Array | Int16Array;

/** By signedness and size, as in the immediate byte. */
const views: readonly Values[] = [
  new Uint8Array(buffer),
  new Uint16Array(buffer),
  new Int8Array(buffer),
  new Int16Array(buffer),
];

/** How many of up to `count` elements from `start` on are valid. Explicit lengths are magnitudes of registers; without one a zero ends the string. */
function validOf(values: Values, start: number, count: number, explicit: number | undefined): number {
  if (explicit !== undefined) return Math.min(Math.abs(explicit), count);
  for (let n = 0; n < count; n++) if (values[start + n] === 0) return n;
  return count;
}

/**
 * IntRes1: a bit for each of up to `count` elements of the second string. So many of the first string and of the second are valid;
 * others compare as in table 4-7.
 */
type Aggregation = (values: Values, count: number, first: number, second: number) => number;

const equalAny: Aggregation = (values, count, first, second) => {
  let bits = 0;
  for (let at = 0; at < second; at++) {
    const value = values[count + at];
    for (let n = 0; n < first; n++) {
      if (values[n] !== value) continue;
      bits |= 1 << at;
      break;
    }
  }
  return bits;
};

const ranges: Aggregation = (values, count, first, second) => {
  let bits = 0;
  for (let at = 0; at < second; at++) {
    const value = values[count + at]!;
    for (let n = 0; n + 1 < first; n += 2) {
      if (values[n]! > value || value > values[n + 1]!) continue;
      bits |= 1 << at;
      break;
    }
  }
  return bits;
};

const equalEach: Aggregation = (values, count, first, second) => {
  let bits = 0;
  const both = Math.min(first, second);
  for (let at = 0; at < both; at++) if (values[at] === values[count + at]) bits |= 1 << at;
  for (let at = Math.max(first, second); at < count; at++) bits |= 1 << at;
  return bits;
};

const equalOrdered: Aggregation = (values, count, first, second) => {
  let bits = 0;
  for (let at = 0; at < count; at++) {
    const end = Math.min(first, count - at);
    let n = 0;
    while (n < end && at + n < second && values[n] === values[count + at + n]) n++;
    if (n === end) bits |= 1 << at;
  }
  return bits;
};

const aggregations: readonly Aggregation[] = [equalAny, ranges, equalEach, equalOrdered];

/** IntRes2: bits of IntRes1, of which all, or the valid ones of the second string, may be inverted. */
function inverted(bits: number, count: number, second: number, control: number): number {
  if ((control & Control.negative) === 0) return bits;
  return bits ^ ((1 << (control & Control.masked ? second : count)) - 1);
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
  const width = 128 / count;
  for (let n = 0; n < count; n++)
    if (bits & (1 << n)) state[Word.xmm + ((n * width) >> 5)] |= ((1 << width) - 1) << ((n * width) & 31);
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
  for (let n = 0; n < 4; n++) {
    strings[4 + n] = inMemory ? memory.current.load32(source + 4 * n) : state[source + n]!;
    strings[n] = state[destination + n]!;
  }
  const values = views[control & (Control.words | Control.signed)]!;
  const count = control & Control.words ? 8 : 16;
  const isExplicit = (kind & Kind.implicit) === 0;
  const second = validOf(values, count, count, isExplicit ? state[Word.edx] : undefined);
  const first = validOf(values, 0, count, isExplicit ? state[Word.eax] : undefined);
  const found = aggregations[(control >> 2) & 3]!(values, count, first, second);
  const bits = inverted(found, count, second, control);
  if (kind & Kind.index) state[Word.ecx] = indexOf(bits, count, control);
  else storeMask(state, bits, count, control);
  const lengths = (second < count ? Eflags.zf : 0) | (first < count ? Eflags.sf : 0);
  const flags = lengths | (bits & 1 ? Eflags.of : 0) | (bits ? Eflags.cf : 0);
  state[Word.flagResult] = flagResultOf(flags);
  state[Word.flagCarries] = flagCarriesOf(flags);
}
