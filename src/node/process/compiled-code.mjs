// @ts-check
/**
 * What is kept of compiled modules. Plain JavaScript, as are the first modules of threads: what is loaded before the cache is on
 * is compiled anew each time, and if it has types Node first loads what strips them.
 */
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { cacheDirectory } from '../files/cache-directory.mjs';

const { compileCacheStatus } = module.constants;

/**
 * Keeps the compiled modules of this thread that are loaded from now on for the next time: without it most of the time
 * to start goes into them. With NODE_DISABLE_COMPILE_CACHE set Node keeps nothing.
 * @returns whether they are kept
 */
export function keepCompiledCode() {
  removeOldCode(codeCache());
  const { status } = module.enableCompileCache(codeCache());
  return status === compileCacheStatus.ENABLED || status === compileCacheStatus.ALREADY_ENABLED;
}

/**
 * Where compiled modules are kept.
 * @returns {string}
 */
export function codeCache() {
  return join(cacheDirectory(), 'code');
}

/** Writes what has been compiled, for a thread that will be ended from outside. */
export const writeCompiledCode = module.flushCompileCache;

const DAY = 24 * 3600_000;
const OLD = 30 * DAY;
/** Its time tells when old code was last looked for. */
const STAMP = 'looked-through';

/**
 * Removes what was compiled more than 30 days ago, of sources and versions of Node that may be long gone; what is still
 * used is compiled once more. It looks once a day. A folder that isn't there, or cannot be read or changed,
 * stays as it is.
 * @param {string} folder
 * @param {number} now milliseconds since 1970
 */
export function removeOldCode(folder, now = Date.now()) {
  const stamp = join(folder, STAMP);
  try {
    if (now - changed(stamp) < DAY) return;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && now - changed(path) > OLD) rmSync(path, { force: true });
    }
    writeFileSync(stamp, '');
  } catch {
    // The cache only saves time.
  }
}

/**
 * When a file was written, in milliseconds since 1970; 0 if there is none.
 * @param {string} path
 */
function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
