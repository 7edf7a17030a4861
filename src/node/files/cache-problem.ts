import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';
import { cacheDirectory } from './cache-directory.mjs';

/**
 * Does something with files of the cache and of the caller.
 * @throws ConfigurationError in the place of an error of the system, such as a full disk: it names the cache, or the file
 */
export async function inCache<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw isOfFile(error) ? new ConfigurationError(await told(error)) : error;
  }
}

/** Whether the system says it, and of a file: errors of open files name no path, as those of connections. */
function isOfFile(error: unknown): error is NodeJS.ErrnoException {
  const { errno, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return typeof errno === 'number' && (path !== undefined || syscall === 'write' || syscall === 'read');
}

async function told(error: NodeJS.ErrnoException): Promise<string> {
  const cache = cacheDirectory();
  // An error of a file that is open names no path; only those of the cache are written to.
  if (error.path !== undefined && !error.path.startsWith(cache)) return `${error.path}: ${systemMessage(error)}`;
  return `the cache ${cache} cannot be used: ${systemMessage(await cause(error))}; XDG_CACHE_HOME gives it another place`;
}

/** Node says of a folder that cannot be made in a read-only one that there is no such folder (mkdir with `recursive`). */
async function cause(error: NodeJS.ErrnoException): Promise<unknown> {
  if (error.syscall !== 'mkdir' || error.code !== 'ENOENT' || error.path === undefined) return error;
  let folder = dirname(error.path);
  while (folder !== dirname(folder) && !(await can(folder, constants.F_OK))) folder = dirname(folder);
  return await access(folder, constants.W_OK).then(
    () => error,
    (denied: unknown) => denied,
  );
}

const can = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
