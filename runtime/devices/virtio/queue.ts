import type { BusMemory } from '../../memory/bus-memory.ts';
import { longOf } from '../../memory/long.ts';
import { type Chain, ChainReader, Nonsense } from './chain.ts';
import { Descriptor, NO_INTERRUPT, Ring } from './registers.ts';
import type { QueueState } from './state.ts';

/** The parts of the function that a queue needs. */
export interface QueueSide {
  readonly memory: BusMemory;
  /** Whether the device may use its queues. */
  isRunning(): boolean;
  /** Whether the driver accepted indirect descriptors. */
  hasIndirect(): boolean;
  hasEventIndex(): boolean;
  interrupt(): void;
  /** The driver has put nonsense into it: the device stops. */
  fail(what: string, value: number): void;
}

/** A split virtqueue (2.7) as the device sees it. */
export class Virtqueue {
  /** Entries at most, a power of 2. */
  readonly most: number;
  readonly #state: QueueState;
  readonly #side: QueueSide;
  readonly #chains: ChainReader;
  readonly #bytes = new Uint8Array(Ring.usedBytes);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #wordBytes = new Uint8Array(2);

  constructor(most: number, state: QueueState, side: QueueSide) {
    this.most = most;
    this.#state = state;
    this.#side = side;
    this.#chains = new ChainReader(side.memory);
  }

  get #isUsable(): boolean {
    return this.#state.isEnabled && this.#side.isRunning();
  }

  #address(area: 0 | 1 | 2): number {
    const { addresses } = this.#state;
    return longOf(addresses[2 * area], addresses[2 * area + 1]);
  }

  get #descriptors(): number {
    return this.#address(0);
  }

  get #available(): number {
    return this.#address(1);
  }

  get #used(): number {
    return this.#address(2);
  }

  /** The driver has set it up. */
  enable(): void {
    const { size } = this.#state;
    const { memory } = this.#side;
    const isSize = size > 0 && size <= this.most && (size & (size - 1)) === 0;
    if (!isSize) this.#side.fail('a queue has a wrong size', size);
    else if (!memory.has(this.#descriptors, size * Descriptor.bytes)) this.#beyond(this.#descriptors);
    else if (!memory.has(this.#available, Ring.entries + size * Ring.availableBytes)) this.#beyond(this.#available);
    else if (!memory.has(this.#used, Ring.entries + size * Ring.usedBytes)) this.#beyond(this.#used);
    else this.#state.isEnabled = true;
  }

  #beyond(address: number): void {
    this.#side.fail('a queue is beyond memory, at', address);
  }

  /** The next request; null where there is none: then the driver tells of the next one. */
  pop(): Chain | null {
    const chain = this.#isUsable && this.#waiting() > 0 ? this.#take() : null;
    if (chain === null) this.#askToBeTold();
    return chain;
  }

  /** Gives back the chains that were popped last, and not pushed: they are the next ones again. */
  putBack(count: number): void {
    this.#state.next = (this.#state.next - count) & 0xffff;
  }

  /** Takes the requests that are there now, in their order. */
  drain(serve: (chain: Chain) => void): void {
    // Counted once: what is served may write over the ring itself.
    for (let left = this.#isUsable ? this.#waiting() : 0; left > 0; left--) {
      const chain = this.#isUsable ? this.#take() : null;
      if (chain === null) return;
      serve(chain);
    }
    this.#askToBeTold();
  }

  /** Requests that wait. */
  #waiting(): number {
    const { size, next } = this.#state;
    const index = this.#word(this.#available + Ring.index);
    const count = (index - next) & 0xffff;
    if (count <= size) return count;
    this.#side.fail('a queue has more requests than entries, index', index);
    return 0;
  }

  #take(): Chain | null {
    const state = this.#state;
    const entry = this.#available + Ring.entries + (state.next & (state.size - 1)) * Ring.availableBytes;
    const head = this.#word(entry);
    state.next = (state.next + 1) & 0xffff;
    return this.chainAt(head);
  }

  /** The request that begins with a descriptor; null where it is nonsense, which stops the device. */
  chainAt(head: number): Chain | null {
    try {
      return this.#chains.read(this.#descriptors, this.#state.size, head, this.#side.hasIndirect());
    } catch (error) {
      if (!(error instanceof Nonsense)) throw error;
      this.#side.fail(error.message, error.value);
      return null;
    }
  }

  /** A request is done: so many bytes were written for it. `tell` follows, once for several. */
  push(head: number, written: number): void {
    if (!this.#isUsable) return;
    const state = this.#state;
    this.#view.setUint32(0, head, true);
    this.#view.setUint32(4, written, true);
    const { memory } = this.#side;
    memory.write(this.#used + Ring.entries + (state.used & (state.size - 1)) * Ring.usedBytes, this.#bytes);
    state.used = (state.used + 1) & 0xffff;
    this.#putWord(this.#used + Ring.index, state.used);
  }

  /** Interrupts, if the driver wants it for what was done since the last time. */
  tell(): void {
    if (!this.#isUsable) return;
    const state = this.#state;
    const before = state.asked;
    state.asked = state.used;
    if (before !== state.used && this.#wantsInterrupt(before)) this.#side.interrupt();
  }

  #wantsInterrupt(before: number): boolean {
    const { size, used } = this.#state;
    if (!this.#side.hasEventIndex()) return (this.#word(this.#available) & NO_INTERRUPT) === 0;
    // The event is one of the entries since (2.7.7.2).
    const event = this.#word(this.#available + Ring.entries + size * Ring.availableBytes);
    return ((used - event - 1) & 0xffff) < ((used - before) & 0xffff);
  }

  /** Without event indices it is always told. */
  #askToBeTold(): void {
    if (!this.#isUsable || !this.#side.hasEventIndex()) return;
    const { size, next } = this.#state;
    this.#putWord(this.#used + Ring.entries + size * Ring.usedBytes, next);
  }

  #word(address: number): number {
    const bytes = this.#wordBytes;
    this.#side.memory.read(address, bytes);
    return bytes[0] | (bytes[1] << 8);
  }

  #putWord(address: number, value: number): void {
    const bytes = this.#wordBytes;
    bytes[0] = value;
    bytes[1] = value >> 8;
    this.#side.memory.write(address, bytes);
  }
}
