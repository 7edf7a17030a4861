import type { ReportGuestError } from '../../bus/guest-error.ts';
import { completeChecksum } from '../../ethernet/checksum.ts';
import { destinationOf, HEADER_BYTES, LARGEST_PACKET, LEAST_SEGMENT, padded, withTag } from '../../ethernet/frame.ts';
import { sendSegments } from '../../ethernet/packet.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64 } from '../../memory/descriptors.ts';
import { ScatteredMemory, type Segment } from '../../memory/scattered.ts';
import { Completion, Offload, Send, SendCounter, SendFlags } from './registers.ts';
import { following, RingMemory, type RingPlace } from './ring.ts';
import type { CardState, SendQueueState } from './state.ts';

/** Frames, or bytes, that are sent at a time: then the guest has to run. */
const BURST = 512;
const BURST_BYTES = 512 << 10;

/** A packet of the driver's, which is several descriptors. */
interface Packet {
  readonly pieces: readonly Segment[];
  /** Words 2 and 3 of its first descriptor, which has what is to be done with it. */
  readonly first: readonly [number, number];
  /** The number of its last descriptor, and the place after that. */
  readonly last: number;
  readonly after: RingPlace;
}

export interface TransmitterOptions {
  readonly state: CardState;
  readonly memory: BusMemory;
  readonly guestError: ReportGuestError;
  /** Whether the card is active, and may reach memory. */
  readonly isRunning: () => boolean;
  readonly transmit: (frame: Uint8Array) => void;
  /** Frames were sent: the driver is to be told, now or later. */
  readonly sent: () => void;
  /** There is more to send, later. */
  readonly pause: () => void;
}

/** Sends the packets in the driver's rings. */
export class Transmitter {
  readonly #options: TransmitterOptions;
  readonly #rings: RingMemory;

  constructor(options: TransmitterOptions) {
    this.#options = options;
    this.#rings = new RingMemory(options.memory);
  }

  /** Sends packets until there are no more, or so many that the guest has to run between. @returns bytes */
  send(): number {
    const { state, isRunning, pause, sent } = this.#options;
    let [packets, bytes, idle] = [0, 0, 0];
    if (!isRunning()) return 0;
    while (idle < state.sendQueues && packets < BURST && bytes < BURST_BYTES) {
      const queue = state.sending[state.turn % state.sendQueues]!;
      const packet = this.#next(queue);
      if (packet === null) {
        idle++;
        state.turn = (state.turn + 1) % state.sendQueues;
        continue;
      }
      idle = 0;
      packets++;
      bytes += this.#sendPacket(queue, packet);
    }
    if (packets > 0) sent();
    if (packets >= BURST || bytes >= BURST_BYTES) pause();
    return bytes;
  }

  /** The next packet whose last descriptor is there too; null: there is none. */
  #next({ ring }: SendQueueState): Packet | null {
    const { view } = this.#rings;
    const pieces: Segment[] = [];
    let first: readonly [number, number] | undefined;
    let place: RingPlace = ring;
    for (let n = 0; n < ring.size; n++) {
      this.#rings.fetch(ring, place);
      const [bits, flags] = [view.word(2), view.word(3)];
      if (((bits & Send.generation) !== 0) !== place.generation) return null;
      first ??= [bits, flags];
      const length = bits & Send.lengthMask || Send.wholeLength;
      pieces.push({ address: address64(view.word(0), view.word(1)), length });
      const after = following(ring, place);
      if ((flags & SendFlags.end) !== 0) return { pieces, first, last: place.next, after };
      place = after;
    }
    return null;
  }

  /** @returns bytes that were sent */
  #sendPacket(queue: SendQueueState, { pieces, first, last, after }: Packet): number {
    Object.assign(queue.ring, after);
    const memory = new ScatteredMemory(this.#options.memory, pieces);
    let bytes = 0;
    if (memory.length < HEADER_BYTES || memory.length > LARGEST_PACKET + HEADER_BYTES)
      this.#lose(queue, 'no frame has so many bytes:', memory.length);
    else {
      const frame = new Uint8Array(memory.length);
      memory.read(0, frame);
      bytes = this.#sendFrame(queue, frame, first);
    }
    this.#rings.complete(queue.completions, [last, 0, 0, 0], Completion.generation);
    queue.isUntold = true;
    return bytes;
  }

  #sendFrame(queue: SendQueueState, frame: Uint8Array, [bits, flags]: readonly [number, number]): number {
    const size = bits >>> Send.sizeShift;
    const offload = (flags >>> SendFlags.offloadShift) & SendFlags.offloadMask;
    let bytes = 0;
    const send = (one: Uint8Array) => {
      const tagged = (flags & SendFlags.tagged) === 0 ? one : withTag(one, flags >>> SendFlags.tagShift);
      bytes += tagged.length;
      this.#count(queue, tagged, offload === Offload.segments);
      this.#options.transmit(padded(tagged));
    };
    if (offload === Offload.segments) {
      if (size < LEAST_SEGMENT) this.#lose(queue, 'segments are too small, bytes', size);
      else sendSegments(frame, size, send);
    } else {
      const isWhole = offload !== Offload.checksum || completeChecksum(frame, flags & SendFlags.headerMask, size);
      if (isWhole) send(frame);
      else this.#lose(queue, 'a checksum is beyond its frame, at', size);
    }
    return bytes;
  }

  #count({ counters }: SendQueueState, frame: Uint8Array, isSegment: boolean): void {
    const at = SendCounter[destinationOf(frame)];
    counters[at]!++;
    counters[at + 1]! += frame.length;
    if (!isSegment) return;
    counters[SendCounter.segmentedFrames]!++;
    counters[SendCounter.segmentedBytes]! += frame.length;
  }

  #lose({ counters }: SendQueueState, what: string, value: number): void {
    counters[SendCounter.errors]!++;
    this.#options.guestError(`vmxnet3: ${what}`, value);
  }
}
