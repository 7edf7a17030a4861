/** Types of messages of the wisp protocol (Wisp 1.2, "Packet Types"). */
export const PacketType = { connect: 1, data: 2, continue: 3, close: 4 } as const;
/** Types of streams that a relay opens (Wisp 1.2, "CONNECT"). */
export const StreamType = { tcp: 1, udp: 2 } as const;
/** Why a stream ends (Wisp 1.2, "Close Reasons"). */
export const CloseReason = { voluntary: 0x02, unreachable: 0x42, timeout: 0x43, refused: 0x44 } as const;

/** The type, and the stream's number in 32 bits. */
const HEADER = 5;

/** A message of a WebSocket: its type, whose it is, and what the type has. Numbers have their low byte first. */
export interface Packet {
  readonly type: number;
  /** 0: the connection itself. */
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** The bytes of a message. */
export function packetBytes({ type, stream, payload }: Packet): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER + payload.length);
  bytes[0] = type;
  new DataView(bytes.buffer).setUint32(1, stream, true);
  bytes.set(payload, HEADER);
  return bytes;
}

/** Decodes a message; undefined where the bytes are none. */
export function packetOf(bytes: Uint8Array): Packet | undefined {
  if (bytes.length < HEADER) return undefined;
  const stream = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true);
  return { type: bytes[0]!, stream, payload: bytes.subarray(HEADER) };
}

/** How many packets the relay takes for a stream; nothing where it doesn't say so. */
export function roomOf({ type, payload }: Packet): number | undefined {
  if (type !== PacketType.continue || payload.length < 4) return undefined;
  return new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
}

/** Asks for a stream to a host, by its name or address. */
export function connectPayload(type: number, host: string, port: number): Uint8Array {
  return Uint8Array.of(type, port & 0xff, port >> 8, ...new TextEncoder().encode(host));
}
