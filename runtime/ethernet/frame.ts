import { read16 } from './network-order.ts';

/** Bytes of the parts of a frame (IEEE 802.3, 3.2). */
export const ADDRESS_BYTES = 6;
export const HEADER_BYTES = 14;
const LEAST_BYTES = 60;
export const FCS_BYTES = 4;
/** Offset of the type, or of a VLAN tag, whose second half is the tag (IEEE 802.1Q, 9.3). */
export const TYPE_OFFSET = 12;
const TAG_BYTES = 4;
const VLAN_TYPE = 0x8100;
/** Size of the largest packet: a jumbo frame, or the input of segmentation offload. */
export const LARGEST_PACKET = 0x10000;

/**
 * Bytes of data that segmentation offload puts into a segment at least, so that a packet becomes some thousand frames at most.
 * Every network carries 68 bytes (RFC 791, 3.2): headers with 20 bytes of options leave so many.
 */
export const LEAST_SEGMENT = 8;

/** Whom a frame is for. */
export type Destination = 'broadcast' | 'multicast' | 'station';

export function destinationOf(frame: Uint8Array): Destination {
  if ((frame[0] & 1) === 0) return 'station';
  for (let n = 0; n < ADDRESS_BYTES; n++) if (frame[n] !== 0xff) return 'multicast';
  return 'broadcast';
}

export function isFor(frame: Uint8Array, address: ArrayLike<number>): boolean {
  for (let n = 0; n < ADDRESS_BYTES; n++) if (frame[n] !== address[n]) return false;
  return true;
}

/** A frame of at least LEAST_BYTES: what is missing is zeros. */
export function padded(frame: Uint8Array): Uint8Array {
  if (frame.length >= LEAST_BYTES) return frame;
  const longer = new Uint8Array(LEAST_BYTES);
  longer.set(frame);
  return longer;
}

/** The frame, of HEADER_BYTES or more, with a VLAN tag, two bytes as they go over the wire. */
export function withTag(frame: Uint8Array, tag: number): Uint8Array {
  const tagged = new Uint8Array(frame.length + TAG_BYTES);
  tagged.set(frame.subarray(0, TYPE_OFFSET));
  tagged.set([VLAN_TYPE >> 8, VLAN_TYPE & 0xff, tag >> 8, tag & 0xff], TYPE_OFFSET);
  tagged.set(frame.subarray(TYPE_OFFSET), TYPE_OFFSET + TAG_BYTES);
  return tagged;
}

/** The tag of a frame that has one, else -1. */
export function tagOf(frame: Uint8Array): number {
  const hasTag = frame.length >= HEADER_BYTES + TAG_BYTES && read16(frame, TYPE_OFFSET) === VLAN_TYPE;
  return hasTag ? read16(frame, TYPE_OFFSET + 2) : -1;
}

/** The frame without its tag. */
export function withoutTag(frame: Uint8Array): Uint8Array {
  const bare = new Uint8Array(frame.length - TAG_BYTES);
  bare.set(frame.subarray(0, TYPE_OFFSET));
  bare.set(frame.subarray(TYPE_OFFSET + TAG_BYTES), TYPE_OFFSET);
  return bare;
}
