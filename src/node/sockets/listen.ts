import { chmodSync, existsSync, lstatSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, type Server } from 'node:net';
import { dirname, isAbsolute } from 'node:path';
import { checkedAddress, type ListenAddress, placeText } from '../../options/listen-address.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';

/** Unix sockets of servers that listen: they are removed when the program ends. */
const sockets = new Set<string>();
const removeSockets = (): void => sockets.forEach(removeSocket);

/** Connections that a server keeps which speaks with one client at a time: the others wait. */
export const MOST_CLIENTS = 16;

/** A server that listens. */
export interface Listening {
  /** With the port that the system chose, where 0 was given. */
  readonly address: ListenAddress;
  /** Takes no more clients, and removes the Unix socket. Those that there are stay. */
  stop(): void;
}

/** It cannot listen at a place as somebody else does. */
export class AddressInUse extends ConfigurationError {}

/**
 * Has a server listen. It does not keep the program alive, and a Unix socket is for this user only.
 * @throws AddressInUse if somebody listens there
 * @throws ConfigurationError if it cannot listen there for another reason
 */
export async function listen(server: Server, given: ListenAddress): Promise<Listening> {
  const wanted = checkedAddress(given);
  checkFolder(wanted);
  await removeStale(wanted);
  await begin(server, wanted);
  // A client that can't be let in is its own trouble, not the machine's.
  server.on('error', () => {});
  server.unref();
  if ('path' in wanted) keepUntilExit(wanted.path);
  const address = 'path' in wanted ? wanted : { ...wanted, port: (server.address() as AddressInfo).port };
  return { address, stop: () => stop(server, address) };
}

/**
 * An address for Node's functions: they take a path that is a number, such as 80, 1e3 or a space, for a port.
 * @throws ConfigurationError if it is none
 */
export function nodeAddress(address: ListenAddress): ListenAddress {
  const checked = checkedAddress(address);
  return 'path' in checked && !isAbsolute(checked.path) ? { path: `./${checked.path}` } : checked;
}

/** The system's own word for a folder that doesn't exist would be "permission denied". */
function checkFolder(address: ListenAddress): void {
  if (!('path' in address) || existsSync(dirname(address.path))) return;
  throw new ConfigurationError(`cannot listen at ${placeText(address)}: there is no folder ${dirname(address.path)}`);
}

function begin(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const Kind = error.code === 'EADDRINUSE' ? AddressInUse : ConfigurationError;
      reject(new Kind(`cannot listen at ${placeText(address)}: ${systemMessage(error)}`));
    });
    server.listen(nodeAddress(address), resolve);
    // At once: nobody else is to connect before.
    if ('path' in address && server.listening) chmodSync(address.path, 0o600);
  });
}

function stop(server: Server, address: ListenAddress): void {
  server.close();
  if ('path' in address) removeSocket(address.path);
}

function keepUntilExit(path: string): void {
  if (sockets.size === 0) process.on('exit', removeSockets);
  sockets.add(path);
}

function removeSocket(path: string): void {
  if (!sockets.delete(path)) return;
  rmSync(path, { force: true });
  if (sockets.size === 0) process.off('exit', removeSockets);
}

/** Removes the socket of a program that ended without doing so: nobody answers there. */
export async function removeStale(address: ListenAddress): Promise<void> {
  if (!('path' in address) || !lstatSync(address.path, { throwIfNoEntry: false })?.isSocket()) return;
  const code = await new Promise<string>((resolve) => {
    const probe = connect(nodeAddress(address), () => {
      probe.destroy();
      resolve('');
    });
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
  if (code === 'ECONNREFUSED') rmSync(address.path, { force: true });
}
