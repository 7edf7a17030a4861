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

/** QEMU listens on all addresses if none is named; here only this host's own programs reach what controls a machine. */
export const OWN_HOST = '127.0.0.1';

/** An address as flags have it: `unix:PATH` or `tcp:HOST:PORT`. */
export function placeText(address: ListenAddress): string {
  return 'path' in address ? `unix:${address.path}` : `tcp:${address.host}:${address.port}`;
}

/** A host as it is written before a port: an IPv6 address is in brackets. Undefined: none is there. */
export function hostOf(text: string): string | undefined {
  return text.replace(/^\[(.*)\]$/, '$1') || undefined;
}
