import type { ReportGuestError } from '../../../bus/guest-error.ts';
import { completeChecksum } from '../../../ethernet/checksum.ts';
import { HEADER_BYTES, LARGEST_PACKET, LEAST_SEGMENT, padded } from '../../../ethernet/frame.ts';
import { sendSegments } from '../../../ethernet/packet.ts';
import type { Chain } from '../chain.ts';
import type { VirtioFunction } from '../index.ts';
import { headerBytes } from './receiver.ts';
import { Header, HeaderFlag, Queue, Segmentation } from './registers.ts';

/** Frames, or bytes, that are sent at a time: then the guest has to run. */
const BURST = 512;
const BURST_BYTES = 512 << 10;

export interface TransmitterOptions {
  readonly virtio: VirtioFunction;
  readonly guestError: ReportGuestError;
  readonly transmit: (frame: Uint8Array) => void;
  /** Frames were sent: the driver is to be told, now or later. */
  readonly sent: () => void;
  /** There is more to send, later. */
  readonly pause: () => void;
}

/** Sends the frames of the driver (5.1.6.2). */
export class Transmitter {
  readonly #options: TransmitterOptions;

  constructor(options: TransmitterOptions) {
    this.#options = options;
  }

  /** Sends frames until there are no more, or so many that the guest has to run between. @returns bytes */
  send(): number {
    const { virtio, pause, transmit, sent } = this.#options;
    const queue = virtio.queues[Queue.transmit];
    let [frames, bytes] = [0, 0];
    const send = (frame: Uint8Array) => {
      frames++;
      bytes += frame.length;
      transmit(padded(frame));
    };
    while (frames < BURST && bytes < BURST_BYTES) {
      const chain = queue.pop();
      if (chain === null) break;
      // One that is lost counts too.
      frames++;
      this.#sendOne(chain, send);
      queue.push(chain.head, 0);
    }
    if (frames > 0) sent();
    if (frames >= BURST || bytes >= BURST_BYTES) pause();
    return bytes;
  }

  #sendOne(chain: Chain, send: (frame: Uint8Array) => void): void {
    const { virtio } = this.#options;
    const start = headerBytes(virtio);
    const length = chain.readable - start;
    if (length < 0) virtio.fail('a frame has no header, bytes', chain.readable);
    else if (length < HEADER_BYTES || length > LARGEST_PACKET + HEADER_BYTES)
      this.#lose('no frame has so many bytes:', length);
    else {
      const bytes = new Uint8Array(start + length);
      chain.read(0, bytes);
      this.#sendFrame(new DataView(bytes.buffer), bytes.subarray(start), send);
    }
  }

  #sendFrame(header: DataView, frame: Uint8Array, send: (frame: Uint8Array) => void): void {
    const kind = header.getUint8(Header.segmentation) & ~Segmentation.congestionFlag;
    const size = header.getUint16(Header.segmentBytes, true);
    if (kind === Segmentation.none) {
      if ((header.getUint8(Header.flags) & HeaderFlag.needsChecksum) !== 0) this.#putChecksum(header, frame);
      send(frame);
    } else if (kind !== Segmentation.tcpIpv4) this.#lose('an unknown kind of segmentation:', kind);
    else if (size < LEAST_SEGMENT) this.#lose('segments are too small, bytes', size);
    else sendSegments(frame, size, send);
  }

  /** The sum of the pseudo header stands there already. */
  #putChecksum(header: DataView, frame: Uint8Array): void {
    const start = header.getUint16(Header.checksumStart, true);
    const at = start + header.getUint16(Header.checksumOffset, true);
    if (!completeChecksum(frame, start, at))
      this.#options.guestError('virtio-net: a checksum is beyond its frame, at', at);
  }

  #lose(what: string, value: number): void {
    this.#options.guestError(`virtio-net: ${what}`, value);
  }
}
