import { PAGE_BYTES } from '../../../../translator/abi/page.ts';
import { type BalloonStreams, tellPages, tellStatistics, wantedPages } from '../../../host/balloon.ts';
import type { Segment } from '../../../memory/scattered.ts';
import { joinComponents } from '../../../snapshot/components.ts';
import { type Component, describe, flag, u16, u32 } from '../../../snapshot/describe.ts';
import type { PciFunction } from '../../pci/function.ts';
import type { Chain } from '../chain.ts';
import type { VirtioOptions } from '../device.ts';
import { VirtioFunction } from '../index.ts';
import { Kind } from '../registers.ts';

/**
 * Traditional memory balloon device (VIRTIO 1.2, 5.5): queues, and the configuration's two words. The queue of reported pages follows the others
 * without a gap, where QEMU has it, and Linux looks for it: free page hints (5.5.2) are not offered.
 */
const Queue = { inflate: 0, deflate: 1, statistics: 2, reporting: 3 } as const;
const Config = { wanted: 0, actual: 4, bytes: 8 } as const;
/** Numbers of features (5.5.3). */
const BalloonFeature = { statistics: 1, deflateOnOom: 2, reporting: 5 } as const;
/** Entries of each queue; Linux reports as many blocks of pages at once as that queue has entries. */
const [QUEUE_SIZE, REPORTING_SIZE] = [128, 32];
/** Bytes of page numbers, or of statistics, in one request at most. */
const MOST_BYTES = 4096;
/** Bytes of reported pages in one request at most: Linux reports 32 blocks of 4 MB. */
const MOST_REPORTED = 256 << 20;

const balloonState = describe({
  /** Pages that the host wants in the balloon. */
  wanted: u32,
  /** Pages that the driver has put there. */
  actual: u32,
  /** The driver has given a buffer of statistics, which the device keeps until the host asks for newer ones (5.5.6.3). */
  hasBuffer: flag,
  /** The descriptor of that buffer. */
  buffer: u16,
  /** The host has asked for statistics, and was not told any yet. */
  isAsked: flag,
});

/** Features of a balloon that its options add. */
export interface BalloonConfig {
  /** The driver may take pages out of the balloon when the guest has no memory left. */
  readonly deflateOnOom: boolean;
  /** The driver tells of pages that nobody in the guest uses, and the host gets their memory back. */
  readonly freePageReporting: boolean;
}

export interface VirtioBalloonOptions extends VirtioOptions, BalloonStreams {
  readonly config: BalloonConfig;
  /** Forgets what is in physical pages, by their numbers. */
  readonly releasePages: (pages: readonly number[]) => void;
}

/** Virtio balloon: the guest gives up pages, and nobody will ask for what was in them. Its driver tells how much memory is used. */
export class VirtioBalloon {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #state = balloonState.create();
  readonly #virtio: VirtioFunction;
  readonly #releasePages: VirtioBalloonOptions['releasePages'];
  readonly #streams: BalloonStreams;

  constructor(options: VirtioBalloonOptions) {
    const { name, config, releasePages, stream, statistics } = options;
    this.#releasePages = releasePages;
    this.#streams = options;
    this.#virtio = new VirtioFunction(options, {
      kind: Kind.balloon,
      features: featuresOf(config),
      queues: [QUEUE_SIZE, QUEUE_SIZE, QUEUE_SIZE, REPORTING_SIZE],
      config: {
        length: Config.bytes,
        bytes: () => new Uint8Array(Uint32Array.of(this.#state.wanted, this.#state.actual).buffer),
        write: (offset, value) => this.#writeConfig(offset, value),
      },
      notified: (queue) => this.#serve(queue),
      reset: () => this.#forget(),
      restored: () => this.#tell(),
    });
    stream.onInput = (bytes) => this.#want(bytes);
    statistics.onInput = (bytes) => this.#ask(bytes);
    this.component = joinComponents(name, [balloonState.bind(name, this.#state), this.#virtio.component]);
    this.pciFunction = this.#virtio.pciFunction;
  }

  reset(): void {
    this.#virtio.reset();
  }

  #want(bytes: Uint8Array): void {
    this.#streams.stream.taken(bytes.length);
    this.#state.wanted = wantedPages(bytes);
    this.#virtio.configChanged();
  }

  /** The host hears of it with the last byte. */
  #writeConfig(offset: number, value: number): void {
    if (offset < Config.actual) return;
    const shift = 8 * (offset - Config.actual);
    const kept = this.#state.actual & ~(0xff << shift);
    this.#state.actual = (kept | (value << shift)) >>> 0;
    if (offset === Config.bytes - 1) this.#tell();
  }

  /** Power on, or a reset: nothing is in the balloon, and nobody will answer. */
  #forget(): void {
    this.#state.actual = 0;
    this.#tell();
    this.#state.hasBuffer = false;
    if (this.#state.isAsked) this.#answer(new Uint8Array());
  }

  #tell(): void {
    tellPages(this.#streams, this.#state.actual);
  }

  /** The driver fills its buffer again when it gets it back. */
  #ask(bytes: Uint8Array): void {
    this.#streams.statistics.taken(bytes.length);
    this.#state.isAsked = true;
    if (!this.#virtio.isRunning || !this.#virtio.has(BalloonFeature.statistics)) this.#answer(new Uint8Array());
    else if (this.#state.hasBuffer) this.#giveBack();
  }

  #giveBack(): void {
    const queue = this.#virtio.queues[Queue.statistics];
    this.#state.hasBuffer = false;
    queue.push(this.#state.buffer, 0);
    queue.tell();
  }

  #answer(entries: Uint8Array): void {
    this.#state.isAsked = false;
    tellStatistics(this.#streams, entries);
  }

  #serve(number: number): void {
    if (number === Queue.statistics) this.#takeStatistics();
    else this.#takePages(number);
  }

  #takePages(number: number): void {
    const queue = this.#virtio.queues[number];
    queue.drain((chain) => {
      if (chain.readable > MOST_BYTES) return this.#virtio.fail('too many pages at once, bytes', chain.readable);
      if (chain.writable > MOST_REPORTED) return this.#virtio.fail('too many pages reported, bytes', chain.writable);
      if (number === Queue.inflate) this.#inflate(chain);
      if (number === Queue.reporting) this.#releasePages(pagesIn(chain.writableSegments));
      queue.push(chain.head, 0);
    });
    queue.tell();
  }

  #inflate(chain: Chain): void {
    const numbers = new DataView(new ArrayBuffer(chain.readable));
    chain.read(0, new Uint8Array(numbers.buffer));
    this.#releasePages(Array.from({ length: chain.readable >> 2 }, (_, n) => numbers.getUint32(4 * n, true)));
  }

  /** The first buffer comes when the driver begins, and tells of then: it is given back at once where the host waits for statistics. */
  #takeStatistics(): void {
    this.#virtio.queues[Queue.statistics].drain((chain) => {
      if (chain.readable > MOST_BYTES) return this.#virtio.fail('too many statistics, bytes', chain.readable);
      if (this.#state.hasBuffer) return this.#virtio.fail('a second buffer of statistics, at descriptor', chain.head);
      Object.assign(this.#state, { hasBuffer: true, buffer: chain.head });
      if (!this.#state.isAsked) return;
      const entries = new Uint8Array(chain.readable);
      chain.read(0, entries);
      this.#answer(entries);
    });
  }
}

function featuresOf({ deflateOnOom, freePageReporting }: BalloonConfig): number[] {
  const { statistics, deflateOnOom: onOom, reporting } = BalloonFeature;
  return [statistics, ...(deflateOnOom ? [onOom] : []), ...(freePageReporting ? [reporting] : [])];
}

/** Numbers of the pages that are whole within these parts of memory. */
function pagesIn(segments: readonly Segment[]): number[] {
  return segments.flatMap(({ address, length }) => {
    const first = Math.ceil(address / PAGE_BYTES);
    const end = Math.floor((address + length) / PAGE_BYTES);
    return Array.from({ length: Math.max(0, end - first) }, (_, n) => first + n);
  });
}
