import type { Component } from '../../../snapshot/describe.ts';
import type { PciFunction } from '../../pci/function.ts';
import type { Chain } from '../chain.ts';
import type { VirtioOptions } from '../device.ts';
import { VirtioFunction } from '../index.ts';
import { Kind } from '../registers.ts';

/** Entries of its queue. */
const QUEUE_SIZE = 8;
/** Bytes that a request gets at most: the device may give fewer than there is room for, but one (5.4.6.2). */
const MOST_BYTES = 4096;

export interface VirtioRngOptions extends VirtioOptions {
  /** Fills bytes with numbers that nobody can guess. */
  readonly random: (target: Uint8Array) => void;
}

/** Virtio entropy device (5.4): random numbers from the host. */
export class VirtioRng {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #virtio: VirtioFunction;
  readonly #random: (target: Uint8Array) => void;

  constructor(options: VirtioRngOptions) {
    this.#random = options.random;
    this.#virtio = new VirtioFunction(options, {
      kind: Kind.entropy,
      queues: [QUEUE_SIZE],
      notified: () => this.#serve(),
    });
    this.component = this.#virtio.component;
    this.pciFunction = this.#virtio.pciFunction;
  }

  reset(): void {
    this.#virtio.reset();
  }

  #serve(): void {
    const [queue] = this.#virtio.queues;
    queue.drain((chain) => queue.push(chain.head, this.#fill(chain)));
    queue.tell();
  }

  #fill(chain: Chain): number {
    const bytes = new Uint8Array(Math.min(chain.writable, MOST_BYTES));
    this.#random(bytes);
    return chain.write(0, bytes);
  }
}
