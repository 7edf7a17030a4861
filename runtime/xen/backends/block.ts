import { type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { XenDomain } from '../domain.ts';
import { BlockQueue } from './block-queue.ts';
import { type BlockQueueState, clearQueue, MOST_RING_ORDER, makeQueues, queuesComponent } from './block-queue-state.ts';
import { INDIRECT_SEGMENTS } from './block-requests.ts';
import type { Backend, FrontValues } from './bus.ts';
import { connectQueues } from './front-queues.ts';

/** The first disk, xvda: major and minor number of Linux. */
const FIRST_DISK = 202 << 8;
const DISK_NUMBERS = 16;
/** Bits of the node `info` (io/blkif.h: VDISK_READONLY). */
const READ_ONLY = 4;

export interface BlockBackendOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  readonly domain: XenDomain;
  readonly memory: BusMemory;
  readonly port: BlockPort;
  /** 0: xvda, 1: xvdb and so on. */
  readonly index: number;
  /** Queues that the front end may have. */
  readonly mostQueues: number;
}

/** The back end of a disk (Xen's io/blkif.h): queues with a ring each, with segments apart, flushes and discards. */
export class BlockBackend implements Backend {
  readonly kind = 'vbd';
  readonly number: number;
  readonly component: Component;
  readonly #options: BlockBackendOptions;
  readonly #states: readonly BlockQueueState[];
  #queues: readonly BlockQueue[] = [];

  constructor(options: BlockBackendOptions) {
    this.#options = options;
    this.number = FIRST_DISK + options.index * DISK_NUMBERS;
    this.#states = makeQueues(options.mostQueues);
    this.component = queuesComponent(options.name, this.#states);
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
      'multi-queue-max-queues': `${this.#options.mostQueues}`,
      'feature-max-indirect-segments': `${INDIRECT_SEGMENTS}`,
      ...(this.#isReadOnly ? {} : { 'feature-discard': '1', 'discard-granularity': `${SECTOR_BYTES}` }),
    };
  }

  connect(front: FrontValues): Readonly<Record<string, string>> | null {
    const { port, mostQueues } = this.#options;
    const queues = connectQueues(front, mostQueues, (values, n) =>
      BlockQueue.connect({ ...this.#options, state: this.#states[n]! }, values, front('ring-page-order')),
    );
    if (queues === null) return null;
    this.#queues = queues;
    for (const queue of queues) queue.resume();
    return {
      ...sizeOf(port),
      'sector-size': `${SECTOR_BYTES}`,
      info: `${this.#isReadOnly ? READ_ONLY : 0}`,
    };
  }

  /** A disk may become larger or smaller. */
  watch(renewed: (nodes: Readonly<Record<string, string>>) => void): void {
    const { port } = this.#options;
    port.onMediumChanged = () => renewed(sizeOf(port));
  }

  start(): void {
    for (const queue of this.#queues) queue.serve();
  }

  disconnect(): void {
    this.#options.port.cancel();
    for (const queue of this.#queues) queue.disconnect();
    this.#queues = [];
    for (const state of this.#states) clearQueue(state);
  }
}

const sizeOf = ({ medium }: BlockPort) => ({ sectors: `${medium?.sectors ?? 0}` });
