import { ConfigurationError } from '../../index.ts';
import type { ListenAddress } from '../../options/listen-address.ts';

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

/** Datagrams that go to one place, and come from it. */
export interface DatagramBackend {
  readonly type: 'udp';
  readonly remote: DatagramPlace;
  /** Where they come to; port 0: the system chooses one. */
  readonly local: DatagramPlace;
  readonly muxed: boolean;
  readonly hasMonitor?: true;
}

interface DatagramPlace {
  /** '': what there is. */
  readonly host: string;
  readonly port: number;
}

/** A file that is written from its beginning, or after what it has. */
export interface OutputFile {
  readonly path: string;
  readonly isAppended?: true;
}

/** This terminal. */
export interface StdioBackend {
  readonly type: 'stdio';
  readonly muxed: boolean;
  readonly hasMonitor?: true;
}

/**
 * The backend of a character device. `muxed`: several devices may share it, and Ctrl-A gives commands to the emulator; where a
 * terminal is not muxed Ctrl-C ends it. `hasMonitor`: a monitor is one of them.
 */
export type Backend = Place & {
  /** A file that gets a copy of all that the device sends, even where nobody takes it. */
  readonly log?: OutputFile;
};

/** A backend that several devices may share. */
export type SharedPlace = StdioBackend | SocketBackend | DatagramBackend;

type Place =
  | SharedPlace
  | ({ readonly type: 'file' } & OutputFile)
  /** A named pipe, or a pair of them. */
  | { readonly type: 'pipe'; readonly path: string }
  /** The last so many bytes are kept for the monitor. */
  | { readonly type: 'ringbuf'; readonly size: number }
  | { readonly type: 'null' }
  /** The one that a -chardev with this name gives. */
  | { readonly type: 'chardev'; readonly id: string };

/**
 * Resolves a backend that may be given by its name.
 * @throws ConfigurationError if nothing has that name
 */
export function namedBackend(backend: Backend, chardevs: Readonly<Record<string, Backend>>): Backend {
  if (backend.type !== 'chardev') return backend;
  if (!Object.hasOwn(chardevs, backend.id)) throw new ConfigurationError(`there is no -chardev with id=${backend.id}`);
  return chardevs[backend.id]!;
}
