import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../util/errors.ts';
import { runtimeFolder } from '../process/runtime-folder.ts';

/** Where a machine listens for inspectors: a Unix socket, or a TCP port of this host's own (127.0.0.1). */
export type InspectorAddress = { readonly path: string } | { readonly port: number; readonly host: '127.0.0.1' };

const ENDING = '.sock';

/** A socket by the number of this process. */
export function ownAddress(): InspectorAddress {
  return { path: join(runtimeFolder(), `${process.pid}${ENDING}`) };
}

/** Parses PATH or PORT. Throws ConfigurationError if it is neither. */
export function addressOf(text: string): InspectorAddress {
  if (text === '') throw new ConfigurationError('a PATH or PORT is empty');
  if (!/^\d+$/.test(text)) return { path: text };
  const port = Number(text);
  if (port > 65535) throw new ConfigurationError(`${text} is no TCP port; give a number up to 65535, or a path`);
  return { port, host: '127.0.0.1' };
}

/** Sockets in the place where machines listen that were not told another. */
export function knownSockets(): InspectorAddress[] {
  const folder = runtimeFolder();
  const names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  return names.map((name) => ({ path: join(folder, name) }));
}

export function addressText(address: InspectorAddress): string {
  return 'path' in address ? address.path : `port ${address.port}`;
}
