// @ts-check
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where this user's downloads and compiled modules are kept: `$XDG_CACHE_HOME/rawiron`, or `~/.cache/rawiron`.
 * @returns {string}
 */
export function cacheDirectory() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rawiron');
}
