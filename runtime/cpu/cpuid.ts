import { Word } from '../../translator/abi/state.ts';
import type { Cpu } from './cpu.ts';
import type { CpuFeature, CpuModel } from './model.ts';

/** Bits of EDX of leaf 1 (Intel SDM vol. 2, CPUID, table 3-11). */
const featureBits: Readonly<Record<CpuFeature, number>> = {
  base: 0,
  fpu: 1 << 0,
  pse: 1 << 3,
  tsc: 1 << 4,
  msr: 1 << 5,
  cx8: 1 << 8,
  sep: 1 << 11,
  pge: 1 << 13,
  cmov: 1 << 15,
  mmx: 1 << 23,
  fxsr: 1 << 24,
  sse: 1 << 25,
  sse2: 1 << 26,
};

const LAST_LEAF = 2;
const EXTENDED = 0x80000000;
const LAST_EXTENDED_LEAF = 0x80000004;
const FIRST_BRAND_LEAF = 0x80000002;

/** Four registers in the order EAX, EBX, ECX, EDX. */
type Leaf = readonly [eax: number, ebx: number, ecx: number, edx: number];

/** Leaf 2: TLBs of 4 KB and 4 MB pages, caches of a Pentium II (Intel SDM vol. 2, table 3-12). */
const caches: Leaf = [0x03020101, 0, 0, 0x0c040843];

/** CPUID: the leaf is in EAX; the answer in EAX, EBX, ECX and EDX. */
export function identify(cpu: Cpu): void {
  const { state } = cpu;
  const [eax, ebx, ecx, edx] = leaf(cpu.model, state[Word.eax] >>> 0);
  state[Word.eax] = eax;
  state[Word.ebx] = ebx;
  state[Word.ecx] = ecx;
  state[Word.edx] = edx;
}

/** A leaf beyond the last one reads as the last basic one does. */
function leaf(model: CpuModel, number: number): Leaf {
  if (number === 0) {
    return [LAST_LEAF, characters(model.vendor, 0), characters(model.vendor, 8), characters(model.vendor, 4)];
  }
  if (number === 1) return [model.signature, 0, 0, features(model)];
  if (number === EXTENDED) return [LAST_EXTENDED_LEAF, 0, 0, 0];
  if (number === EXTENDED + 1) return [0, 0, 0, 0];
  if (number >= FIRST_BRAND_LEAF && number <= LAST_EXTENDED_LEAF) return brand(model, (number - FIRST_BRAND_LEAF) * 16);
  return caches;
}

function features(model: CpuModel): number {
  let bits = 0;
  for (const feature of model.features) bits |= featureBits[feature];
  return bits;
}

/** 16 characters of the brand string. */
function brand(model: CpuModel, from: number): Leaf {
  const { brand: text } = model;
  return [characters(text, from), characters(text, from + 4), characters(text, from + 8), characters(text, from + 12)];
}

/** Four characters as a little-endian word; 0 behind the end. */
function characters(text: string, from: number): number {
  let word = 0;
  for (let n = 0; n < 4; n++) if (from + n < text.length) word |= text.charCodeAt(from + n) << (8 * n);
  return word;
}
