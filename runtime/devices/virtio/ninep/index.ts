import type { FolderPort } from '../../../host/folder.ts';
import { joinComponents } from '../../../snapshot/components.ts';
import { type Component, describe, list, u32 } from '../../../snapshot/describe.ts';
import type { PciFunction } from '../../pci/function.ts';
import type { Chain } from '../chain.ts';
import type { VirtioOptions } from '../device.ts';
import { VirtioFunction } from '../index.ts';
import type { Virtqueue } from '../queue.ts';
import { Kind } from '../registers.ts';

/** As in QEMU: Linux asks for messages that so many descriptors have room for. */
const QUEUE_SIZE = 128;
/** The feature that the configuration has a tag (5.10 of VIRTIO 1.2 leaves it to Linux's virtio_9p.h). */
const MOUNT_TAG = 0;
/** Bytes of a request that there must be: length, type and tag; and of the room for a reply, which may be an error's number. */
const [LEAST_READABLE, LEAST_WRITABLE] = [7, 11];
/** Bytes of a message at most, and its header: what is longer cannot be right. */
const MOST_BYTES = (512 << 10) + 1;

/** Requests are counted up to here, and then from 1 on. */
const MOST_NUMBER = 0xffffffff;

const ninepState = describe({
  /** By the descriptors that name them: the numbers of requests that are under way; 0: there is none. */
  requests: list(QUEUE_SIZE, u32),
  /** The number of the last one. */
  last: u32,
});

export interface VirtioNinepOptions extends VirtioOptions {
  /** The name by which the guest mounts it: up to 31 characters of ASCII. */
  readonly tag: string;
  readonly port: FolderPort;
}

/** Virtio 9P transport: a folder of the host, whose messages the host answers. */
export class VirtioNinep {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #virtio: VirtioFunction;
  readonly #state = ninepState.create();
  readonly #port: FolderPort;

  constructor(options: VirtioNinepOptions) {
    const { name, tag, port } = options;
    this.#port = port;
    const config = configBytes(tag);
    this.#virtio = new VirtioFunction(options, {
      kind: Kind.ninep,
      features: [MOUNT_TAG],
      queues: [QUEUE_SIZE],
      config: { length: config.length, bytes: () => config },
      notified: () => this.#queue.drain((chain) => this.#begin(chain)),
      reset: () => this.#forget(),
      restored: () => this.#restart(),
    });
    this.component = joinComponents(name, [ninepState.bind(name, this.#state), this.#virtio.component]);
    this.pciFunction = this.#virtio.pciFunction;
  }

  reset(): void {
    this.#virtio.reset();
  }

  get #queue(): Virtqueue {
    return this.#virtio.queues[0];
  }

  #forget(): void {
    this.#state.requests.fill(0);
    this.#port.reset();
  }

  /** Sends the requests of a loaded state that have no answer once more, in the order in which they were sent. */
  #restart(): void {
    this.#port.restart();
    const { requests, last } = this.#state;
    const age = (number: number) => (last - number + MOST_NUMBER) % MOST_NUMBER;
    const underWay = [...requests.entries()].filter(([, number]) => number !== 0);
    for (const [head, number] of underWay.sort(([, one], [, other]) => age(other) - age(one))) {
      const chain = this.#queue.chainAt(head);
      if (chain !== null) this.#exchange(chain, number);
    }
  }

  #begin(chain: Chain): void {
    const { requests, last } = this.#state;
    if (requests[chain.head] !== 0) this.#virtio.fail('a request is under way already, number', chain.head);
    else if (chain.readable < LEAST_READABLE) this.#virtio.fail('a request has no header, bytes', chain.readable);
    else if (chain.writable < LEAST_WRITABLE)
      this.#virtio.fail('a request has no room for a reply, bytes', chain.writable);
    else {
      const number = (last % MOST_NUMBER) + 1;
      this.#state.last = number;
      requests[chain.head] = number;
      this.#exchange(chain, number);
    }
  }

  #exchange(chain: Chain, number: number): void {
    const bytes = () => {
      const message = new Uint8Array(Math.min(chain.readable, MOST_BYTES));
      chain.read(0, message);
      return message;
    };
    this.#port.exchange({ number, bytes, room: chain.writable }, (reply) => this.#end(chain, reply));
  }

  #end(chain: Chain, reply: Uint8Array): void {
    this.#state.requests[chain.head] = 0;
    if (!this.#virtio.isRunning) return;
    this.#queue.push(chain.head, chain.write(0, reply));
    this.#queue.tell();
  }
}

/** The tag after its length, 16 bits. */
function configBytes(tag: string): Uint8Array {
  return Uint8Array.from([tag.length, 0, ...Array.from(tag, (character) => character.charCodeAt(0))]);
}
