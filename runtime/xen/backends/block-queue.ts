import { transferSectors } from '../../disks/transfer.ts';
import { type BlockDone, type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { ScatteredMemory } from '../../memory/scattered.ts';
import type { XenDomain } from '../domain.ts';
import { type BlockQueueState, MOST_RING_ORDER } from './block-queue-state.ts';
import { answerTo, BlockStatus, REQUEST_BYTES, readRequest } from './block-requests.ts';
import type { FrontValues } from './bus.ts';
import { type FrontChannel, frontChannel } from './front-channel.ts';
import { SharedRing } from './ring.ts';

export interface BlockQueueOptions {
  readonly domain: XenDomain;
  readonly memory: BusMemory;
  readonly port: BlockPort;
  readonly state: BlockQueueState;
}

/** A queue of a disk: a ring of requests, of which some are under way, and a channel for it. */
export class BlockQueue {
  readonly #options: BlockQueueOptions;
  readonly #ring: SharedRing;
  #channel: FrontChannel | null = null;

  private constructor(options: BlockQueueOptions, ring: SharedRing) {
    this.#options = options;
    this.#ring = ring;
  }

  /**
   * Connects one to what the front end says; null where that cannot be.
   * @param order the number of pages of the ring as a power of 2, as the store has it; undefined: the front end knows of one page only
   */
  static connect(options: BlockQueueOptions, front: FrontValues, order: string | undefined): BlockQueue | null {
    const { domain, memory, state } = options;
    const references = ringReferences(front, order);
    if (references === null) return null;
    const ring = new SharedRing(
      { memory, grants: domain.grants },
      { references, entryBytes: REQUEST_BYTES, state: state.ring },
    );
    const queue = new BlockQueue(options, ring);
    queue.#channel = frontChannel(domain.channels, front('event-channel'), () => queue.serve());
    if (ring.isThere) return queue.#channel === null ? null : queue;
    queue.disconnect();
    return null;
  }

  disconnect(): void {
    this.#channel?.close();
    this.#channel = null;
  }

  /** A state that was loaded has requests under way, of which the host knows nothing. */
  resume(): void {
    for (const [n, { isUsed }] of this.#options.state.underWay.entries()) if (isUsed) this.#execute(n);
  }

  serve(): void {
    const { underWay } = this.#options.state;
    if (this.#channel === null) return;
    do {
      while (this.#ring.waiting > 0) {
        const free = underWay.findIndex(({ isUsed }) => !isUsed);
        // Its answers make room.
        if (free < 0) return;
        const request = this.#ring.take();
        underWay[free]!.isUsed = true;
        underWay[free]!.request.set(new Uint8Array(request.buffer));
        this.#execute(free);
      }
    } while (this.#ring.awaitRequests(1));
  }

  #execute(n: number): void {
    const { memory, port, domain, state } = this.#options;
    const bytes = state.underWay[n]!.request;
    const request = readRequest(new DataView(bytes.buffer, bytes.byteOffset), {
      pageOf: (reference, access) => domain.grants.pageOf(reference, access),
      read: (address, length) => {
        const view = new DataView(new ArrayBuffer(length));
        memory.read(address, new Uint8Array(view.buffer));
        return view;
      },
    });
    const ended: BlockDone = (error) => this.#end(n, error === null ? BlockStatus.okay : BlockStatus.error);
    if (typeof request === 'number') this.#end(n, request);
    else if (request.kind === 'flush') port.flush(ended);
    else if (!this.#isWithin(request.sector, 'count' in request ? request.count : 0, request.kind))
      this.#end(n, BlockStatus.error);
    else if (request.kind === 'discard') port.discard(request.sector, request.count, ended);
    else {
      const place = new ScatteredMemory(memory, request.segments);
      const { kind, sector } = request;
      if (!this.#isWithin(sector, place.length / SECTOR_BYTES, kind)) this.#end(n, BlockStatus.error);
      else transferSectors(port, { kind, sector, bytes: place.length }, transferMemory(place), ended);
    }
  }

  #isWithin(sector: number, count: number, kind: 'read' | 'write' | 'discard'): boolean {
    const { sectors = 0, isReadOnly = true } = this.#options.port.medium ?? {};
    return sector + count <= sectors && (kind === 'read' || !isReadOnly);
  }

  #end(n: number, status: number): void {
    const one = this.#options.state.underWay[n]!;
    one.isUsed = false;
    if (this.#channel === null) return;
    this.#ring.give(answerTo(new DataView(one.request.buffer, one.request.byteOffset), status));
    if (this.#ring.tell()) this.#channel.raise();
    this.serve();
  }
}

/** References to the pages of the ring that a front end names; null: it may not have so many. */
function ringReferences(front: FrontValues, order: string | undefined): (string | undefined)[] | null {
  if (order === undefined) return [front('ring-ref')];
  const isOrder = /^\d+$/.test(order) && Number(order) <= MOST_RING_ORDER;
  return isOrder ? Array.from({ length: 2 ** Number(order) }, (_, n) => front(`ring-ref${n}`)) : null;
}

function transferMemory(place: ScatteredMemory) {
  return {
    read: (at: number, target: Uint8Array) => void place.read(at, target),
    write: (at: number, bytes: Uint8Array) => void place.write(at, bytes),
  };
}
