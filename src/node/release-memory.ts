/** What of node:ffi is used (Node 26.1; experimental). */
interface ForeignFunctions {
  dlopen(path: null, functions: object): { readonly functions: { readonly madvise: Madvise; getpagesize(): number } };
  getRawPointer(bytes: Uint8Array): bigint;
}

/** madvise(2): 0, or -1. */
type Madvise = (address: bigint, length: bigint, advice: number) => number;

const MADVISE = { arguments: ['pointer', 'u64', 'i32'], return: 'i32' } as const;
const GETPAGESIZE = { arguments: [], return: 'i32' } as const;
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
  const { emitWarning } = process;
  // It says that node:ffi is experimental: a user can do nothing about that.
  process.emitWarning = () => {};
  try {
    return process.platform === 'linux' ? withMadvise() : () => false;
  } catch {
    // This Node has no node:ffi, or must not use it.
    return () => false;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function withMadvise(): typeof releaseMemory {
  const ffi = process.getBuiltinModule('node:ffi' as 'node:fs') as unknown as ForeignFunctions;
  const { madvise, getpagesize } = ffi.dlopen(null, { madvise: MADVISE, getpagesize: GETPAGESIZE }).functions;
  if (getpagesize() !== PAGE) return () => false;
  return (bytes) => madvise(ffi.getRawPointer(bytes), BigInt(bytes.length), MADV_DONTNEED) === 0;
}
