import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { cacheDirectory } from './assets/cache.ts';

/**
 * Keeps the compiled modules of this thread that are loaded from now on for the next time: without it most of the time
 * to start goes into them.
 */
export function keepCompiledCode(): void {
  enableCompileCache(codeCache());
}

/** Where compiled modules are kept. */
export function codeCache(): string {
  return join(cacheDirectory(), 'code');
}

/** Writes what has been compiled, for a thread that will be ended from outside. */
export const writeCompiledCode: () => void = flushCompileCache;
