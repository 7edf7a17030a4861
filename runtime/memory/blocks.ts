import type { BlockName } from '../../translator/abi/helpers.ts';
import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { Double, Word } from '../../translator/abi/state.ts';
import { Within } from '../../translator/abi/within.ts';
import { isAlignmentFault } from './alignment.ts';
import { DeviceBlocks } from './device-blocks.ts';
import type { Mmu } from './mmu.ts';

/** Fewer elements are not worth a block. */
const FEWEST = 4;

/** Three integers in, a number of elements out. */
export type BlockHelper = (a: number, b: number, count: number) => number;

/**
 * Helpers that execute many elements of repeated string instructions at once. `budgeted`: each element is an instruction that
 * takes from Word.budget.
 */
export function blockHelpers(state: Int32Array, mmu: Mmu, budgeted: boolean): Record<BlockName, BlockHelper> {
  const { bytes, halves, words } = mmu.ram;
  const blocks = new Blocks(state, mmu, budgeted);
  const fill =
    (view: Uint8Array | Uint16Array | Int32Array, shift: number): BlockHelper =>
    (linear, value, count) =>
      blocks.fill(view, shift, linear, value, count);
  const copy =
    (shift: number): BlockHelper =>
    (destination, source, count) =>
      blocks.copy(shift, destination, source, count);
  return {
    fill8: fill(bytes, 0),
    fill16: fill(halves, 1),
    fill32: fill(words, 2),
    copy8: copy(0),
    copy16: copy(1),
    copy32: copy(2),
    elementsWithin: elementsWithin(state),
  };
}

/**
 * Fills and copies where both pages have TLB entries: RAM that is mapped with the rights needed, and without code. Or a device acts as memory
 * there.
 */
class Blocks {
  readonly #state: Int32Array;
  readonly #mmu: Mmu;
  readonly #budgeted: boolean;
  readonly #devices: DeviceBlocks;

  constructor(state: Int32Array, mmu: Mmu, budgeted: boolean) {
    this.#state = state;
    this.#mmu = mmu;
    this.#budgeted = budgeted;
    this.#devices = new DeviceBlocks(mmu);
  }

  fill(
    view: Uint8Array | Uint16Array | Int32Array,
    shift: number,
    linear: number,
    value: number,
    count: number,
  ): number {
    const n = this.#limit(linear, shift, count);
    if (n < FEWEST || isAlignmentFault(this.#state, linear, 1 << shift)) return 0;
    const first = this.#mmu.writable(linear);
    if (first < 0) return this.#done(this.#devices.fill(linear, value, n, shift));
    if ((first & ((1 << shift) - 1)) === 0) view.fill(value, first >>> shift, (first >>> shift) + n);
    else this.#fillMisaligned(first, value, n << shift, 1 << shift);
    return this.#done(n);
  }

  /** The first element byte by byte, and then all that there is again and again. */
  #fillMisaligned(first: number, value: number, bytes: number, element: number): void {
    const { ram } = this.#mmu;
    for (let n = 0; n < element; n++) ram.bytes[first + n] = value >>> (8 * n);
    for (let filled = element; filled < bytes; filled *= 2) {
      ram.bytes.copyWithin(first + filled, first, first + Math.min(filled, bytes - filled));
    }
  }

  copy(shift: number, destination: number, source: number, count: number): number {
    const n = this.#limit(source, shift, this.#limit(destination, shift, count));
    if (n < FEWEST || isAlignmentFault(this.#state, destination | source, 1 << shift)) return 0;
    const to = this.#mmu.writable(destination);
    const from = this.#mmu.readable(source);
    if (to < 0 || from < 0) return this.#done(this.#devices.copy(destination, source, n, shift, to, from));
    return this.#copyElements(to, from, n, shift);
  }

  /** A copy upwards onto its own source repeats it: only what does not overlap is done at once. */
  #copyElements(to: number, from: number, most: number, shift: number): number {
    const distance = to - from;
    const n = distance > 0 && distance < most << shift ? distance >>> shift : most;
    if (n < FEWEST) return 0;
    this.#mmu.ram.bytes.copyWithin(to, from, from + (n << shift));
    return this.#done(n);
  }

  /** Elements that fit in the page, were asked for, and may be counted. */
  #limit(linear: number, shift: number, count: number): number {
    const n = Math.min(count >>> 0, (PAGE_BYTES - (linear & (PAGE_BYTES - 1))) >>> shift);
    return this.#budgeted ? Math.min(n, this.#state[Word.budget]) : n;
  }

  #done(n: number): number {
    if (this.#budgeted) this.#state[Word.budget] -= n;
    return n;
  }
}

/**
 * How many elements are in a segment and below the end of its addresses; `how` as in translator/abi/within.ts. None of those that come after a wrap, so
 * that in one page the element before is the one that was done before.
 */
function elementsWithin(state: Int32Array): BlockHelper {
  const doubles = new Float64Array(state.buffer, state.byteOffset);
  return (how, offset, count) => {
    const shift = how >>> Within.shift;
    if (count >>> 0 < FEWEST || offset >>> 0 < 1 << shift) return 0;
    const segment = how & Within.segment;
    const span = doubles[(how & Within.write ? Double.writeSpan : Double.readSpan) + segment];
    const inSegment = span - ((offset - state[Word.segmentLow + segment]) >>> 0);
    const last = how & Within.short ? Math.min(inSegment, 0xffff - offset) : inSegment;
    return Math.max(0, Math.min(count >>> 0, (last + 1) / (1 << shift))) | 0;
  };
}
