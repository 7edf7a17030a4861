/** The part of node:ffi that is used (Node 26.1; experimental). */
interface ForeignModule {
  dlopen(path: null, functions: object): { readonly functions: object };
  getRawPointer(bytes: Uint8Array): bigint;
}

type ForeignType = 'pointer' | 'u64' | 'i32';

/** Types of a function's arguments and of what it returns. */
export interface ForeignSignature {
  readonly arguments: readonly ForeignType[];
  readonly return: ForeignType;
}

/** Functions of the C library. */
export interface ForeignFunctions<Functions> {
  readonly functions: Functions;
  addressOf(bytes: Uint8Array): bigint;
}

/**
 * Functions that the process has of its C library, on Linux; undefined where Node has no node:ffi, --permission or --no-experimental-ffi forbid it,
 * or this library has no such function.
 */
export function foreignFunctions<Functions>(
  signatures: Readonly<Record<keyof Functions, ForeignSignature>>,
): ForeignFunctions<Functions> | undefined {
  if (process.platform !== 'linux') return undefined;
  const { emitWarning } = process;
  // It says that node:ffi is experimental: a user can do nothing about that.
  process.emitWarning = () => {};
  try {
    const ffi = process.getBuiltinModule('node:ffi' as 'node:fs') as unknown as ForeignModule;
    const { functions } = ffi.dlopen(null, signatures);
    return { functions: functions as Functions, addressOf: (bytes) => ffi.getRawPointer(bytes) };
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
