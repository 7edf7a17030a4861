import { checkedInteger, checkNames, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';

/** Where a server listens: a Unix socket, or a TCP port. */
export type ListenAddress =
  | {
      /** Path of the Unix socket. */
      readonly path: string;
    }
  | {
      /** Name or address of this host. */
      readonly host: string;
      /** The TCP port; 0: the system chooses one. */
      readonly port: number;
    };

/** QEMU listens on all addresses if none is named; here only this host's own programs reach what controls a machine. */
export const OWN_HOST = '127.0.0.1';

/**
 * An address of callers without types.
 * @throws ConfigurationError if it is none
 */
export function checkedAddress(address: ListenAddress): ListenAddress {
  checkNames('an address', address, ['path', 'host', 'port']);
  if ('path' in address) return { path: checkedPath(address.path) };
  const { host, port } = address;
  if (typeof host !== 'string' || host === '')
    throw new ConfigurationError(`the host of an address is ${shown(host)}; give its name or IP address, or a path`);
  return { host, port: checkedInteger('the port of an address', port, 0, 65_535) };
}

function checkedPath(path: string): string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
  throw new ConfigurationError(`the path of a Unix socket is ${shown(path)}; give the name of a file`);
}

/** An address as flags have it: `unix:PATH` or `tcp:HOST:PORT`. */
export function placeText(address: ListenAddress): string {
  return 'path' in address ? `unix:${address.path}` : `tcp:${address.host}:${address.port}`;
}

/** A host as it is written before a port: an IPv6 address is in brackets. Undefined: none is there. */
export function hostOf(text: string): string | undefined {
  return text.replace(/^\[(.*)\]$/, '$1') || undefined;
}
