import type { BusMemory } from '../../memory/bus-memory.ts';
import { longAt } from '../../memory/long.ts';
import {
  COUNTERS,
  GUEST_WINDOWS,
  MAGIC,
  MOST_COMPLETIONS,
  MOST_RING,
  Queue,
  RECEIVE_QUEUES,
  SEND_QUEUES,
  Shared,
} from './registers.ts';
import { beginRing } from './ring.ts';
import type { CardState, FilterState, ReceiveState, VectorsState } from './state.ts';

/** The parts of the card's state that the driver's structure describes. */
export interface SharedSide {
  readonly memory: BusMemory;
  readonly card: CardState;
  readonly receiving: ReceiveState;
  readonly filter: FilterState;
  readonly vectors: VectorsState;
}

/** The structure in memory that the driver shares with the card, and the descriptions of queues that it points to. */
export class SharedMemory {
  readonly #side: SharedSide;

  constructor(side: SharedSide) {
    this.#side = side;
  }

  /** Reads all of the configuration. False: it is not one. */
  configure(): boolean {
    const { card, vectors } = this.#side;
    const view = this.#read(card.shared, Shared.bytes);
    const [sendQueues, receiveQueues] = [view.getUint8(Shared.sendQueues), view.getUint8(Shared.receiveQueues)];
    const isFine = view.getUint32(Shared.magic, true) === MAGIC;
    if (!isFine || sendQueues > SEND_QUEUES || receiveQueues > RECEIVE_QUEUES) return false;
    Object.assign(card, {
      ...{ sendQueues, receiveQueues, turn: 0 },
      queues: longAt(view, Shared.queues),
      mostPieces: view.getUint16(Shared.mostPieces, true) || 1,
      hasBodies: ((view.getUint32(Shared.guest, true) >> 2) & 0xf) !== GUEST_WINDOWS,
      eventVector: view.getUint8(Shared.eventVector),
    });
    vectors.masksItself = view.getUint8(Shared.masksItself) !== 0;
    this.updateFeatures();
    this.updateMode();
    this.updateVlans();
    this.updateMulticast();
    this.#configureQueues();
    return true;
  }

  updateFeatures(): void {
    this.#side.card.features = this.#read(this.#side.card.shared + Shared.features, 1).getUint8(0);
  }

  updateMode(): void {
    this.#side.filter.mode = this.#read(this.#side.card.shared + Shared.receiveMode, 1).getUint8(0);
  }

  updateVlans(): void {
    const { card, filter } = this.#side;
    const view = this.#read(card.shared + Shared.vlans, 4 * filter.vlans.length);
    for (const n of filter.vlans.keys()) filter.vlans[n] = view.getUint32(4 * n, true);
  }

  updateMulticast(): void {
    const { card, filter } = this.#side;
    const view = this.#read(card.shared + Shared.multicastBytes, 12);
    const table = this.#read(longAt(view, Shared.multicast - Shared.multicastBytes), view.getUint16(0, true));
    filter.multicast.clear();
    filter.multicast.push(new Uint8Array(table.buffer));
  }

  #configureQueues(): void {
    const { card, receiving } = this.#side;
    for (const [n, queue] of card.sending.slice(0, card.sendQueues).entries()) {
      const at = card.queues + n * Queue.bytes;
      const view = this.#read(at, Queue.bytes);
      beginRing(queue.ring, longAt(view, Queue.ring), view.getUint32(Queue.ringSize, true), MOST_RING);
      this.#beginCompletions(view, queue.completions, MOST_RING);
      Object.assign(queue, { vector: view.getUint8(Queue.vector), isUntold: false });
      queue.counters.fill(0);
      this.#write(at + Queue.sendThreshold, 1);
    }
    if (card.receiveQueues === 0) return;
    // Frames go to the first of them.
    const view = this.#read(card.queues + card.sendQueues * Queue.bytes, Queue.bytes);
    beginRing(receiving.heads, longAt(view, Queue.ring), view.getUint32(Queue.ringSize, true), MOST_RING);
    beginRing(receiving.bodies, longAt(view, Queue.bodies), view.getUint32(Queue.bodiesSize, true), MOST_RING);
    this.#beginCompletions(view, receiving.completions, MOST_COMPLETIONS);
    receiving.vector = view.getUint8(Queue.vector);
    receiving.counters.fill(0);
  }

  /** A ring of completions begins with zeros, so that none of them is a completion yet. */
  #beginCompletions(view: DataView, ring: ReceiveState['completions'], most: number): void {
    beginRing(ring, longAt(view, Queue.completions), view.getUint32(Queue.completionsSize, true), most);
    this.#side.memory.write(ring.address, new Uint8Array(16 * ring.size));
  }

  /** Sets bits of the events, or clears them. */
  changeEvents(set: number, cleared: number): void {
    const { shared } = this.#side.card;
    const events = this.#read(shared + Shared.events, 4).getUint32(0, true);
    this.#write(shared + Shared.events, (events | set) & ~cleared);
  }

  /** Writes the counters into the descriptions of their queues. */
  tellCounters(): void {
    const { card, receiving } = this.#side;
    const queues = card.sending.slice(0, card.sendQueues).map(({ counters }) => counters);
    if (card.receiveQueues > 0) queues.push(receiving.counters);
    for (const [n, counters] of queues.entries()) {
      const view = new DataView(new ArrayBuffer(8 * COUNTERS));
      for (const [at, value] of counters.entries()) view.setBigUint64(8 * at, BigInt(value), true);
      this.#side.memory.write(card.queues + n * Queue.bytes + Queue.statistics, new Uint8Array(view.buffer));
    }
  }

  #read(address: number, length: number): DataView {
    const bytes = new Uint8Array(length);
    this.#side.memory.read(address, bytes);
    return new DataView(bytes.buffer);
  }

  #write(address: number, word: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, word, true);
    this.#side.memory.write(address, bytes);
  }
}
