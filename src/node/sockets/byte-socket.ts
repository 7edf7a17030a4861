import type { Duplex } from 'node:stream';

/** A connection as servers here use it: a socket of the host, or a WebSocket that carries bytes. */
export interface ByteSocket extends Duplex {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  /**
   * Whether the other end has said that it ends. Undefined: it has no word for that, as with TCP, where the host closes the connection of
   * a process that has ended.
   */
  readonly hasSaidGoodbye?: boolean;
  setNoDelay(): unknown;
  setKeepAlive(isOn: boolean, milliseconds: number): unknown;
  unref(): unknown;
}
