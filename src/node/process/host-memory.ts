import type { HostMemory } from '../../../runtime/host/memory.ts';
import { foreignFunctions } from './foreign-functions.ts';

interface MemoryFunctions {
  /** madvise(2): 0, or -1. */
  madvise(address: bigint, length: bigint, advice: number): number;
  getpagesize(): number;
}

/** Bytes of a guest's page. Where the host's are larger, a length is rounded up to them: pages beside would be lost. */
const PAGE = 4096;
/**
 * Advice of madvise(2) on Linux. Pages of private memory that are not needed are zeros when they are next touched; other systems have other
 * meanings. Mergeable pages are compared if the kernel's same-page merging runs (/sys/kernel/mm/ksm/run).
 */
const Advice = { dontNeed: 4, mergeable: 12 } as const;

/**
 * The system's functions for whole pages of memory. JavaScript has no way to do this with parts of a buffer, so the system is called: by Node 26.1
 * and later on Linux with pages of 4 KB, unless --permission or --no-experimental-ffi forbid it.
 */
export const hostMemory: HostMemory = {
  release: (bytes) => advise(bytes, Advice.dontNeed),
  merge: (bytes) => advise(bytes, Advice.mergeable),
};

type Advise = (bytes: Uint8Array, advice: number) => boolean;

const advise: Advise = (bytes, advice) => {
  opened ??= openAdvise();
  return opened(bytes, advice);
};

let opened: Advise | undefined;

function openAdvise(): Advise {
  const foreign = foreignFunctions<MemoryFunctions>({
    madvise: { arguments: ['pointer', 'u64', 'i32'], return: 'i32' },
    getpagesize: { arguments: [], return: 'i32' },
  });
  if (!foreign) return () => false;
  const { functions, addressOf } = foreign;
  if (functions.getpagesize() !== PAGE) return () => false;
  return (bytes, advice) => functions.madvise(addressOf(bytes), BigInt(bytes.length), advice) === 0;
}
