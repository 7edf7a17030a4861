import type { BusMemory } from '../memory/bus-memory.ts';
import { PAGE_BYTES, ProcessorInfo, SharedInfo, WORD_CHANNELS } from './abi.ts';

const NOWHERE = 0;

/** Where a guest has put what it shares with the hypervisor: page numbers and addresses; 0: nowhere. */
export interface SharedPlaces {
  readonly sharedPage: number;
  /** By processor: the place of its structure, if it is not in the shared page. */
  readonly processors: readonly { readonly infoPlace: number }[];
}

/** The page and the structures that guest and hypervisor share. What the guest has not placed reads as 0, and writes are lost. */
export class SharedInfoPage {
  readonly #places: SharedPlaces;
  readonly #memory: BusMemory;

  constructor(places: SharedPlaces, memory: BusMemory) {
    this.#places = places;
    this.#memory = memory;
  }

  /** Address of a processor's structure. */
  processorInfo(processor: number): number {
    const { sharedPage, processors } = this.#places;
    const own = processors[processor]?.infoPlace ?? NOWHERE;
    if (own !== NOWHERE) return own;
    const isInPage = sharedPage !== NOWHERE && processor < SharedInfo.processors;
    return isInPage ? sharedPage * PAGE_BYTES + processor * SharedInfo.processorBytes : NOWHERE;
  }

  /** Sets a bit of an event channel in one of the two arrays; whether it was set before. */
  setChannelBit(array: number, channel: number, value: boolean): boolean {
    const { sharedPage } = this.#places;
    if (sharedPage === NOWHERE) return false;
    const at = sharedPage * PAGE_BYTES + array + 4 * Math.floor(channel / WORD_CHANNELS);
    return this.#setBit(at, channel % WORD_CHANNELS, value);
  }

  isMasked(channel: number): boolean {
    return this.#places.sharedPage === NOWHERE || this.#isSet(SharedInfo.mask, channel);
  }

  /** Whether a channel is pending and not masked. */
  isWaiting(channel: number): boolean {
    return !this.isMasked(channel) && this.#isSet(SharedInfo.pending, channel);
  }

  #isSet(array: number, channel: number): boolean {
    const at = this.#places.sharedPage * PAGE_BYTES + array + 4 * Math.floor(channel / WORD_CHANNELS);
    return ((this.#word(at) >>> (channel % WORD_CHANNELS)) & 1) === 1;
  }

  /** Tells a processor of the word in which one of its channels is pending. True: nobody had told it of any word. */
  select(processor: number, channel: number): boolean {
    const info = this.processorInfo(processor);
    if (info === NOWHERE) return false;
    if (this.#setBit(info + ProcessorInfo.selector, Math.floor(channel / WORD_CHANNELS), true)) return false;
    const wasPending = this.isPending(processor);
    this.#memory.write(info + ProcessorInfo.pending, Uint8Array.of(1));
    return !wasPending;
  }

  /** Whether a processor has been told of events that it has not begun to handle. */
  isPending(processor: number): boolean {
    const info = this.processorInfo(processor);
    return info !== NOWHERE && (this.#word(info + ProcessorInfo.pending) & 0xff) !== 0;
  }

  #setBit(at: number, bit: number, value: boolean): boolean {
    const before = this.#word(at);
    const after = value ? before | (1 << bit) : before & ~(1 << bit);
    if (after !== before) {
      const word = new DataView(new ArrayBuffer(4));
      word.setInt32(0, after, true);
      this.#memory.write(at, new Uint8Array(word.buffer));
    }
    return ((before >>> bit) & 1) === 1;
  }

  #word(at: number): number {
    const bytes = new Uint8Array(4);
    this.#memory.read(at, bytes);
    return new DataView(bytes.buffer).getInt32(0, true);
  }
}
