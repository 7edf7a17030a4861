import { ConfigurationError } from '../../index.ts';
import type { ListenAddress } from '../../listen-address.ts';

/** Where a socket is, and who waits for whom. */
export interface SocketBackend {
  readonly type: 'socket';
  readonly address: ListenAddress;
  /** It listens; otherwise it connects to somebody who does. */
  readonly isServer: boolean;
  /** The machine doesn't start before somebody has connected. */
  readonly waits: boolean;
  readonly muxed: boolean;
  readonly hasMonitor?: true;
  /** It speaks telnet's protocol. */
  readonly isTelnet?: true;
  /** Seconds after which it tries again to connect; left out: it doesn't. */
  readonly reconnect?: number;
}

/** This terminal. */
export interface StdioBackend {
  readonly type: 'stdio';
  readonly muxed: boolean;
  readonly hasMonitor?: true;
}

/**
 * What a character device of the machine is connected to. `muxed`: several devices may share it, and Ctrl-A gives commands to
 * the emulator; where a terminal is not muxed Ctrl-C ends it. `hasMonitor`: a monitor is one of them.
 */
export type Backend =
  | StdioBackend
  | { readonly type: 'file'; readonly path: string; readonly isAppended?: true }
  /** A named pipe, or a pair of them. */
  | { readonly type: 'pipe'; readonly path: string }
  /** The last so many bytes are kept for the monitor. */
  | { readonly type: 'ringbuf'; readonly size: number }
  | { readonly type: 'null' }
  | SocketBackend
  /** The one that a -chardev with this name gives. */
  | { readonly type: 'chardev'; readonly id: string };

/**
 * What a backend is, if need be by its name.
 * @throws ConfigurationError if nothing has that name
 */
export function namedBackend(backend: Backend, chardevs: Readonly<Record<string, Backend>>): Backend {
  if (backend.type !== 'chardev') return backend;
  if (!Object.hasOwn(chardevs, backend.id)) throw new ConfigurationError(`there is no -chardev with id=${backend.id}`);
  return chardevs[backend.id]!;
}
