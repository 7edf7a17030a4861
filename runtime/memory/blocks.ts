import type { BlockName } from '../../translator/abi/helpers.ts';
import { Key } from '../../translator/abi/key.ts';
import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { Word } from '../../translator/abi/state.ts';
import { isAlignmentFault } from './alignment.ts';
import type { Mmu } from './mmu.ts';

/** Fewer elements are not worth a block. */
const FEWEST = 4;

/** Three integers in, the number of elements done out. */
export type BlockHelper = (a: number, b: number, count: number) => number;

/**
 * Fills and copies of repeated string instructions, where both pages have TLB entries: RAM that is mapped with the
 * rights needed, and without code. `budgeted`: each element is an instruction that takes from Word.budget.
 */
export function blockHelpers(state: Int32Array, mmu: Mmu, budgeted: boolean): Record<BlockName, BlockHelper> {
  const { tlb, ram } = mmu;

  const isUser = () => (state[Word.key] & Key.user) !== 0;
  const readable = (linear: number) => tlb.lookup(isUser() ? tlb.readUser : tlb.readSupervisor, linear >>> 12);
  const writable = (linear: number) => tlb.lookup(isUser() ? tlb.writeUser : tlb.writeSupervisor, linear >>> 12);

  /** Elements that fit in the page, were asked for, and may be counted. */
  const limit = (linear: number, shift: number, count: number) => {
    const n = Math.min(count >>> 0, (PAGE_BYTES - (linear & (PAGE_BYTES - 1))) >>> shift);
    return budgeted ? Math.min(n, state[Word.budget]) : n;
  };

  const done = (n: number) => {
    if (budgeted) state[Word.budget] -= n;
    return n;
  };

  const fill = (view: Uint8Array | Uint16Array | Int32Array, shift: number): BlockHelper => {
    return (linear, value, count) => {
      const n = limit(linear, shift, count);
      const at = writable(linear);
      if (n < FEWEST || at < 0 || isAlignmentFault(state, linear, 1 << shift)) return 0;
      const first = at | (linear & (PAGE_BYTES - 1));
      if ((first & ((1 << shift) - 1)) === 0) view.fill(value, first >>> shift, (first >>> shift) + n);
      else fillMisaligned(first, value, n << shift, 1 << shift);
      return done(n);
    };
  };

  /** The first element byte by byte, and then all that there is again and again. */
  const fillMisaligned = (first: number, value: number, bytes: number, element: number) => {
    for (let n = 0; n < element; n++) ram.bytes[first + n] = value >>> (8 * n);
    for (let filled = element; filled < bytes; filled *= 2) {
      ram.bytes.copyWithin(first + filled, first, first + Math.min(filled, bytes - filled));
    }
  };

  const copy = (shift: number): BlockHelper => {
    return (destination, source, count) => {
      const n = limit(source, shift, limit(destination, shift, count));
      const to = writable(destination);
      const from = readable(source);
      if (n < FEWEST || to < 0 || from < 0) return 0;
      if (isAlignmentFault(state, destination | source, 1 << shift)) return 0;
      return copyElements(to | (destination & (PAGE_BYTES - 1)), from | (source & (PAGE_BYTES - 1)), n, shift);
    };
  };

  /** A copy upwards onto its own source repeats it: only what does not overlap is done at once. */
  const copyElements = (to: number, from: number, most: number, shift: number): number => {
    const distance = to - from;
    const n = distance > 0 && distance < most << shift ? distance >>> shift : most;
    if (n < FEWEST) return 0;
    ram.bytes.copyWithin(to, from, from + (n << shift));
    return done(n);
  };

  return {
    fill8: fill(ram.bytes, 0),
    fill16: fill(ram.halves, 1),
    fill32: fill(ram.words, 2),
    copy8: copy(0),
    copy16: copy(1),
    copy32: copy(2),
  };
}
