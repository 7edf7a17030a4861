import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from './system-message.ts';

/**
 * The folder for what lasts as long as a machine runs. It is only this user's: who can connect to a socket there sees all of the
 * guest's memory.
 * @throws ConfigurationError if there can be none
 */
export function runtimeFolder(): string {
  // A host need not know its users: those of containers are mere numbers.
  const uid = process.geteuid?.() ?? userInfo().uid;
  const folder = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `rawiron-${uid}`);
  const { isDirectory, owner, mode } = made(folder);
  if (!isDirectory || owner !== uid || (mode & 0o077) !== 0)
    throw new ConfigurationError(`${folder} is open to others; give PATH or PORT of a socket, or remove that folder`);
  return folder;
}

/**
 * Makes a folder if there is nothing at its path, and returns what is there. Links are not followed, since somebody else may have
 * put them there.
 */
function made(folder: string) {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new ConfigurationError(`there is no place for sockets of machines: ${folder}: ${systemMessage(error)}`);
  }
  const stat = lstatSync(folder);
  return { isDirectory: stat.isDirectory(), owner: stat.uid, mode: stat.mode };
}
