import { foldSum, sumBytes } from '../../runtime/ethernet/checksum.ts';
import { read16, write16 } from '../../runtime/ethernet/network-order.ts';

// Addresses are texts in one canonical form each, so that they can be compared, be keys, and be given to the host:
// "10.0.2.15", "fec0::2" (RFC 5952), "52:54:00:12:34:56".

/** Texts of addresses seen lately, by their 32 bits: making one takes longer than looking it up. */
const texts = new Map<number, string>();
const MOST_TEXTS = 4096;

/** The IPv4 address that stands at a place. */
export function readIpv4(bytes: Uint8Array, at: number): string {
  const number = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  const known = texts.get(number);
  if (known !== undefined) return known;
  if (texts.size >= MOST_TEXTS) texts.clear();
  const text = `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
  texts.set(number, text);
  return text;
}

/** The IPv6 address that stands at a place (RFC 5952, section 4: lower case, the longest run of zero groups is "::"). */
export function readIpv6(bytes: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, n) => read16(bytes, at + 2 * n).toString(16));
  const [start, length] = longestZeros(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

function longestZeros(groups: readonly string[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let run = 0;
  groups.forEach((group, n) => {
    run = group === '0' ? run + 1 : 0;
    if (run > best[1]) best = [n + 1 - run, run];
  });
  return best;
}

/** The hardware address that stands at a place. */
export function readMac(bytes: Uint8Array, at: number): string {
  return macText(bytes.subarray(at, at + 6));
}

/** A hardware address of six bytes. */
export function macText(mac: ArrayLike<number>): string {
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

export function isIpv6(address: string): boolean {
  return address.includes(':');
}

/** The four bytes of an IPv4 address; nothing where the text is none. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const numbers = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  return numbers?.every((number) => number < 256) ? Uint8Array.from(numbers) : undefined;
}

/** The 16 bytes of an IPv6 address; nothing where the text is none (RFC 4291, section 2.2). */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = withoutDots(text).split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const bytes = new Uint8Array(16);
  groups.forEach((group, n) => {
    write16(bytes, 2 * n, Number.parseInt(group, 16));
  });
  return bytes;
}

/** The last 32 bits may be written as an IPv4 address. */
function withoutDots(text: string): string {
  const colon = text.lastIndexOf(':') + 1;
  const bytes = colon > 0 ? parseIpv4(text.slice(colon)) : undefined;
  return bytes ? `${text.slice(0, colon)}${read16(bytes, 0).toString(16)}:${read16(bytes, 2).toString(16)}` : text;
}

const known = new Map<string, Uint8Array>();

/** The bytes of an address in canonical form; they are shared, so nobody may write them. */
export function addressBytes(address: string): Uint8Array {
  const found = known.get(address);
  if (found) return found;
  const bytes = isIpv6(address) ? parseIpv6(address) : parseIpv4(address);
  if (!bytes) throw new RangeError(`'${address}' is no address`);
  if (known.size >= MOST_TEXTS) known.clear();
  known.set(address, bytes);
  return bytes;
}

/** The canonical text of an address that a user wrote; nothing where it is none. */
export function canonicalAddress(text: string): string | undefined {
  const four = parseIpv4(text);
  if (four) return readIpv4(four, 0);
  const six = parseIpv6(text);
  return six && readIpv6(six, 0);
}

/** The six bytes of a hardware address. */
export function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16));
}

/** The sum of a datagram's addresses for its checksum (RFC 9293, 3.1: pseudo-header). */
export function addressSum(source: string, destination: string): number {
  const [from, to] = [addressBytes(source), addressBytes(destination)];
  return foldSum(sumBytes(to, 0, to.length, sumBytes(from, 0, from.length)));
}

/** Whether the first bits of two addresses are the same; of another family none are. */
export function samePrefix(a: string, b: string, bits: number): boolean {
  const [left, right] = [addressBytes(a), addressBytes(b)];
  if (left.length !== right.length) return false;
  return left.every((byte, n) => {
    const kept = Math.min(Math.max(bits - 8 * n, 0), 8);
    return (byte ^ right[n]) >> (8 - kept) === 0;
  });
}

/** An IPv4 address some places further. */
export function nextIpv4(address: string, distance: number): string {
  const bytes = addressBytes(address);
  const number = (((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) + distance) >>> 0;
  return readIpv4(Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number), 0);
}
