import { ConfigurationError } from '../../index.ts';
import { parseProperties, parseSwitch } from '../properties.ts';

/** Where a socket is, and who waits for whom. */
export interface SocketBackend {
  readonly type: 'socket';
  readonly address: { readonly path: string } | { readonly host: string; readonly port: number };
  /** It listens; otherwise it connects to somebody who does. */
  readonly isServer: boolean;
  /** The machine doesn't start before somebody has connected. */
  readonly waits: boolean;
  readonly muxed: boolean;
  readonly hasMonitor?: true;
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
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'null' }
  | SocketBackend
  /** The one that a -chardev with this name gives. */
  | { readonly type: 'chardev'; readonly id: string };

const NAMES = 'stdio, mon:stdio, unix:PATH, tcp:HOST:PORT, file:PATH, chardev:ID, null';

/**
 * The backend of a text such as `mon:stdio` or `unix:/tmp/com1,server,nowait`, as QEMU has them.
 * @throws ConfigurationError
 */
export function parseBackend(text: string): Backend {
  if (text.startsWith('mon:')) return { ...muxed(parseBackend(text.slice('mon:'.length)), text), hasMonitor: true };
  const [, kind = '', rest = ''] = /^(\w+):(.+)$/s.exec(text) ?? [];
  if (text === 'stdio') return { type: 'stdio', muxed: false };
  if (text === 'null' || text === 'none' || text === '/dev/null') return { type: 'null' };
  if (kind === 'chardev') return { type: 'chardev', id: rest };
  if (kind === 'file') return { type: 'file', path: rest };
  if (kind === 'unix') return parseSocket(rest, (path) => ({ path }));
  if (kind === 'tcp') return parseSocket(rest, hostAndPort);
  throw new ConfigurationError(`'${text}' is not supported; it is one of ${NAMES}`);
}

function muxed(backend: Backend, text: string): StdioBackend | SocketBackend {
  if (backend.type === 'stdio' || backend.type === 'socket') return { ...backend, muxed: true };
  throw new ConfigurationError(`'${text}' is not supported; what devices can share is stdio and sockets`);
}

function parseSocket(text: string, addressOf: (place: string) => SocketBackend['address']): SocketBackend {
  const { place, server, wait, nowait } = parseProperties(text, 'place', ['server', 'wait', 'nowait', 'nodelay']);
  const isServer = isOn('server', server);
  const waits = isServer && nowait === undefined && isOn('wait', wait ?? 'on');
  return { type: 'socket', address: addressOf(place), isServer, waits, muxed: false };
}

/** `server` alone is QEMU's older way to say `server=on`; a property without a "=" is given as its own name. */
function isOn(name: string, value = 'off'): boolean {
  return value === name || parseSwitch(name, value);
}

function hostAndPort(text: string): { host: string; port: number } {
  const [, host, port] = /^(.*):(\d+)$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new ConfigurationError(`'${text}' is no address; give tcp:HOST:PORT`);
  return { host: host.replace(/^\[(.*)\]$/, '$1') || '0.0.0.0', port: Number(port) };
}

/**
 * The named backend of a `-chardev`.
 * @throws ConfigurationError
 */
export function parseChardev(text: string): Record<string, Backend> {
  const known = ['id', 'path', 'host', 'port', 'server', 'wait', 'nodelay', 'mux', 'signal'];
  const { backend: kind, id, mux = 'off', ...properties } = parseProperties(text, 'backend', known);
  if (!id) throw new ConfigurationError(`'${text}' has no name; give id=ID`);
  const backend = namedKind(kind, properties, text);
  return { [id]: parseSwitch('mux', mux) ? muxed(backend, text) : backend };
}

function namedKind(kind: string, properties: Readonly<Record<string, string>>, text: string): Backend {
  const { path, host = '', port, server, wait } = properties;
  if (kind === 'socket' && (path !== undefined) !== (port !== undefined)) {
    const place = path === undefined ? `tcp:${host}:${port}` : `unix:${path.replaceAll(',', ',,')}`;
    return parseBackend(`${place},server=${server ?? 'off'},wait=${wait ?? 'on'}`);
  }
  if (kind === 'file' && path !== undefined) return { type: 'file', path };
  if ((kind === 'stdio' || kind === 'null') && path === undefined) return parseBackend(kind);
  throw new ConfigurationError(
    `'${text}' is not supported; give stdio, null, file,path=FILE, socket,path=FILE or socket,host=HOST,port=N`,
  );
}

/**
 * What a backend is, if need be by its name.
 * @throws ConfigurationError if nothing has that name
 */
export function namedBackend(backend: Backend, chardevs: Readonly<Record<string, Backend>>): Backend {
  if (backend.type !== 'chardev') return backend;
  if (!Object.hasOwn(chardevs, backend.id)) throw new ConfigurationError(`there is no -chardev with id=${backend.id}`);
  return chardevs[backend.id]!;
}
