import { checksum } from '../../../runtime/ethernet/checksum.ts';
import { read16, write16, write32 } from '../../../runtime/ethernet/network-order.ts';
import { addressSum } from '../addresses.ts';
import { type Packet, Protocol, type Rejection } from './packet.ts';

/** How a family of the Internet Protocol writes its messages. */
interface Messages {
  readonly protocol: number;
  readonly echo: number;
  readonly echoReply: number;
  /** Type and code of each error. */
  readonly errors: Readonly<Record<Rejection, readonly [type: number, code: number]>>;
  /** Most bytes that an error quotes: so that it is at most 576 bytes long (RFC 1812, 4.3.2.3), or 1280 (RFC 4443, 2.4). */
  readonly mostQuoted: number;
}

/**
 * Problems of an IPv6 packet that are reported with their place in it (RFC 4443, 3.4): an unknown header, or an unknown option.
 */
export const ParameterProblem = { header: 1, option: 2 } as const;
const PARAMETER_PROBLEM = 4;
/** (RFC 792; RFC 1122, 3.2.2.1; RFC 1812, 5.2.7.1) */
const version4: Messages = {
  ...{ protocol: Protocol.icmp, echo: 8, echoReply: 0, mostQuoted: 548 },
  errors: { network: [3, 0], host: [3, 1], protocol: [3, 2], port: [3, 3], prohibited: [3, 13], hops: [11, 0] },
};
/** (RFC 4443) */
const version6: Messages = {
  ...{ protocol: Protocol.icmp6, echo: 128, echoReply: 129, mostQuoted: 1232 },
  errors: {
    network: [1, 0],
    host: [1, 3],
    protocol: [PARAMETER_PROBLEM, ParameterProblem.header],
    port: [1, 4],
    prohibited: [1, 1],
    hops: [3, 0],
  },
};
/** Bytes that come before what an error quotes. */
const HEADER = 8;
/** Where a quoted packet of IPv4 has its fragment field. */
const FRAGMENT = 6;

const messagesOf = ({ network }: Packet): Messages => (network.family === 4 ? version4 : version6);

/** The sum of the addresses for the checksum, which includes them only in IPv6 (RFC 4443, 2.3). */
function pseudoSum({ network, protocol, addressSum }: Packet, length: number): number {
  return network.family === 4 ? 0 : addressSum + protocol + length;
}

/** Whether a packet is an intact echo request. */
export function isEcho(packet: Packet): boolean {
  const { protocol, payload } = packet;
  const messages = messagesOf(packet);
  const isRequest = protocol === messages.protocol && payload.length >= HEADER && payload[0] === messages.echo;
  return isRequest && payload[1] === 0 && checksum(payload, 0, payload.length, pseudoSum(packet, payload.length)) === 0;
}

/** Answers an echo request from the address that it was sent to. */
export function replyToEcho(packet: Packet, payload: Uint8Array): void {
  const { network, source, destination, protocol } = packet;
  const { draft } = network;
  draft.set(payload);
  draft[0] = messagesOf(packet).echoReply;
  write16(draft, 2, 0);
  write16(draft, 2, checksum(draft, 0, payload.length, pseudoSum(packet, payload.length)));
  network.send(destination, source, protocol, payload.length);
}

/** Tells that a packet went nowhere; never of an error, nor of a later fragment (RFC 1122, 3.2.2; RFC 4443, 2.4). */
export function sendIcmpError(packet: Packet, why: Rejection): void {
  sendError(packet, messagesOf(packet).errors[why], 0);
}

/** Tells of an IPv6 packet what is wrong with it; never of an error. `pointer`: where in the packet. */
export function sendParameterProblem(packet: Packet, code: number, pointer: number): void {
  sendError(packet, [PARAMETER_PROBLEM, code], pointer);
}

/** `pointer`: the word before what is quoted. */
function sendError(packet: Packet, typeAndCode: readonly [number, number], pointer: number): void {
  const { network, quote, source, protocol, payload } = packet;
  const messages = messagesOf(packet);
  if (protocol === messages.protocol && payload[0] !== messages.echo) return;
  if (network.family === 4 && (read16(quote, FRAGMENT) & 0x1fff) !== 0) return;
  const { draft } = network;
  const quoted = quote.subarray(0, messages.mostQuoted);
  const length = HEADER + quoted.length;
  [draft[0], draft[1]] = typeAndCode;
  write16(draft, 2, 0);
  write32(draft, 4, pointer);
  draft.set(quoted, HEADER);
  const pseudo = network.family === 4 ? 0 : addressSum(network.hostAddress, source) + messages.protocol + length;
  write16(draft, 2, checksum(draft, 0, length, pseudo));
  network.send(network.hostAddress, source, messages.protocol, length);
}
