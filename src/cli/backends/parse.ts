import { ConfigurationError } from '../../index.ts';
import { parseProperties, parseSwitch } from '../properties.ts';
import type { Backend, SharedPlace } from './backend.ts';
import { commonProperties, kinds, makeBackend, missingKinds } from './kinds.ts';

const NAMES =
  'stdio, mon:stdio, unix:PATH, tcp:HOST:PORT, telnet:HOST:PORT, udp:HOST:PORT@:PORT, file:PATH, pipe:PATH, chardev:ID, vc, null';

const socketProperties = [...kinds.socket.properties, ...commonProperties];

/** Places with a colon, as QEMU has them from its beginning: each is a kind of -chardev with these properties. */
const places: Readonly<Record<string, (rest: string) => Backend | null>> = {
  chardev: (id) => ({ type: 'chardev', id }),
  file: (path) => kinds.file.make({ path }),
  pipe: (path) => kinds.pipe.make({ path }),
  unix: (rest) => makeBackend(kinds.socket, parseProperties(rest, 'path', socketProperties)),
  tcp: (rest) => makeBackend(kinds.socket, atPort(rest)),
  telnet: (rest) => makeBackend(kinds.socket, { ...atPort(rest), telnet: 'on' }),
  udp: (rest) => kinds.udp.make(atPorts(rest)),
};

/**
 * The backend of a text such as `mon:stdio` or `unix:/tmp/com1,server,nowait`, as QEMU has them.
 * @throws ConfigurationError
 */
export function parseBackend(text: string): Backend {
  if (text.startsWith('mon:')) return { ...muxed(parseBackend(text.slice('mon:'.length)), text), hasMonitor: true };
  if (text === 'stdio') return { type: 'stdio', muxed: false };
  if (text === 'null' || text === 'none' || text === '/dev/null') return { type: 'null' };
  if (isVirtualConsole(text)) return kinds.vc.make({})!;
  checkIsNotMissing(text);
  const [, place = '', rest = ''] = /^(\w+):(.+)$/s.exec(text) ?? [];
  const backend = Object.hasOwn(places, place) ? places[place](rest) : null;
  if (backend) return backend;
  throw new ConfigurationError(`'${text}' is not supported; it is one of ${NAMES}`);
}

/** Whether a place is a console of QEMU's window, of so many pixels or characters. */
export function isVirtualConsole(text: string): boolean {
  return /^vc(:\d+x\d+|:\d+Cx\d+C)?$/.test(text);
}

/**
 * The named backend of a `-chardev`.
 * @throws ConfigurationError
 */
export function parseChardev(text: string): Record<string, Backend> {
  const all = [...Object.values(kinds).flatMap(({ properties }) => properties), ...commonProperties];
  const { kind: name, id, mux = 'off', ...properties } = parseProperties(text, 'kind', ['id', 'mux', ...all]);
  if (!id) throw new ConfigurationError(`'${text}' has no name; give id=ID`);
  checkIsNotMissing(name);
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  const known: readonly string[] = [...(kind?.properties ?? []), ...commonProperties];
  const isKnown = kind && Object.keys(properties).every((property) => known.includes(property));
  const backend = isKnown ? makeBackend(kind, properties) : null;
  if (!backend) throw new ConfigurationError(`'${text}' is not supported; give ${kind?.usage ?? usages()}`);
  return { [id]: parseSwitch('mux', mux) ? muxed(backend, text) : backend };
}

function usages(): string {
  return Object.values(kinds)
    .map(({ usage }) => usage)
    .join(', ');
}

function muxed(backend: Backend, text: string): Backend & SharedPlace {
  if ('muxed' in backend) return { ...backend, muxed: true };
  throw new ConfigurationError(`'${text}' is not supported; what devices can share is stdio, sockets and udp`);
}

/** @throws ConfigurationError for a kind of QEMU's that cannot be had */
function checkIsNotMissing(kind: string): void {
  if (Object.hasOwn(missingKinds, kind))
    throw new ConfigurationError(`'${kind}' is not supported: ${missingKinds[kind]}`);
}

/** The properties of `HOST:PORT,…`. */
function atPort(text: string): Record<string, string> {
  const { place, ...others } = parseProperties(text, 'place', socketProperties);
  const [, host, port] = /^(.*):(\d+)$/.exec(place) ?? [];
  if (port === undefined) throw new ConfigurationError(`'${place}' is no address; give tcp:HOST:PORT`);
  return { ...others, host, port };
}

/** The properties of `[HOST]:PORT[@[HOST]:PORT]`. */
function atPorts(text: string): Record<string, string> {
  const { host, port, localaddr, localport } =
    /^(?<host>[^@,]*):(?<port>\d+)(@(?<localaddr>[^@,]*):(?<localport>\d+))?$/.exec(text)?.groups ?? {};
  if (port === undefined)
    throw new ConfigurationError(`'${text}' is no place of UDP; give udp:HOST:PORT, or udp:HOST:PORT@HOST:PORT`);
  return { host: host!, port, ...(localport !== undefined && { localaddr: localaddr!, localport }) };
}
