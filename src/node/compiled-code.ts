import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { cacheDirectory } from './assets/cache.ts';

/**
 * Has V8 make plain machine code of each function before it first runs, instead of interpreting it for a while. What a
 * machine runs is made while it runs, and most of it runs often. Holds for the whole process; called before anything is
 * loaded, as compiled modules are kept by V8's flags.
 */
export function compileBeforeRunning(): void {
  setFlagsFromString('--always-sparkplug');
}

/**
 * Keeps the compiled modules of this thread that are loaded from now on for the next time: without it most of the time
 * to start goes into them.
 */
export function keepCompiledCode(): void {
  enableCompileCache(join(cacheDirectory(), 'code'));
}

/** Writes what has been compiled, for a thread that will be ended from outside. */
export const writeCompiledCode: () => void = flushCompileCache;
