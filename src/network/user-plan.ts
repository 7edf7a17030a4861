import { checkArray, checkedBoolean, checkedInteger, checkNames, checkText, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';
import { addressBytes, canonicalAddress, isIpv6, nextIpv4, parseIpv4, readIpv4, samePrefix } from './addresses.ts';
import type { GuestForward, HostForward, UserNetworkOptions } from './options.ts';

/** Number of addresses that DHCP gives to guests, one after the other. */
export const MOST_LEASES = 16;

/** Addresses that a family of a user-mode network has. */
export interface NetPlan {
  /** Its first address. */
  readonly net: string;
  /** How many bits all its addresses begin with. */
  readonly bits: number;
  readonly host: string;
  readonly dns: string;
}

/** A user-mode network with all its choices made. */
export interface UserPlan {
  readonly ipv4: (NetPlan & { readonly dhcpStart: string }) | undefined;
  readonly ipv6: NetPlan | undefined;
  readonly hostname: string | undefined;
  readonly domainName: string | undefined;
  readonly dnsSearch: readonly string[];
  readonly tftp: string | undefined;
  readonly tftpServerName: string | undefined;
  readonly bootFile: string | undefined;
  readonly restrict: boolean;
  readonly hostForward: readonly Required<HostForward>[];
  readonly guestForward: readonly GuestForward[];
}

const names: readonly (keyof UserNetworkOptions)[] = [
  'type',
  'ipv4',
  'ipv6',
  'net',
  'host',
  'dns',
  'dhcpStart',
  'ipv6Net',
  'ipv6Host',
  'ipv6Dns',
  'hostname',
  'domainName',
  'dnsSearch',
  'tftp',
  'tftpServerName',
  'bootFile',
  'restrict',
  'hostForward',
  'guestForward',
  'dump',
  'bandwidth',
];

/** Longest texts in an option of DHCP, and in the field for a boot file (RFC 2131, section 2). */
const MOST_CHARACTERS = { hostname: 64, domainName: 200, tftpServerName: 63, bootFile: 127 } as const;

/**
 * Makes the choices that were left open.
 * @throws ConfigurationError that names the option and what is wrong with it
 */
export function planUserNetwork(options: UserNetworkOptions): UserPlan {
  checkNames('a user-mode network', options, names);
  for (const [name, most] of Object.entries(MOST_CHARACTERS)) checkLength(name, options[name as 'hostname'], most);
  checkText('tftp', options.tftp);
  for (const name of ['ipv4', 'ipv6', 'restrict'] as const)
    if (options[name] !== undefined) checkedBoolean(name, options[name]);
  for (const name of ['dnsSearch', 'hostForward', 'guestForward'] as const) checkArray(name, options[name]);
  const ipv4 = options.ipv4 === false ? undefined : planIpv4(options);
  const ipv6 = options.ipv6 === false ? undefined : planIpv6(options);
  if (!ipv4 && !ipv6) throw new ConfigurationError('ipv4 and ipv6 are both off; leave one of them on');
  const { hostname, domainName, dnsSearch = [], tftp, tftpServerName, bootFile, restrict = false } = options;
  for (const domain of dnsSearch) checkDomain(domain);
  const hostForward = (options.hostForward ?? []).map((forward) => planHostForward(forward, { ipv4, ipv6 }));
  const guestForward = (options.guestForward ?? []).map((forward) => checkedGuestForward(forward, ipv4, ipv6));
  return {
    ...{ ipv4, ipv6, hostname, domainName, dnsSearch, tftp, tftpServerName, bootFile, restrict },
    ...{ hostForward, guestForward },
  };
}

function checkLength(name: string, text: string | undefined, most: number): void {
  checkText(name, text);
  if (text !== undefined && (text === '' || text.length > most))
    throw new ConfigurationError(`${name} has ${text.length} characters; it must have 1 to ${most}`);
}

/** Labels of up to 63 characters (RFC 1035, 2.3.4). */
function checkDomain(domain: string): void {
  if (typeof domain !== 'string' || domain.length > 253 || !domain.split('.').every((l) => /^[^.]{1,63}$/.test(l)))
    throw new ConfigurationError(`dnsSearch has ${shown(domain)}, which is no domain, such as 'example.org'`);
}

function planIpv4(options: UserNetworkOptions): UserPlan['ipv4'] {
  const { net, bits } = parseNet('net', options.net ?? '10.0.2.0/24', 4);
  if (bits < 8 || bits > 28) throw new ConfigurationError(`net has ${bits} bits; it must have 8 to 28`);
  const inside = (name: string, text: string | undefined, place: number): string => {
    const address = checkedAddress(name, text ?? nextIpv4(net, place));
    if (!samePrefix(address, net, bits))
      throw new ConfigurationError(`${name} is ${address}, which is not in the network ${net}/${bits}`);
    return address;
  };
  const plan = {
    ...{ net, bits, host: inside('host', options.host, 2), dns: inside('dns', options.dns, 3) },
    dhcpStart: inside('dhcpStart', options.dhcpStart, bits > 27 ? 4 : 15),
  };
  if (plan.host === plan.dns)
    throw new ConfigurationError(`host and dns are both ${plan.dns}; give them two addresses`);
  return plan;
}

function planIpv6(options: UserNetworkOptions): NetPlan {
  const { net, bits } = parseNet('ipv6Net', options.ipv6Net ?? 'fec0::/64', 6);
  if (bits !== 64) throw new ConfigurationError(`ipv6Net has ${bits} bits; it must have 64, as hosts choose the rest`);
  const inside = (name: string, text: string | undefined, place: number): string => {
    const address = checkedAddress(name, text ?? canonicalAddress(`${net.replace(/::$/, '')}::${place}`) ?? net);
    if (!samePrefix(address, net, bits))
      throw new ConfigurationError(`${name} is ${address}, which is not in the network ${net}/${bits}`);
    return address;
  };
  return { net, bits, host: inside('ipv6Host', options.ipv6Host, 2), dns: inside('ipv6Dns', options.ipv6Dns, 3) };
}

function checkedAddress(name: string, text: string): string {
  const address = typeof text === 'string' ? canonicalAddress(text) : undefined;
  if (address === undefined) throw new ConfigurationError(`${name} is ${shown(text)}, which is no address`);
  return address;
}

/** An address with bits or a mask after a slash; what is not of the network is cut off, as QEMU does. */
function parseNet(name: string, text: string, family: 4 | 6): { net: string; bits: number } {
  const [, start, size] = /^([^/]+)(?:\/(.+))?$/.exec(typeof text === 'string' ? text : '') ?? [];
  const address = start === undefined ? undefined : canonicalAddress(start);
  const bits = size === undefined ? (family === 4 ? 24 : 64) : bitsOf(size);
  if (address === undefined || isIpv6(address) !== (family === 6) || !(bits >= 0))
    throw new ConfigurationError(`${name} is ${shown(text)}; give it as ${family === 4 ? '10.0.2.0/24' : 'fec0::/64'}`);
  return { net: cut(address, bits), bits };
}

function bitsOf(size: string): number {
  const mask = parseIpv4(size);
  if (!mask) return /^\d{1,3}$/.test(size) ? Number(size) : Number.NaN;
  const digits = Array.from(mask, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(digits) ? digits.lastIndexOf('1') + 1 : Number.NaN;
}

function cut(address: string, bits: number): string {
  if (isIpv6(address)) {
    const bytes = addressBytes(address).map((byte, n) => (8 * n < bits ? byte : 0));
    return canonicalAddress(Array.from({ length: 8 }, (_, n) => hex(bytes, n)).join(':'))!;
  }
  const bytes = addressBytes(address).map((byte, n) => byte & (0xff00 >> Math.min(Math.max(bits - 8 * n, 0), 8)));
  return readIpv4(bytes, 0);
}

const hex = (bytes: Uint8Array, n: number): string => ((bytes[2 * n] << 8) | bytes[2 * n + 1]).toString(16);

/**
 * Makes the choices that were left open of a port that leads to the guest.
 * @throws ConfigurationError that names what is wrong with it
 */
export function planHostForward(
  forward: HostForward,
  { ipv4, ipv6 }: Pick<UserPlan, 'ipv4' | 'ipv6'>,
): Required<HostForward> {
  const what = 'hostForward';
  checkNames(what, forward, ['protocol', 'hostAddress', 'hostPort', 'guestAddress', 'guestPort']);
  const { protocol = 'tcp', hostAddress = '0.0.0.0' } = forward;
  if (protocol !== 'tcp' && protocol !== 'udp')
    throw new ConfigurationError(`unknown protocol ${shown(protocol)} in ${what}; it is tcp or udp`);
  if (forward.guestAddress === undefined && !ipv4)
    throw new ConfigurationError(`${what} needs guestAddress where ipv4 is off`);
  const guestAddress = checkedAddress(`${what}: guestAddress`, forward.guestAddress ?? ipv4?.dhcpStart ?? '');
  if (!isInside(guestAddress, ipv4, ipv6))
    throw new ConfigurationError(`${what}: guestAddress is ${guestAddress}, which is not in the guest's network`);
  return {
    ...{ protocol, guestAddress, hostAddress: checkedAddress(`${what}: hostAddress`, hostAddress) },
    hostPort: checkedInteger(`${what}: hostPort`, forward.hostPort, 0, 65535),
    guestPort: checkedInteger(`${what}: guestPort`, forward.guestPort, 1, 65535),
  };
}

function isInside(address: string, ...nets: readonly (NetPlan | undefined)[]): boolean {
  return nets.some((plan) => plan !== undefined && samePrefix(address, plan.net, plan.bits));
}

function checkedGuestForward(forward: GuestForward, ipv4: UserPlan['ipv4'], ipv6: UserPlan['ipv6']): GuestForward {
  const what = 'guestForward';
  checkNames(what, forward, ['address', 'port', 'target']);
  const address = checkedAddress(`${what}: address`, forward.address);
  const port = checkedInteger(`${what}: port`, forward.port, 1, 65535);
  const taken = [ipv4?.host, ipv4?.dns, ipv4?.dhcpStart, ipv6?.host, ipv6?.dns];
  if (!isInside(address, ipv4, ipv6) || taken.includes(address))
    throw new ConfigurationError(`${what}: address is ${address}; it must be a free one of the guest's network`);
  const { target } = forward;
  checkNames(`${what}: target`, target, ['address', 'port', 'path', 'command']);
  if ('port' in target) checkedInteger(`${what}: the target's port`, target.port, 1, 65535);
  return { address, port, target };
}
