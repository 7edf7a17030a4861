import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import { systemMessage } from '../system-message.ts';

/** Where a machine listens for inspectors: a Unix socket, or a TCP port of this host's own (127.0.0.1). */
export type InspectorAddress = { readonly path: string } | { readonly port: number; readonly host: '127.0.0.1' };

const ENDING = '.sock';

/** Only this user's: who can connect sees all of the guest's memory. Throws ConfigurationError if there can be none. */
function socketFolder(): string {
  const { uid } = userInfo();
  const folder = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `rawiron-${uid}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new ConfigurationError(`there is no place for the inspector's socket: ${folder}: ${systemMessage(error)}`);
  }
  const { uid: owner, mode } = statSync(folder);
  if (owner !== uid || (mode & 0o077) !== 0)
    throw new ConfigurationError(`${folder} is open to others; give PATH or PORT of the inspector's socket`);
  return folder;
}

/** A socket by the number of this process. */
export function ownAddress(): InspectorAddress {
  return { path: join(socketFolder(), `${process.pid}${ENDING}`) };
}

/** What PATH or PORT means. Throws ConfigurationError if it is neither. */
export function addressOf(text: string): InspectorAddress {
  if (text === '') throw new ConfigurationError('a PATH or PORT is empty');
  if (!/^\d+$/.test(text)) return { path: text };
  const port = Number(text);
  if (port > 65535) throw new ConfigurationError(`${text} is no TCP port; give a number up to 65535, or a path`);
  return { port, host: '127.0.0.1' };
}

/** Sockets in the place where machines listen that were not told another. */
export function knownSockets(): InspectorAddress[] {
  const folder = socketFolder();
  const names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  return names.map((name) => ({ path: join(folder, name) }));
}

export function addressText(address: InspectorAddress): string {
  return 'path' in address ? address.path : `port ${address.port}`;
}
