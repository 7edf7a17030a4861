import { MERGED_CHECKSUM, type MergedPacket, SegmentMerger } from '../../../ethernet/merge.ts';
import { intactPayload } from '../../../ethernet/packet.ts';
import type { FollowingFrames } from '../../../host/network.ts';
import type { Chain } from '../chain.ts';
import type { VirtioFunction } from '../index.ts';
import type { Virtqueue } from '../queue.ts';
import { Feature } from '../registers.ts';
import { Header, HeaderFlag, NetworkFeature, Queue, Segmentation } from './registers.ts';

/** Bytes in front of a frame, as the driver has it. */
export function headerBytes(virtio: VirtioFunction): number {
  const isLong = virtio.has(Feature.version1) || virtio.has(NetworkFeature.mergedBuffers);
  return isLong ? Header.longBytes : Header.shortBytes;
}

/** Puts frames into the driver's buffers (5.1.6.3). */
export class Receiver {
  readonly #virtio: VirtioFunction;
  readonly #merger = new SegmentMerger();

  constructor(virtio: VirtioFunction) {
    this.#virtio = virtio;
  }

  get #queue(): Virtqueue {
    return this.#virtio.queues[Queue.receive];
  }

  /** False: there is no room yet. Without a driver frames are lost. */
  receive(frame: Uint8Array, following: FollowingFrames): boolean {
    if (!this.#virtio.isRunning) return true;
    const merged = this.#mayMerge ? this.#merger.merge(frame, following) : undefined;
    if (merged && this.#receiveMerged(merged)) return true;
    if (merged) following.putBack();
    return this.#receiveOne(frame);
  }

  #receiveMerged(merged: MergedPacket): boolean {
    const chains = this.#buffersFor(headerBytes(this.#virtio) + merged.frame.length);
    if (chains === null) return false;
    const bytes = this.#withHeader(merged.frame, chains.length);
    describeSegments(bytes, merged);
    this.#fill(chains, bytes);
    return true;
  }

  #receiveOne(frame: Uint8Array): boolean {
    const chains = this.#buffersFor(headerBytes(this.#virtio) + frame.length);
    if (chains === null) return !this.#virtio.isRunning;
    if (chains.length === 0) return true;
    const bytes = this.#withHeader(frame, chains.length);
    if (this.#virtio.has(NetworkFeature.guestChecksum) && intactPayload(frame))
      bytes[Header.flags] = HeaderFlag.isValid;
    this.#fill(chains, bytes);
    return true;
  }

  /** Without merged buffers one of the driver's may have room for a frame only. */
  get #mayMerge(): boolean {
    return this.#virtio.has(NetworkFeature.guestSegmentsIpv4) && this.#virtio.has(NetworkFeature.mergedBuffers);
  }

  /** Buffers with room for so many bytes; null: the driver has to give more. None: it never fits, and is lost. */
  #buffersFor(length: number): Chain[] | null {
    const chains: Chain[] = [];
    for (let room = 0; room < length; ) {
      const chain = this.#queue.pop();
      if (chain === null) {
        this.#queue.putBack(chains.length);
        return null;
      }
      chains.push(chain);
      room += chain.writable;
      if (chain.writable < Header.longBytes) {
        this.#virtio.fail('a buffer has no room for a header, bytes', chain.writable);
        return null;
      }
      if (room < length && !this.#virtio.has(NetworkFeature.mergedBuffers)) {
        this.#queue.putBack(1);
        return [];
      }
    }
    return chains;
  }

  #withHeader(frame: Uint8Array, buffers: number): Uint8Array {
    const start = headerBytes(this.#virtio);
    const bytes = new Uint8Array(start + frame.length);
    if (start === Header.longBytes) {
      bytes[Header.buffers] = buffers;
      bytes[Header.buffers + 1] = buffers >> 8;
    }
    bytes.set(frame, start);
    return bytes;
  }

  #fill(chains: readonly Chain[], bytes: Uint8Array): void {
    let done = 0;
    for (const chain of chains) {
      const count = chain.write(0, bytes.subarray(done));
      this.#queue.push(chain.head, count);
      done += count;
    }
    this.#queue.tell();
  }
}

/** Says in a packet's header that it was put together, and of what (5.1.6.4.1). */
function describeSegments(bytes: Uint8Array, { headerBytes: headers, segmentBytes }: MergedPacket): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint8(Header.flags, HeaderFlag.needsChecksum);
  view.setUint8(Header.segmentation, Segmentation.tcpIpv4);
  view.setUint16(Header.headerBytes, headers, true);
  view.setUint16(Header.segmentBytes, segmentBytes, true);
  view.setUint16(Header.checksumStart, MERGED_CHECKSUM.start, true);
  view.setUint16(Header.checksumOffset, MERGED_CHECKSUM.offset, true);
}
