import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { LIST_ENTRIES, Link } from './registers.ts';

/** Queue heads have two words, transfer descriptors four (3.2, 3.3). Numbers are unsigned. */
export interface QueueHead {
  /** Link pointers: the entry after the queue, and the queue's first element. */
  readonly next: number;
  readonly element: number;
}

export interface TransferDescriptor {
  readonly address: number;
  readonly next: number;
  readonly control: number;
  readonly pid: number;
  /** The device's address, and the endpoint's number there. */
  readonly device: number;
  readonly endpoint: number;
  /** Bytes, and where they are. */
  readonly length: number;
  readonly buffer: number;
}

const [QUEUE_BYTES, TRANSFER_BYTES, CONTROL_OFFSET, ELEMENT_OFFSET] = [8, 16, 4, 4];

export const addressOf = (link: number): number => (link & Link.addressMask) >>> 0;
export const isEnd = (link: number): boolean => (link & Link.end) !== 0;
export const isQueue = (link: number): boolean => (link & Link.queue) !== 0;

/** The schedule as it is in memory. Null: there is no memory. */
export class Schedule {
  readonly memory: BusMemory;
  readonly #bytes = new Uint8Array(TRANSFER_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #list = new Uint32Array(LIST_ENTRIES);

  constructor(memory: BusMemory) {
    this.memory = memory;
  }

  /** All entries of the frame list; they are valid until the next call. */
  list(address: number): Uint32Array | null {
    if (!this.memory.has(address, PAGE_BYTES)) return null;
    this.memory.read(address, new Uint8Array(this.#list.buffer));
    return this.#list;
  }

  /** The entry of a frame; null: the list is not in memory. */
  entry(list: number, frame: number): number | null {
    const address = list + (frame % LIST_ENTRIES) * 4;
    if (!this.#read(address, 4)) return null;
    return this.#view.getUint32(0, true);
  }

  queueHead(address: number): QueueHead | null {
    if (!this.#read(address, QUEUE_BYTES)) return null;
    return { next: this.#view.getUint32(0, true), element: this.#view.getUint32(4, true) };
  }

  transfer(address: number): TransferDescriptor | null {
    if (!this.#read(address, TRANSFER_BYTES)) return null;
    const token = this.#view.getUint32(8, true);
    return {
      address,
      next: this.#view.getUint32(0, true),
      control: this.#view.getUint32(4, true),
      pid: token & 0xff,
      device: (token >>> 8) & 0x7f,
      endpoint: (token >>> 15) & 0xf,
      length: ((token >>> 21) + 1) & 0x7ff,
      buffer: this.#view.getUint32(12, true),
    };
  }

  setControl(transfer: TransferDescriptor, control: number): void {
    if (control >>> 0 !== transfer.control) this.#write(transfer.address + CONTROL_OFFSET, control);
  }

  setElement(queue: number, link: number): void {
    this.#write(queue + ELEMENT_OFFSET, link);
  }

  #read(address: number, length: number): boolean {
    if (!this.memory.has(address, length)) return false;
    this.memory.read(address, this.#bytes.subarray(0, length));
    return true;
  }

  #write(address: number, value: number): void {
    this.#view.setUint32(0, value, true);
    this.memory.write(address, this.#bytes.subarray(0, 4));
  }
}
