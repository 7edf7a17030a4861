import type { FollowingFrames } from '../host/network.ts';
import { foldSum } from './checksum.ts';
import { HEADER_BYTES } from './frame.ts';
import { read32, write16 } from './network-order.ts';
import {
  type Ipv4Packet,
  ipv4Of,
  isIpHeaderIntact,
  isPayloadIntact,
  Protocol,
  pseudoHeader,
  setIpChecksum,
} from './packet.ts';

/** Offsets in a frame with an IP header without options (RFC 791, 3.1; RFC 9293, 3.1). */
const Ip = { at: HEADER_BYTES, length: 16, identification: 18, checksum: 24 } as const;
const Tcp = { at: 34, sequence: 38, offset: 46, flags: 47, checksum: 50, options: 54 } as const;
const Flag = { push: 0x08, ack: 0x10 } as const;
/** Bytes of an IP packet at most. */
const LARGEST = 0xffff;

/** 1: this byte of the headers is the same in all segments of a packet; what differs is looked at by itself. */
const isSame = new Uint8Array(Tcp.options).fill(1);
isSame.fill(0, Ip.length, Ip.identification + 2);
isSame.fill(0, Ip.checksum, Ip.checksum + 2);
isSame.fill(0, Tcp.sequence, Tcp.sequence + 4);
isSame.fill(0, Tcp.flags, Tcp.flags + 1);
isSame.fill(0, Tcp.checksum, Tcp.checksum + 2);

/** A packet that was put together of segments. */
export interface MergedPacket {
  /** With the sum of its pseudo header where the checksum of TCP stands. Valid until the next one is put together. */
  readonly frame: Uint8Array;
  /** Bytes of the headers, and of data of each segment but the last. */
  readonly headerBytes: number;
  readonly segmentBytes: number;
}

/** Where the checksum of a merged packet is computed from, and where it stands from there on. */
export const MERGED_CHECKSUM = { start: Tcp.at, offset: Tcp.checksum - Tcp.at } as const;

/** Puts segments of TCP that follow each other into one packet, so that a guest has less to do for each byte. */
export class SegmentMerger {
  readonly #bytes = new Uint8Array(HEADER_BYTES + LARGEST);

  /** One packet of a frame and those after it, which are taken; undefined where nothing goes with the frame. */
  merge(first: Uint8Array, following: FollowingFrames): MergedPacket | undefined {
    const headerBytes = headerBytesOf(first);
    if (headerBytes === 0 || first[Tcp.flags] !== Flag.ack) return undefined;
    const segmentBytes = first.length - headerBytes;
    this.#bytes.set(first);
    let length = first.length;
    for (let isFull = true; isFull; ) {
      const frame = following.peek();
      if (frame === undefined || !this.#goesOn(frame, headerBytes, segmentBytes, length)) break;
      following.take();
      this.#bytes.set(frame.subarray(headerBytes), length);
      length += frame.length - headerBytes;
      isFull = frame.length === first.length && frame[Tcp.flags] === Flag.ack;
      this.#bytes[Tcp.flags] = frame[Tcp.flags];
    }
    return length === first.length ? undefined : { frame: this.#finished(length), headerBytes, segmentBytes };
  }

  /** Whether a frame is the next segment after those that are put together already. */
  #goesOn(frame: Uint8Array, headerBytes: number, segmentBytes: number, length: number): boolean {
    const data = frame.length - headerBytes;
    if (data > segmentBytes || length + data > LARGEST || headerBytesOf(frame) !== headerBytes) return false;
    const expected = (read32(this.#bytes, Tcp.sequence) + length - headerBytes) >>> 0;
    return read32(frame, Tcp.sequence) === expected && isAlike(this.#bytes, frame, headerBytes);
  }

  #finished(length: number): Uint8Array {
    const frame = this.#bytes.subarray(0, length);
    write16(frame, Ip.length, length - Ip.at);
    const packet: Ipv4Packet = { ip: Ip.at, payload: Tcp.at, end: length, protocol: Protocol.tcp, isFragment: false };
    setIpChecksum(frame, packet);
    write16(frame, Tcp.checksum, foldSum(pseudoHeader(frame, packet)));
    return frame;
  }
}

/** Bytes of all headers of an intact segment with data, without IP options; 0 where it is none. */
function headerBytesOf(frame: Uint8Array): number {
  const packet = ipv4Of(frame);
  const isWhole = packet?.protocol === Protocol.tcp && packet.payload === Tcp.at && packet.end === frame.length;
  if (!isWhole || packet.isFragment || frame.length <= Tcp.options) return 0;
  const headerBytes = Tcp.at + (frame[Tcp.offset] >> 4) * 4;
  const hasData = headerBytes >= Tcp.options && headerBytes < frame.length;
  return hasData && isIpHeaderIntact(frame, packet) && isPayloadIntact(frame, packet) ? headerBytes : 0;
}

/** Whether two segments differ in nothing but their place and their data. */
function isAlike(first: Uint8Array, frame: Uint8Array, headerBytes: number): boolean {
  if ((frame[Tcp.flags] & ~Flag.push) !== Flag.ack) return false;
  for (let n = 0; n < Tcp.options; n++) if (isSame[n] === 1 && first[n] !== frame[n]) return false;
  for (let n = Tcp.options; n < headerBytes; n++) if (first[n] !== frame[n]) return false;
  return true;
}
