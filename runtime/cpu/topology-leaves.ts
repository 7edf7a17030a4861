import { numberBits, type Topology } from './topology.ts';

/** Four registers of CPUID in the order EAX, EBX, ECX, EDX. */
export type Leaf = readonly [eax: number, ebx: number, ecx: number, edx: number];

/** The caches that leaf 2 tells of: data, instructions, both; all have lines of 32 bytes and 4 ways. */
const caches = [
  { type: 1, level: 1, sets: 128 },
  { type: 2, level: 1, sets: 128 },
  { type: 3, level: 2, sets: 4096 },
] as const;
const [LINE_BYTES, WAYS] = [32, 4];
const SELF_INITIALIZING = 1 << 8;

/** Leaf 4: the caches, and how many processors of the package share them (Intel SDM vol. 2, CPUID). Each core has its own. */
export function cacheLeaf({ cores, threads }: Topology, subleaf: number): Leaf {
  const cache = caches[subleaf];
  if (cache === undefined) return [0, 0, 0, 0];
  const sharing = ((largest(threads) - 1) << 14) | ((largest(cores) - 1) << 26);
  const { type, level, sets } = cache;
  return [type | (level << 5) | SELF_INITIALIZING | sharing, (LINE_BYTES - 1) | ((WAYS - 1) << 22), sets - 1, 0];
}

/** Numbers that there is room for with so many bits as tell so many things apart. */
const largest = (things: number): number => 1 << numberBits(things);

/** Leaf 11: how many bits of an APIC's number are for the threads of a core, and for these and the cores of a package. */
export function topologyLeaf({ cores, threads }: Topology, id: number, subleaf: number): Leaf {
  const threadBits = numberBits(threads);
  if (subleaf === 0) return [threadBits, threads, 0x100, id];
  if (subleaf === 1) return [threadBits + numberBits(cores), cores * threads, 0x201, id];
  return [0, 0, subleaf & 0xff, id];
}
