import { beforeEach, describe, expect, test } from 'vitest';
import { Mmu } from '../../../runtime/memory/mmu.ts';
import { PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { Key } from '../../../translator/abi/key.ts';
import { WORD_COUNT, Word } from '../../../translator/abi/state.ts';

const FRAME = 9;
const AT = FRAME << 12;

/** The frame holds code in its first bytes; `written`: where stores to it were told of. */
let mmu: Mmu;
let state: Int32Array;
let written: number[];

beforeEach(() => {
  const map = new PhysicalMap(new GuestRam(64 * 4096));
  state = new Int32Array(WORD_COUNT);
  mmu = new Mmu(state, map);
  written = [];
  map.ram.frames.codeListener = { codeWritten: (offset) => void written.push(offset) };
  map.ram.frames.markCode(FRAME);
});

/** How often page tables are walked, or what stands for that without paging. */
function walks(act: () => void): number {
  const before = mmu.walks;
  act();
  return mmu.walks - before;
}

describe('stores to a frame that holds code', () => {
  test('are told of, each, with one walk for all', () => {
    const count = walks(() => {
      for (let n = 0; n < 8; n++) mmu.current.store32(AT + 4 * n, n + 1);
    });
    expect([count, written.length, mmu.current.load32(AT + 28)]).toEqual([1, 8, 8]);
  });

  test('by users too', () => {
    state[Word.key] |= Key.user;
    const count = walks(() => {
      for (let n = 0; n < 8; n++) mmu.current.store8(AT + n, n);
    });
    expect([count, written.length]).toEqual([1, 8]);
  });

  test('have an entry again when it holds none any more', () => {
    mmu.current.store32(AT, 1);
    mmu.ram.frames.unmarkCode(FRAME);
    mmu.current.store32(AT, 2);
    expect(written).toEqual([AT]);
    expect(mmu.writableSpan(AT, 4)).not.toBeNull();
  });

  test('come to the page that is mapped there, after the old one is flushed', () => {
    mmu.current.store32(AT, 1);
    mmu.flushPage(AT);
    expect(walks(() => mmu.current.store32(AT, 2))).toBe(1);
  });

  test('are seen by who watches the page', () => {
    const seen: number[] = [];
    mmu.current.store32(AT, 1);
    const watch = { page: FRAME, reads: false, writes: true, fetches: false };
    mmu.watch('debugger', [watch], (linear) => void seen.push(linear));
    mmu.current.store32(AT, 2);
    mmu.current.store32(AT, 3);
    expect(seen).toEqual([AT, AT]);
  });
});
