import { ipv4Of, isPayloadIntact, Protocol } from '../../../ethernet/packet.ts';
import type { Chain } from '../chain.ts';
import type { VirtioFunction } from '../index.ts';
import type { Virtqueue } from '../queue.ts';
import { Feature } from '../registers.ts';
import { Header, HeaderFlag, NetworkFeature, Queue } from './registers.ts';

/** Bytes in front of a frame, as the driver has it. */
export function headerBytes(virtio: VirtioFunction): number {
  const isLong = virtio.has(Feature.version1) || virtio.has(NetworkFeature.mergedBuffers);
  return isLong ? Header.longBytes : Header.shortBytes;
}

/** Puts frames into the driver's buffers (5.1.6.3). */
export class Receiver {
  readonly #virtio: VirtioFunction;

  constructor(virtio: VirtioFunction) {
    this.#virtio = virtio;
  }

  get #queue(): Virtqueue {
    return this.#virtio.queues[Queue.receive];
  }

  /** False: there is no room yet. Without a driver frames are lost. */
  receive(frame: Uint8Array): boolean {
    if (!this.#virtio.isRunning) return true;
    const length = headerBytes(this.#virtio) + frame.length;
    const chains = this.#buffersFor(length);
    if (chains === null) return !this.#virtio.isRunning;
    if (chains.length > 0) this.#fill(chains, this.#withHeader(frame, chains.length));
    return true;
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
    if (this.#virtio.has(NetworkFeature.guestChecksum) && isIntact(frame)) bytes[Header.flags] = HeaderFlag.isValid;
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

/** The checksum of TCP or UDP is there, and right. */
function isIntact(frame: Uint8Array): boolean {
  const packet = ipv4Of(frame);
  if (packet === undefined || packet.isFragment) return false;
  return (packet.protocol === Protocol.tcp || packet.protocol === Protocol.udp) && isPayloadIntact(frame, packet);
}
