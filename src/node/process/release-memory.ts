import { foreignFunctions } from './foreign-functions.ts';

interface MemoryFunctions {
  /** madvise(2): 0, or -1. */
  madvise(address: bigint, length: bigint, advice: number): number;
  getpagesize(): number;
}

/** Bytes of a guest's page. Where the host's are larger, a length is rounded up to them: pages beside would be lost. */
const PAGE = 4096;
/** On Linux, pages of private memory are zeros when they are next touched. Other systems have other meanings. */
const MADV_DONTNEED = 4;

/**
 * Gives whole pages back to the system, which are zeros afterwards; false where it can't be done. JavaScript has no way to do this
 * with parts of a buffer, so the system is called: by Node 26.1 and later on Linux with pages of 4 KB, unless --permission or --no-experimental-ffi
 * forbid it.
 */
export function releaseMemory(bytes: Uint8Array): boolean {
  release ??= openRelease();
  return release(bytes);
}

let release: typeof releaseMemory | undefined;

function openRelease(): typeof releaseMemory {
  const foreign = foreignFunctions<MemoryFunctions>({
    madvise: { arguments: ['pointer', 'u64', 'i32'], return: 'i32' },
    getpagesize: { arguments: [], return: 'i32' },
  });
  if (!foreign) return () => false;
  const { functions, addressOf } = foreign;
  if (functions.getpagesize() !== PAGE) return () => false;
  return (bytes) => functions.madvise(addressOf(bytes), BigInt(bytes.length), MADV_DONTNEED) === 0;
}
