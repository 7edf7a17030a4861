import { Word } from '../../translator/abi/state.ts';
import { PHYSICAL_BITS } from '../memory/paging.ts';
import type { Cpu } from './cpu.ts';
import type { CpuFeature, CpuModel } from './model.ts';

const EXTENDED = 0x80000000;

/** Four registers in the order EAX, EBX, ECX, EDX. */
type Leaf = readonly [eax: number, ebx: number, ecx: number, edx: number];
const none: Leaf = [0, 0, 0, 0];

/** Bits of one register of a leaf (Intel SDM vol. 2, CPUID, tables 3-8, 3-10 and 3-11), by number. */
interface FeatureWord {
  readonly leaf: number;
  /** Index in Leaf. */
  readonly register: 2 | 3;
  readonly bits: Readonly<Partial<Record<CpuFeature, number>>>;
}

const featureWords: readonly FeatureWord[] = [
  {
    leaf: 1,
    register: 3,
    bits: {
      ...{ fpu: 0, de: 2, pse: 3, tsc: 4, msr: 5, pae: 6, cx8: 8, sep: 11, pge: 13, cmov: 15, pse36: 17 },
      ...{ mmx: 23, fxsr: 24, sse: 25, sse2: 26 },
    },
  },
  { leaf: EXTENDED + 1, register: 3, bits: { nx: 20 } },
];

const LAST_LEAF = 2;
const LAST_EXTENDED_LEAF = 0x80000008;
const FIRST_BRAND_LEAF = 0x80000002;
const LAST_BRAND_LEAF = 0x80000004;
const LINEAR_BITS = 32;

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
  if (number > EXTENDED) return extendedLeaf(model, number);
  if (number === EXTENDED) return [LAST_EXTENDED_LEAF | 0, 0, 0, 0];
  if (number === 0) {
    return [LAST_LEAF, characters(model.vendor, 0), characters(model.vendor, 8), characters(model.vendor, 4)];
  }
  if (number === 1) return [model.signature, 0, features(model, 1, 2), features(model, 1, 3)];
  return caches;
}

function extendedLeaf(model: CpuModel, number: number): Leaf {
  if (number > LAST_EXTENDED_LEAF) return caches;
  if (number >= FIRST_BRAND_LEAF && number <= LAST_BRAND_LEAF) return brand(model, (number - FIRST_BRAND_LEAF) * 16);
  if (number === LAST_EXTENDED_LEAF) return [PHYSICAL_BITS | (LINEAR_BITS << 8), 0, 0, 0];
  return number === EXTENDED + 1 ? [0, 0, features(model, number, 2), features(model, number, 3)] : none;
}

function features(model: CpuModel, leafNumber: number, register: number): number {
  let word = 0;
  for (const { leaf, register: r, bits } of featureWords) {
    if (leaf !== leafNumber || r !== register) continue;
    for (const [feature, bit] of Object.entries(bits)) {
      if (model.features.has(feature as CpuFeature)) word |= 1 << bit;
    }
  }
  return word;
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
