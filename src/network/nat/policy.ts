import { addressBytes, isIpv6, samePrefix } from '../addresses.ts';
import type { IpNetwork } from '../ip/packet.ts';

/**
 * Addresses that a guest never reaches by their number: they would be the host itself, or are nobody's (RFC 6890; RFC 4291, 2.4
 * and 2.5). IPv6 addresses that hold an IPv4 address would lead there by another name.
 */
const blocked: readonly (readonly [address: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
  ['::', 96],
  ['::ffff:0:0', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/** Whether a guest may talk to an address beyond its network. */
export function isReachable(address: string): boolean {
  return !blocked.some(([prefix, bits]) => samePrefix(address, prefix, bits));
}

/** Where the host connects to when a guest talks to an address; nothing where the guest may not. */
export function hostAddressFor(network: IpNetwork, address: string): string | undefined {
  if (address === network.hostAddress) return isIpv6(address) ? '::1' : '127.0.0.1';
  if (network.isInside(address) || !isReachable(address)) return undefined;
  return address;
}

/** The address under which a guest sees a peer on the host's side: the host's own loopback is the router. */
export function guestAddressFor(network: IpNetwork, address: string): string | undefined {
  const isLoopback = isIpv6(address) ? address === '::1' : addressBytes(address)[0] === 127;
  if (isLoopback) return network.hostAddress;
  const isSameFamily = isIpv6(address) === (network.family === 6);
  return isSameFamily && !network.isInside(address) ? address : undefined;
}
