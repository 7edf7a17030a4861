import { type SectorTransfer, type TransferMemory, transferSectors } from '../../../disks/transfer.ts';
import { type BlockDone, type BlockPort, SECTOR_BYTES } from '../../../host/block.ts';
import { joinComponents } from '../../../snapshot/components.ts';
import { bytes, type Component, describe, flag, starting } from '../../../snapshot/describe.ts';
import type { PciFunction } from '../../pci/function.ts';
import type { Chain } from '../chain.ts';
import type { VirtioOptions } from '../device.ts';
import { VirtioFunction } from '../index.ts';
import type { Virtqueue } from '../queue.ts';
import { Kind } from '../registers.ts';
import { configBytes } from './config.ts';
import { BlockFeature, Config, HEADER_BYTES, ID_BYTES, RequestStatus } from './registers.ts';
import { type Medium, readRequest } from './request.ts';

const QUEUE_SIZE = 256;
/** Beside its data a request has a header and a status. */
const MOST_SEGMENTS = QUEUE_SIZE - 2;

const blockState = describe({
  /** By the descriptors that name them: requests that are under way, 1, or not. */
  underWay: bytes(QUEUE_SIZE),
  /** The driver's choice, if it may choose: data is on stable storage only after a flush. */
  isWriteback: starting(flag, true),
});

export interface VirtioBlockOptions extends VirtioOptions {
  readonly port: BlockPort;
  /** Up to 20 characters of ASCII. */
  readonly serial?: string;
}

/** Virtio block device (5.2). */
export class VirtioBlock {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #virtio: VirtioFunction;
  readonly #state = blockState.create();
  readonly #port: BlockPort;
  readonly #serial: string;

  constructor(options: VirtioBlockOptions) {
    this.#port = options.port;
    this.#serial = options.serial ?? '';
    this.#virtio = new VirtioFunction(options, {
      kind: Kind.block,
      features: features(this.#medium.isReadOnly),
      queues: [QUEUE_SIZE],
      config: {
        length: Config.bytes,
        bytes: () => configBytes(this.#medium.sectors, MOST_SEGMENTS, this.#state.isWriteback),
        write: (offset, value) => {
          if (offset === Config.writeback) this.#state.isWriteback = (value & 1) !== 0;
        },
      },
      notified: () => this.#queue.drain((chain) => this.#begin(chain)),
      reset: () => this.#forget(),
      restored: () => this.#restart(),
    });
    this.#port.onMediumChanged = () => this.#virtio.configChanged();
    const own = blockState.bind(options.name, this.#state);
    this.component = joinComponents(options.name, [own, this.#virtio.component]);
    this.pciFunction = this.#virtio.pciFunction;
  }

  reset(): void {
    this.#virtio.reset();
  }

  get #queue(): Virtqueue {
    return this.#virtio.queues[0];
  }

  get #medium(): Medium {
    return this.#port.medium ?? { sectors: 0, isReadOnly: true };
  }

  #forget(): void {
    Object.assign(this.#state, blockState.create());
    this.#port.cancel();
  }

  /** The host knows nothing of requests that a loaded state has under way. They have changed nothing that matters: from the start. */
  #restart(): void {
    this.#port.cancel();
    for (const [head, isUnderWay] of this.#state.underWay.entries()) {
      const chain = isUnderWay === 1 ? this.#queue.chainAt(head) : null;
      if (chain !== null) this.#execute(chain);
    }
  }

  #begin(chain: Chain): void {
    const { underWay } = this.#state;
    if (underWay[chain.head] === 1) this.#virtio.fail('a request is under way already, number', chain.head);
    else if (chain.readable < HEADER_BYTES) this.#virtio.fail('a request has no header, bytes', chain.readable);
    else if (chain.writable === 0) this.#virtio.fail('a request has no room for its status, number', chain.head);
    else {
      underWay[chain.head] = 1;
      this.#execute(chain);
    }
  }

  #execute(chain: Chain): void {
    const request = readRequest(chain, this.#medium);
    const ended: BlockDone = (error) => this.#end(chain, error === null ? RequestStatus.ok : RequestStatus.error);
    if (typeof request === 'number') this.#end(chain, request);
    else if (request === 'flush') this.#port.flush(ended);
    else if (request === 'getId') this.#identify(chain);
    else if (request.kind === 'discard') this.#port.discard(request.sector, request.bytes / SECTOR_BYTES, ended);
    else this.#transfer(chain, { ...request, kind: request.kind });
  }

  #identify(chain: Chain): void {
    const id = Uint8Array.from({ length: ID_BYTES }, (_, n) => this.#serial.charCodeAt(n) || 0);
    chain.write(0, id.subarray(0, Math.min(ID_BYTES, chain.writable - 1)));
    this.#end(chain, RequestStatus.ok);
  }

  #transfer(chain: Chain, transfer: SectorTransfer): void {
    const memory: TransferMemory = {
      read: (at, target) => void chain.read(HEADER_BYTES + at, target),
      write: (at, bytes) => {
        if (this.#virtio.isRunning) chain.write(at, bytes);
      },
    };
    transferSectors(this.#port, transfer, memory, (error) => {
      if (error !== null) this.#end(chain, RequestStatus.error);
      else if (transfer.kind === 'read' || this.#isWriteback) this.#end(chain, RequestStatus.ok);
      else this.#port.flush((error) => this.#end(chain, error === null ? RequestStatus.ok : RequestStatus.error));
    });
  }

  /** A driver that knows no flushes wants what it writes to stay (5.2.5). */
  get #isWriteback(): boolean {
    const { configurableCache, flush } = BlockFeature;
    return this.#virtio.has(configurableCache) ? this.#state.isWriteback : this.#virtio.has(flush);
  }

  #end(chain: Chain, status: number): void {
    this.#state.underWay[chain.head] = 0;
    if (!this.#virtio.isRunning) return;
    chain.write(chain.writable - 1, Uint8Array.of(status));
    this.#queue.push(chain.head, chain.writable);
    this.#queue.tell();
  }
}

function features(isReadOnly: boolean): number[] {
  const { readOnly, discard, writeZeroes, ...others } = BlockFeature;
  return [...Object.values(others), ...(isReadOnly ? [readOnly] : [discard, writeZeroes])];
}
