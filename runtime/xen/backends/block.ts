import { transferSectors } from '../../disks/transfer.ts';
import { type BlockDone, type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { ScatteredMemory } from '../../memory/scattered.ts';
import { bytes, type Component, describe, flag, list } from '../../snapshot/describe.ts';
import type { XenDomain } from '../domain.ts';
import { answerTo, BlockStatus, INDIRECT_SEGMENTS, REQUEST_BYTES, readRequest } from './block-requests.ts';
import type { Backend, FrontValues } from './bus.ts';
import { type FrontChannel, frontChannel } from './front-channel.ts';
import { ringEntries, ringState, SharedRing } from './ring.ts';

/** Pages of a ring, at most, as a power of 2, and requests in them. */
const MOST_RING_ORDER = 2;
const MOST_UNDER_WAY = ringEntries(2 ** MOST_RING_ORDER, REQUEST_BYTES);
/** The first disk, xvda: major and minor number of Linux. */
const FIRST_DISK = 202 << 8;
const DISK_NUMBERS = 16;
/** Bits of the node `info` (io/blkif.h: VDISK_READONLY). */
const READ_ONLY = 4;

const blockState = describe({
  ring: ringState,
  /** Requests that have no answer yet. Their places in the ring may have others' answers. */
  underWay: list(MOST_UNDER_WAY, describe({ isUsed: flag, request: bytes(REQUEST_BYTES) })),
});

export interface BlockBackendOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  readonly domain: XenDomain;
  readonly memory: BusMemory;
  readonly port: BlockPort;
  /** 0: xvda, 1: xvdb and so on. */
  readonly index: number;
}

/** The back end of a disk (Xen's io/blkif.h): one ring, with segments apart, flushes and discards. */
export class BlockBackend implements Backend {
  readonly kind = 'vbd';
  readonly number: number;
  readonly component: Component;
  readonly #options: BlockBackendOptions;
  readonly #state = blockState.create();
  #front: { readonly ring: SharedRing; readonly channel: FrontChannel } | null = null;

  constructor(options: BlockBackendOptions) {
    this.#options = options;
    this.number = FIRST_DISK + options.index * DISK_NUMBERS;
    this.component = blockState.bind(options.name, this.#state);
  }

  get #isReadOnly(): boolean {
    return this.#options.port.medium?.isReadOnly ?? true;
  }

  frontNodes(): Readonly<Record<string, string>> {
    return { 'virtual-device': `${this.number}`, 'device-type': 'disk' };
  }

  backNodes(): Readonly<Record<string, string>> {
    return {
      dev: `xvd${String.fromCharCode(97 + this.#options.index)}`,
      mode: this.#isReadOnly ? 'r' : 'w',
      'feature-flush-cache': '1',
      'max-ring-page-order': `${MOST_RING_ORDER}`,
      'feature-max-indirect-segments': `${INDIRECT_SEGMENTS}`,
      ...(this.#isReadOnly ? {} : { 'feature-discard': '1', 'discard-granularity': `${SECTOR_BYTES}` }),
    };
  }

  connect(front: FrontValues): Readonly<Record<string, string>> | null {
    const { domain, memory, port } = this.#options;
    const references = ringReferences(front);
    if (references === null) return null;
    const ring = new SharedRing(
      { memory, grants: domain.grants },
      { references, entryBytes: REQUEST_BYTES, state: this.#state.ring },
    );
    const channel = frontChannel(domain.channels, front('event-channel'), () => this.#serve());
    if (channel === null || !ring.isThere) return null;
    this.#front = { ring, channel };
    // A state that was loaded has requests under way, of which the host knows nothing.
    for (const [n, { isUsed }] of this.#state.underWay.entries()) if (isUsed) this.#execute(n);
    const sectors = port.medium?.sectors ?? 0;
    return {
      sectors: `${sectors}`,
      'sector-size': `${SECTOR_BYTES}`,
      info: `${this.#isReadOnly ? READ_ONLY : 0}`,
    };
  }

  start(): void {
    this.#serve();
  }

  disconnect(): void {
    this.#options.port.cancel();
    this.#front?.channel.close();
    this.#front = null;
    Object.assign(this.#state.ring, ringState.create());
    for (const one of this.#state.underWay) one.isUsed = false;
  }

  #serve(): void {
    const front = this.#front;
    if (front === null) return;
    do {
      while (front.ring.waiting > 0) {
        const free = this.#state.underWay.findIndex(({ isUsed }) => !isUsed);
        // Its answers make room.
        if (free < 0) return;
        const request = front.ring.take();
        this.#state.underWay[free]!.isUsed = true;
        this.#state.underWay[free]!.request.set(new Uint8Array(request.buffer));
        this.#execute(free);
      }
    } while (front.ring.awaitRequests(1));
  }

  #execute(n: number): void {
    const { memory, port, domain } = this.#options;
    const bytes = this.#state.underWay[n]!.request;
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
    const sectors = this.#options.port.medium?.sectors ?? 0;
    return sector + count <= sectors && (kind === 'read' || !this.#isReadOnly);
  }

  #end(n: number, status: number): void {
    const one = this.#state.underWay[n]!;
    one.isUsed = false;
    if (this.#front === null) return;
    const { ring, channel } = this.#front;
    ring.give(answerTo(new DataView(one.request.buffer, one.request.byteOffset), status));
    if (ring.tell()) channel.raise();
    this.#serve();
  }
}

/** References to the pages of the ring that a front end names; null: it may not have so many. */
function ringReferences(front: FrontValues): (string | undefined)[] | null {
  const order = front('ring-page-order');
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
