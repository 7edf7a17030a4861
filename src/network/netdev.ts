import { ConfigurationError } from '../util/errors.ts';
import { canonicalAddress } from './addresses.ts';
import type { StreamTarget } from './host.ts';
import type { GuestForward, HostForward, SocketNetworkOptions, UserNetworkOptions } from './options.ts';

// What QEMU's -netdev has after its type, as options. A property may be there several times: hostfwd, guestfwd, dnssearch.

type Property = readonly [name: string, value: string];
type Mutable<Options> = { -readonly [Name in keyof Options]: Options[Name] };

const texts: Readonly<Record<string, keyof UserNetworkOptions>> = {
  net: 'net',
  host: 'host',
  dns: 'dns',
  dhcpstart: 'dhcpStart',
  'ipv6-host': 'ipv6Host',
  'ipv6-dns': 'ipv6Dns',
  'ipv6-net': 'ipv6Net',
  hostname: 'hostname',
  domainname: 'domainName',
  tftp: 'tftp',
  'tftp-server-name': 'tftpServerName',
  bootfile: 'bootFile',
};
const switches: Readonly<Record<string, keyof UserNetworkOptions>> = {
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  restrict: 'restrict',
};
/** Properties that may be given several times. */
const lists: readonly string[] = ['hostfwd', 'guestfwd', 'dnssearch'];

/**
 * @param properties what stands in `-netdev user,…` besides `id`, in its order
 * @throws ConfigurationError that names what cannot be
 */
export function parseUserNetdev(properties: Iterable<Property>): UserNetworkOptions {
  const options: Record<string, unknown> = { type: 'user' };
  const [hostForward, guestForward, dnsSearch]: [HostForward[], GuestForward[], string[]] = [[], [], []];
  for (const [name, value] of properties) {
    if (Object.hasOwn(texts, name)) options[texts[name]!] = value;
    else if (Object.hasOwn(switches, name)) options[switches[name]!] = parseOnOff(name, value);
    else if (name === 'hostfwd') hostForward.push(parseHostForward(value));
    else if (name === 'guestfwd') guestForward.push(parseGuestForward(value));
    else if (name === 'dnssearch') dnsSearch.push(value);
    else throw new ConfigurationError(`'${name}' is not supported for a user-mode network: ${insteadOf(name)}`);
  }
  return { ...(options as { type: 'user' }), hostForward, guestForward, dnsSearch };
}

function insteadOf(name: string): string {
  if (name === 'smb' || name === 'smbserver')
    return 'give -virtfs local,path=FOLDER,mount_tag=TAG,security_model=mapped-file for a folder of the host';
  return `it may have ${[...Object.keys(texts), ...Object.keys(switches), ...lists].join(', ')}`;
}

function parseOnOff(name: string, value: string): boolean {
  if (/^(on|yes|y|true)$/.test(value)) return true;
  if (/^(off|no|n|false)$/.test(value)) return false;
  throw new ConfigurationError(`'${value}' is neither on nor off; give ${name}=on`);
}

const ADDRESS = String.raw`(\[[^\]]*\]|[^:\]]*)`;
const HOST_PORT = String.raw`(?:(tcp|udp)?:)?${ADDRESS}:(\d{1,5})`;
const hostForwardForm = new RegExp(String.raw`^${HOST_PORT}-${ADDRESS}:(\d{1,5})$`);
const hostPortForm = new RegExp(`^${HOST_PORT}$`);

/** `[tcp|udp]:[hostaddr]:hostport`. */
export function parseForwardedPort(text: string): Pick<HostForward, 'protocol' | 'hostAddress' | 'hostPort'> {
  const parts = hostPortForm.exec(text);
  if (!parts) throw new ConfigurationError(`'${text}' is no port of the host, such as tcp:127.0.0.1:2222`);
  const [, protocol = 'tcp', hostAddress = '', hostPort] = parts;
  return {
    protocol: protocol as 'tcp' | 'udp',
    ...(hostAddress !== '' && { hostAddress: parseAddress(text, hostAddress) }),
    hostPort: Number(hostPort),
  };
}

/** `[tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport`; IPv6 addresses stand in brackets. */
export function parseHostForward(text: string): HostForward {
  const parts = hostForwardForm.exec(text);
  if (!parts) throw new ConfigurationError(`hostfwd is '${text}'; give it as tcp:127.0.0.1:2222-10.0.2.15:22`);
  const [, protocol = 'tcp', hostAddress = '', hostPort, guestAddress = '', guestPort] = parts;
  return {
    protocol: protocol as 'tcp' | 'udp',
    ...(hostAddress !== '' && { hostAddress: parseAddress(text, hostAddress) }),
    hostPort: Number(hostPort),
    ...(guestAddress !== '' && { guestAddress: parseAddress(text, guestAddress) }),
    guestPort: Number(guestPort),
  };
}

function parseAddress(where: string, text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  const address = canonicalAddress(bare === 'localhost' ? '127.0.0.1' : bare);
  if (address === undefined) throw new ConfigurationError(`'${bare}' in '${where}' is no address, such as 127.0.0.1`);
  return address;
}

/** `[tcp]:server:port-tcp:address:port`, `…-unix:path` or `…-cmd:command`. */
function parseGuestForward(text: string): GuestForward {
  const [, address, port, kind, target] = /^(?:(?:tcp)?:)?([^:]+):(\d{1,5})-(tcp|unix|cmd):(.+)$/.exec(text) ?? [];
  if (!address || !target)
    throw new ConfigurationError(
      `guestfwd is '${text}'; give it as tcp:10.0.2.100:80-tcp:127.0.0.1:8080, …-unix:PATH or …-cmd:COMMAND`,
    );
  return { address: parseAddress(text, address), port: Number(port), target: parseTarget(text, kind!, target) };
}

function parseTarget(text: string, kind: string, target: string): StreamTarget {
  if (kind === 'cmd') return { command: target };
  if (kind === 'unix') return { path: target };
  const { host, port } = parseHostPort(text, target);
  return { address: parseAddress(text, host || '127.0.0.1'), port };
}

function parseHostPort(where: string, text: string): { host: string; port: number } {
  const [, host, port] = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined) throw new ConfigurationError(`'${text}' in '${where}' is no HOST:PORT`);
  return { host: host!, port: Number(port) };
}

/**
 * @param properties what stands in `-netdev socket,…` besides `id`
 * @throws ConfigurationError that names what cannot be
 */
export function parseSocketNetdev(properties: Iterable<Property>): SocketNetworkOptions {
  const options: Mutable<SocketNetworkOptions> = { type: 'socket' };
  for (const [name, value] of properties) {
    const { host, port } =
      name === 'listen' || name === 'connect' ? parseHostPort(`${name}=${value}`, value) : unknown(name);
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    if (name === 'listen') options.listen = { ...(bare !== '' && { host: bare }), port };
    else options.connect = { host: bare === '' ? '127.0.0.1' : bare, port };
  }
  if ((options.listen === undefined) === (options.connect === undefined))
    throw new ConfigurationError('a socket network needs either listen=HOST:PORT or connect=HOST:PORT');
  return options;
}

function unknown(name: string): never {
  throw new ConfigurationError(
    `'${name}' is not supported for a socket network; give listen=:PORT or connect=HOST:PORT`,
  );
}
