import type { HostStream } from '../../../host/stream.ts';
import { joinComponents } from '../../../snapshot/components.ts';
import { type Component, describe, u32 } from '../../../snapshot/describe.ts';
import type { PciFunction } from '../../pci/function.ts';
import type { Chain } from '../chain.ts';
import type { VirtioOptions } from '../device.ts';
import { VirtioFunction } from '../index.ts';
import { Kind } from '../registers.ts';

/** Traditional memory balloon device (VIRTIO 1.2, 5.5): queues, and the configuration's two words. */
const Queue = { inflate: 0, deflate: 1 } as const;
const Config = { wanted: 0, actual: 4, bytes: 8 } as const;
const QUEUE_SIZE = 128;
/** Bytes of page numbers in one request at most. */
const MOST_NUMBERS = 4096;

const balloonState = describe({
  /** Pages that the host wants in the balloon. */
  wanted: u32,
  /** Pages that the driver has put there. */
  actual: u32,
});

export interface VirtioBalloonOptions extends VirtioOptions {
  /** To the host: numbers of 32 bits, low byte first. It says how many pages it wants, and hears how many there are. */
  readonly stream: HostStream;
  /** Forgets what is in physical pages, by their numbers. */
  readonly releasePages: (pages: readonly number[]) => void;
}

/** Virtio balloon: the guest gives up pages, and nobody will ask for what was in them. */
export class VirtioBalloon {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #state = balloonState.create();
  readonly #virtio: VirtioFunction;
  readonly #releasePages: VirtioBalloonOptions['releasePages'];
  readonly #stream: HostStream;

  constructor(options: VirtioBalloonOptions) {
    const { name, releasePages, stream } = options;
    this.#releasePages = releasePages;
    this.#stream = stream;
    this.#virtio = new VirtioFunction(options, {
      kind: Kind.balloon,
      queues: [QUEUE_SIZE, QUEUE_SIZE],
      config: {
        length: Config.bytes,
        bytes: () => new Uint8Array(Uint32Array.of(this.#state.wanted, this.#state.actual).buffer),
        write: (offset, value) => this.#writeConfig(offset, value),
      },
      notified: (queue) => this.#serve(queue),
      reset: () => this.#setActual(0),
      restored: () => this.#tell(),
    });
    stream.onInput = (bytes) => this.#want(bytes);
    this.component = joinComponents(name, [balloonState.bind(name, this.#state), this.#virtio.component]);
    this.pciFunction = this.#virtio.pciFunction;
  }

  reset(): void {
    this.#virtio.reset();
  }

  #want(bytes: Uint8Array): void {
    this.#stream.taken(bytes.length);
    this.#state.wanted = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
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

  #setActual(pages: number): void {
    this.#state.actual = pages;
    this.#tell();
  }

  #tell(): void {
    this.#stream.write(new Uint8Array(Uint32Array.of(this.#state.actual).buffer));
  }

  #serve(number: number): void {
    const queue = this.#virtio.queues[number];
    queue.drain((chain) => {
      if (chain.readable > MOST_NUMBERS) this.#virtio.fail('too many pages at once, bytes', chain.readable);
      else {
        if (number === Queue.inflate) this.#inflate(chain);
        queue.push(chain.head, 0);
      }
    });
    queue.tell();
  }

  #inflate(chain: Chain): void {
    const numbers = new DataView(new ArrayBuffer(chain.readable));
    chain.read(0, new Uint8Array(numbers.buffer));
    this.#releasePages(Array.from({ length: chain.readable >> 2 }, (_, n) => numbers.getUint32(4 * n, true)));
  }
}
