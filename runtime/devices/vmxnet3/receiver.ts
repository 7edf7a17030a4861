import { destinationOf, HEADER_BYTES, tagOf, withoutTag } from '../../ethernet/frame.ts';
import { SegmentMerger } from '../../ethernet/merge.ts';
import { intactPayload, ipv4Of, isIpHeaderIntact, Protocol, setPayloadChecksum } from '../../ethernet/packet.ts';
import type { FollowingFrames } from '../../host/network.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64 } from '../../memory/descriptors.ts';
import { passes } from './filter.ts';
import { Completion, Feature, Receive, ReceiveCounter } from './registers.ts';
import { following, RingMemory, type RingPlace } from './ring.ts';
import type { CardState, FilterState, ReceiveState, RingState } from './state.ts';

/** Buffers of a frame at most, whatever the driver allows. */
const MOST_PIECES = 64;

/** A buffer of the driver's. */
interface Buffer {
  readonly address: number;
  readonly length: number;
  /** Its number in its ring, and which ring that is: 0 or 1. */
  readonly index: number;
  readonly ring: number;
}

export interface ReceiverOptions {
  readonly card: CardState;
  readonly state: ReceiveState;
  readonly filter: FilterState;
  readonly memory: BusMemory;
  /** Whether the card is active, and may reach memory. */
  readonly isRunning: () => boolean;
  readonly received: () => void;
}

/** Places in both rings while buffers for a frame are looked for. */
interface Places {
  heads: RingPlace;
  bodies: RingPlace;
}

/** Puts frames into the driver's buffers. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #rings: RingMemory;
  readonly #merger = new SegmentMerger();

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#rings = new RingMemory(options.memory);
  }

  /** False: there is no room yet. A frame that is not for the card, or never fits, is lost. */
  receive(frame: Uint8Array, following: FollowingFrames): boolean {
    const { card, filter, isRunning } = this.#options;
    const isWanted = isRunning() && card.receiveQueues > 0 && frame.length >= HEADER_BYTES;
    if (!isWanted || !passes(frame, filter, card.mac)) return true;
    const merged = this.#mergedOf(frame, following);
    if (merged && this.#deliver(merged, ReceiveCounter.merged) === 'delivered') return true;
    if (merged) following.putBack();
    return this.#deliver(frame, ReceiveCounter[destinationOf(frame)]) !== 'no room';
  }

  /** One packet of segments that follow each other, where the driver takes such (LRO); its checksum is right. */
  #mergedOf(frame: Uint8Array, following: FollowingFrames): Uint8Array | undefined {
    if ((this.#options.card.features & Feature.mergeSegments) === 0) return undefined;
    const merged = this.#merger.merge(frame, following)?.frame;
    const packet = merged && ipv4Of(merged);
    if (packet) setPayloadChecksum(merged, packet);
    return merged;
  }

  /** @param counter the first of the two that count it */
  #deliver(frame: Uint8Array, counter: number): 'delivered' | 'no room' | 'too large' {
    const { card, state, received } = this.#options;
    const tag = (card.features & Feature.stripVlan) === 0 ? -1 : tagOf(frame);
    const bare = tag < 0 ? frame : withoutTag(frame);
    const places = { heads: state.heads, bodies: state.bodies };
    const buffers = this.#buffersFor(bare.length, places);
    if (typeof buffers === 'string') return buffers;
    Object.assign(state.heads, places.heads);
    Object.assign(state.bodies, places.bodies);
    this.#fill(buffers, bare, tag);
    state.counters[counter]!++;
    state.counters[counter + 1]! += frame.length;
    received();
    return 'delivered';
  }

  #buffersFor(length: number, places: Places): readonly Buffer[] | 'no room' | 'too large' {
    const { mostPieces } = this.#options.card;
    const buffers: Buffer[] = [];
    for (let room = 0; room < length; room += buffers.at(-1)!.length) {
      if (buffers.length === Math.min(mostPieces, MOST_PIECES)) return 'too large';
      const buffer = buffers.length === 0 ? this.#head(places) : this.#piece(places);
      if (buffer === null) return 'no room';
      buffers.push(buffer);
    }
    return buffers;
  }

  /** The next buffer that a frame may begin with; others before it are passed over. */
  #head(places: Places): Buffer | null {
    const { heads } = this.#options.state;
    for (let n = 0; n < heads.size; n++) {
      const buffer = this.#bufferAt(heads, places.heads, 0);
      if (buffer === null) return null;
      places.heads = following(heads, places.heads);
      if (!buffer.isBody) return buffer;
    }
    return null;
  }

  /** The next buffer for the rest of a frame. */
  #piece(places: Places): Buffer | null {
    if (!this.#options.card.hasBodies) return this.#head(places);
    const { heads, bodies } = this.#options.state;
    const here = this.#bufferAt(heads, places.heads, 0);
    if (here?.isBody) {
      places.heads = following(heads, places.heads);
      return here;
    }
    const other = this.#bufferAt(bodies, places.bodies, 1);
    if (other !== null) places.bodies = following(bodies, places.bodies);
    return other;
  }

  #bufferAt(ring: RingState, place: RingPlace, number: number): (Buffer & { readonly isBody: boolean }) | null {
    if (ring.size === 0) return null;
    const { view } = this.#rings;
    this.#rings.fetch(ring, place);
    const bits = view.word(2);
    if (((bits & Receive.generation) !== 0) !== place.generation) return null;
    return {
      address: address64(view.word(0), view.word(1)),
      length: bits & Receive.lengthMask,
      index: place.next,
      ring: number,
      isBody: (bits & Receive.isBody) !== 0,
    };
  }

  #fill(buffers: readonly Buffer[], frame: Uint8Array, tag: number): void {
    const { card, state, memory } = this.#options;
    let done = 0;
    for (const [n, { address, length, index, ring }] of buffers.entries()) {
      const part = frame.subarray(done, done + length);
      memory.write(address, part);
      done += part.length;
      const isLast = n === buffers.length - 1;
      const [checks, noChecks] = isLast ? this.#checksOf(frame) : [0, 0];
      const ends = (n === 0 ? Completion.start : 0) | (isLast ? Completion.end : 0);
      const place = index | ((ring * card.receiveQueues) << Completion.queueShift);
      const stripped = isLast && tag >= 0 ? Completion.stripped | (tag << Completion.tagShift) : 0;
      const words = [place | ends | noChecks, 0, part.length | stripped, checks | Completion.typeReceived] as const;
      this.#rings.complete(state.completions, words, Completion.generation);
    }
  }

  /** Bits of words 3 and 0 of a completion: the checksums are right, or nobody has looked. */
  #checksOf(frame: Uint8Array): readonly [number, number] {
    const asks = (this.#options.card.features & Feature.receiveChecksum) !== 0;
    const packet = asks ? intactPayload(frame) : undefined;
    if (packet === undefined || !isIpHeaderIntact(frame, packet)) return [0, Completion.noChecksum];
    const kind = packet.protocol === Protocol.tcp ? Completion.tcp : Completion.udp;
    const right = Completion.payloadIntact | Completion.headerIntact | Completion.frameIntact;
    return [right | Completion.ipv4 | kind, 0];
  }
}
