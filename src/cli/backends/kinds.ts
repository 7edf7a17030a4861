import { ConfigurationError } from '../../index.ts';
import { hostOf } from '../../options/listen-address.ts';
import { parseInteger, parseSwitch } from '../properties.ts';
import type { Backend, SocketBackend } from './backend.ts';

type Properties = Readonly<Record<string, string>>;

/** A kind of backends, by its name for -chardev. */
interface Kind {
  /** How it is written. */
  readonly usage: string;
  /** The properties that it may have. */
  readonly properties: readonly string[];
  /** Null: a property is missing. */
  make(properties: Properties): Backend | null;
}

const USUAL_RING = 65_536;

const socket: Kind = {
  usage:
    'socket,path=PATH or socket,host=HOST,port=N[,server=on][,wait=off][,telnet=on][,nodelay=on][,reconnect=SECONDS]',
  properties: ['path', 'host', 'port', 'server', 'wait', 'nowait', 'nodelay', 'telnet', 'reconnect'],
  make: (properties) => {
    const { path, host = '', port } = properties;
    if ((path === undefined) === (port === undefined)) return null;
    const address = path === undefined ? { host: hostOf(host) ?? '0.0.0.0', port: portOf(port!) } : { path };
    return { type: 'socket', address, ...rolesOf(properties), muxed: false };
  },
};

/** Kinds of backends, by their names for -chardev. */
export const kinds: Readonly<Record<string, Kind>> = {
  null: { usage: 'null', properties: [], make: () => ({ type: 'null' }) },
  stdio: { usage: 'stdio', properties: ['signal'], make: () => ({ type: 'stdio', muxed: false }) },
  file: {
    usage: 'file,path=FILE[,append=on]',
    properties: ['path', 'append'],
    make: ({ path, append }) =>
      path === undefined ? null : { type: 'file', path, ...(isOn('append', append) && { isAppended: true }) },
  },
  pipe: {
    usage: 'pipe,path=PATH',
    properties: ['path'],
    make: ({ path }) => (path === undefined ? null : { type: 'pipe', path }),
  },
  ringbuf: {
    usage: 'ringbuf[,size=BYTES]',
    properties: ['size'],
    make: ({ size }) => ({ type: 'ringbuf', size: size === undefined ? USUAL_RING : ringSize(size) }),
  },
  // QEMU's window has consoles beside the screen; where there is no window nobody sees what comes to them.
  vc: {
    usage: 'vc',
    properties: ['width', 'height', 'cols', 'rows'],
    make: () => ({ type: 'null' }),
  },
  socket,
  udp: {
    usage: 'udp[,host=HOST],port=N[,localaddr=HOST][,localport=N]',
    properties: ['host', 'port', 'localaddr', 'localport'],
    make: ({ host = '', port, localaddr = '', localport = '0' }) => {
      if (port === undefined) return null;
      const remote = { host: hostOf(host) ?? '', port: portOf(port, 'UDP') };
      const local = { host: hostOf(localaddr) ?? '', port: portOf(localport, 'UDP') };
      return { type: 'udp', remote, local, muxed: false };
    },
  },
};

/** Kinds of QEMU's that cannot be had, with what to give instead. */
export const missingKinds: Readonly<Record<string, string>> = {
  pty: 'Node opens no terminals of its own; give unix:PATH,server=on,wait=off, and socat PTY,link=TERMINAL UNIX:PATH makes one of it',
};

/** Properties that each kind may have. */
export const commonProperties = ['logfile', 'logappend'] as const;

/** A backend of a kind. Null: a property is missing. */
export function makeBackend(kind: Kind, { logfile, logappend, ...properties }: Properties): Backend | null {
  const made = kind.make(properties);
  const isAppended = isOn('logappend', logappend);
  if (made === null || logfile === undefined) return made;
  return { ...made, log: { path: logfile, ...(isAppended && { isAppended }) } };
}

/** The side that listens, and whether it waits. Nagle's delay is never wanted: `nodelay` asks for what is so anyway. */
function rolesOf(properties: Properties): Pick<SocketBackend, 'isServer' | 'waits' | 'isTelnet' | 'reconnect'> {
  const { server, wait, nowait, nodelay, telnet, reconnect } = properties;
  const isServer = isOn('server', server);
  isOn('nodelay', nodelay);
  const seconds = reconnect === undefined ? 0 : parseInteger('reconnect', reconnect);
  if (isServer && seconds > 0)
    throw new ConfigurationError('reconnect= is for sockets that connect; leave it out, or server=on');
  return {
    isServer,
    waits: isServer && nowait === undefined && isOn('wait', wait ?? 'on'),
    ...(isOn('telnet', telnet) && { isTelnet: true }),
    ...(seconds > 0 && { reconnect: seconds }),
  };
}

/** `server` alone is QEMU's older way to say `server=on`; a property without a "=" is given as its own name. */
function isOn(name: string, value = 'off'): boolean {
  return parseSwitch(name, value);
}

function portOf(text: string, protocol: 'TCP' | 'UDP' = 'TCP'): number {
  if (/^\d+$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new ConfigurationError(`'${text}' is no ${protocol} port; give a number up to 65535`);
}

const MOST_RING = 1 << 30;

function ringSize(text: string): number {
  const size = parseInteger('size', text);
  if (size >= 1 && size <= MOST_RING && (size & (size - 1)) === 0) return size;
  throw new ConfigurationError(`size=${text} is no size of a ring buffer; give a power of two up to ${MOST_RING}`);
}
