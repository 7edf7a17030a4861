// @ts-check
import { devNull, homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where this user's downloads and compiled modules are kept: `$XDG_CACHE_HOME/rawiron`, or `~/.cache/rawiron`.
 * @returns {string}
 */
export function cacheDirectory() {
  return join(process.env.XDG_CACHE_HOME || join(home(), '.cache'), 'rawiron');
}

/** A user whom the host doesn't know has none, unless HOME names one: nothing can be kept then, and nothing is read from a place of others. */
function home() {
  try {
    return homedir();
  } catch {
    return devNull;
  }
}
