import type { HostStream } from '../../../host/stream.ts';
import type { BusMemory } from '../../../memory/bus-memory.ts';
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
/** Pages have 4 KB here, whatever the guest's have (5.5.6). */
const PAGE_BYTES = 4096;
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
}

/** Virtio balloon: the guest gives up pages. They are filled with zeros, as nobody will ask for what was in them. */
export class VirtioBalloon {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #state = balloonState.create();
  readonly #virtio: VirtioFunction;
  readonly #memory: BusMemory;
  readonly #stream: HostStream;

  constructor(options: VirtioBalloonOptions) {
    const { name, memory, stream } = options;
    this.#memory = memory;
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

  /** Pages that were never touched stay so. */
  #inflate(chain: Chain): void {
    const numbers = new DataView(new ArrayBuffer(chain.readable));
    chain.read(0, new Uint8Array(numbers.buffer));
    const page = new Uint8Array(PAGE_BYTES);
    for (let at = 0; at + 4 <= chain.readable; at += 4) {
      const address = numbers.getUint32(at, true) * PAGE_BYTES;
      if (!this.#memory.has(address, PAGE_BYTES)) continue;
      this.#memory.read(address, page);
      if (page.some((byte) => byte !== 0)) this.#memory.write(address, page.fill(0));
    }
  }
}
