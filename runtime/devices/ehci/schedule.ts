import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';

/** Link pointers (3.1, 3.6): the end of a list, and what they lead to. */
export const END = 1;
const [TYPE_MASK, TYPE_QUEUE] = [0x6, 0x2];
export const isEnd = (link: number): boolean => (link & END) !== 0;
export const isQueue = (link: number): boolean => (link & TYPE_MASK) === TYPE_QUEUE;
export const addressOf = (link: number): number => (link & ~0x1f) >>> 0;

/** Words of a queue head (3.6). From `current` on it is what is under way, which is laid over it: `next` on it is a transfer descriptor (3.5). */
export const Queue = {
  link: 0,
  device: 1,
  current: 3,
  next: 4,
  alternate: 5,
  token: 6,
  buffers: 7,
  words: 12,
} as const;
export const TRANSFER_WORDS = 8;
const TOKEN_OFFSET = 8;

/** The token's bits (3.5.3). */
export const Token = {
  transaction: 1 << 3,
  babble: 1 << 4,
  bufferError: 1 << 5,
  halted: 1 << 6,
  active: 1 << 7,
  pidShift: 8,
  pidMask: 3,
  pageShift: 12,
  pageMask: 7,
  interrupt: 1 << 15,
  bytesShift: 16,
  bytesMask: 0x7fff,
  toggle: 0x80000000,
} as const;
export const Pid = { out: 0, in: 1, setup: 2 } as const;
/** Buffers that a transfer descriptor has, each in a page. */
export const PAGES = 5;

/** Data toggles come from the transfer descriptors. */
export const TOGGLE_CONTROL = 1 << 14;

/** The schedules as they are in memory; words are unsigned. */
export class Schedule {
  readonly memory: BusMemory;
  /** Numbers of the pages that were looked at since the last `forget`. */
  readonly pages = new Set<number>();

  constructor(memory: BusMemory) {
    this.memory = memory;
  }

  forget(): void {
    this.pages.clear();
  }

  /** Null: there is no memory. */
  read(address: number, words: number): Uint32Array | null {
    if (!this.memory.has(address, 4 * words)) return null;
    this.pages.add(Math.floor(address / PAGE_BYTES));
    const view = new DataView(new ArrayBuffer(4 * words));
    this.memory.read(address, new Uint8Array(view.buffer));
    return Uint32Array.from({ length: words }, (_, n) => view.getUint32(4 * n, true));
  }

  /** Writes the overlay, the queue head's copy of the present transfer, back to memory. */
  writeOverlay(address: number, queue: Uint32Array): void {
    this.#write(address + 4 * Queue.current, queue.subarray(Queue.current));
  }

  writeToken(transfer: number, token: number): void {
    this.#write(transfer + TOKEN_OFFSET, Uint32Array.of(token));
  }

  #write(address: number, words: Uint32Array): void {
    const view = new DataView(new ArrayBuffer(4 * words.length));
    for (const [n, word] of words.entries()) view.setUint32(4 * n, word, true);
    this.memory.write(address, new Uint8Array(view.buffer));
  }
}
