import { mkdirSync, readdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../errors.ts';

/** Where a machine listens for inspectors: a Unix socket, or a TCP port of this host's own (127.0.0.1). */
export type InspectorAddress = { readonly path: string } | { readonly port: number; readonly host: '127.0.0.1' };

const ENDING = '.sock';

/** Only this user's: who can connect sees all of the guest's memory. */
function socketFolder(): string {
  const folder = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `rawiron-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** What PATH or PORT means; nothing: a socket by the number of this process. */
export function addressOf(text: string | undefined): InspectorAddress {
  if (text === undefined || text === '') return { path: join(socketFolder(), `${process.pid}${ENDING}`) };
  if (!/^\d+$/.test(text)) return { path: text };
  const port = Number(text);
  if (port > 65535) throw new ConfigurationError(`${text} is no TCP port`);
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
