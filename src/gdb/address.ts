import { ConfigurationError } from '../errors.ts';

/** Where a server listens: a Unix socket, or a TCP port. */
export type ListenAddress =
  | {
      /** Of the Unix socket. */
      readonly path: string;
    }
  | {
      /** Name or address of this host. */
      readonly host: string;
      /** The TCP port; 0: the system chooses one. */
      readonly port: number;
    };

/** QEMU listens on all addresses if none is named; here only this host's own programs can attach then. */
const OWN = '127.0.0.1';
/** Of `-s`, and of the monitor's `gdbserver` alone. */
export const usualGdbPlace = 'tcp::1234';

/**
 * The address of a text such as `tcp::1234` or `unix:/tmp/gdb`. That it listens and doesn't wait goes without saying, as in QEMU.
 * @throws ConfigurationError
 */
export function gdbAddress(text: string): ListenAddress {
  const [place = '', ...properties] = text.split(',');
  const [, kind, path = '', host = '', port = ''] = /^(?:(unix):(.+)|tcp:(.*):(\d+))$/s.exec(place) ?? [];
  const isKnown = properties.every((property) => /^(server(=on)?|wait=off|nowait|nodelay(=on)?)$/.test(property));
  if (isKnown && kind !== undefined) return { path };
  if (isKnown && port !== '' && Number(port) < 65_536)
    return { host: host.replace(/^\[(.*)\]$/, '$1') || OWN, port: Number(port) };
  throw new ConfigurationError(`gdb cannot attach at '${text}'; give tcp:HOST:PORT or unix:PATH`);
}
