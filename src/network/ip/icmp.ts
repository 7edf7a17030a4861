import { read16, write16, write32 } from '../bytes.ts';
import { checksum } from '../checksum.ts';
import { type Packet, Protocol, type Rejection } from './packet.ts';

/** Types of messages (RFC 792). */
const Type = { echoReply: 0, unreachable: 3, echo: 8, timeExceeded: 11 } as const;
/** Type and code (RFC 792; RFC 1122, 3.2.2.1; RFC 1812, 5.2.7.1). */
const errors: Readonly<Record<Rejection, readonly [type: number, code: number]>> = {
  network: [Type.unreachable, 0],
  host: [Type.unreachable, 1],
  protocol: [Type.unreachable, 2],
  port: [Type.unreachable, 3],
  prohibited: [Type.unreachable, 13],
  hops: [Type.timeExceeded, 0],
};
/** Bytes that come before what an error quotes. */
const HEADER = 8;
/** Most that an error quotes, so that it is at most 576 bytes long (RFC 1812, 4.3.2.3). */
const MOST_QUOTED = 548;
/** Where a quoted packet's fragment field is. */
const FRAGMENT = 6;

/** Whether a packet is an intact echo request. */
export function isEcho({ protocol, payload }: Packet): boolean {
  const isRequest = protocol === Protocol.icmp && payload.length >= HEADER && payload[0] === Type.echo;
  return isRequest && payload[1] === 0 && checksum(payload, 0, payload.length) === 0;
}

/** Answers an echo request from the address that it was sent to. */
export function replyToEcho({ network, source, destination }: Packet, payload: Uint8Array): void {
  const { draft } = network;
  draft.set(payload);
  draft[0] = Type.echoReply;
  write16(draft, 2, 0);
  write16(draft, 2, checksum(draft, 0, payload.length));
  network.send(destination, source, Protocol.icmp, payload.length);
}

/** Tells that a packet went nowhere; never of an error, nor of a later fragment (RFC 1122, 3.2.2). */
export function sendIcmpError(packet: Packet, why: Rejection): void {
  const { network, quote, source, protocol, payload } = packet;
  if (protocol === Protocol.icmp && payload[0] !== Type.echo) return;
  if ((read16(quote, FRAGMENT) & 0x1fff) !== 0) return;
  const { draft } = network;
  const quoted = quote.subarray(0, MOST_QUOTED);
  [draft[0], draft[1]] = errors[why];
  write16(draft, 2, 0);
  write32(draft, 4, 0);
  draft.set(quoted, HEADER);
  write16(draft, 2, checksum(draft, 0, HEADER + quoted.length));
  network.send(network.hostAddress, source, Protocol.icmp, HEADER + quoted.length);
}
