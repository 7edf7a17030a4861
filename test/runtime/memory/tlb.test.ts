import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PageKind, Tlb } from '../../../runtime/memory/tlb.ts';

const FRAME = 7;

/** A TLB in which the frame can be written at some pages. */
function writableAt(...pages: number[]): Tlb {
  const tlb = new Tlb(64 << 20);
  for (const page of pages) tlb.enter(page, FRAME, PageKind.small, [tlb.readSupervisor, tlb.writeSupervisor]);
  return tlb;
}

function writers(tlb: Tlb, ...pages: number[]): number[] {
  return pages.filter((page) => tlb.lookup(tlb.writeSupervisor, page) >= 0 || tlb.lookup(tlb.writeUser, page) >= 0);
}

test.each([2, 64, 1024, 2047])('with %i MB an address whose page has no entry leads nowhere', (megabytes) => {
  const bytes = megabytes << 20;
  const tlb = new Tlb(bytes);
  const arrays = [tlb.readSupervisor, tlb.writeSupervisor, tlb.readUser, tlb.writeUser];
  const [last, half] = [bytes >>> 12, 1 << 19];
  for (const page of [0, 1, last - 1, last, last + 1, half - 1, half, half + 1, (1 << 20) - 1]) {
    tlb.enter(page, 1, PageKind.small, [tlb.readUser]);
    expect(tlb.lookup(tlb.readUser, page)).toBe(4096);
    tlb.flushPage(page);
  }
  const pages = fc.sample(fc.integer({ min: 0, max: (1 << 20) - 1 }), 1000);
  for (const page of [...pages, 0, last - 1, last, half - 1, half, (1 << 20) - 1]) {
    for (const array of arrays) {
      expect(tlb.lookup(array, page)).toBe(-1);
      for (const word of [0, 1023]) {
        // As generated code reckons: of a word, and of a byte, whose index is below 2^31 up to 1 GB.
        expect(((page << 10) | word) ^ array[page]).toBeGreaterThanOrEqual(bytes / 4);
        const byte = (((page << 12) | (word << 2)) ^ (array[page] << 2)) >>> 0;
        expect(byte >= bytes && (megabytes > 1024 || byte < 2 ** 31)).toBe(true);
      }
    }
  }
});

describe('a frame that holds code cannot be written directly', () => {
  test('where it is mapped once', () => {
    const tlb = writableAt(3);
    tlb.enter(4, FRAME + 1, PageKind.small, [tlb.writeUser]);
    tlb.protectFrames([FRAME]);
    expect(writers(tlb, 3, 4)).toEqual([4]);
    expect(tlb.lookup(tlb.readSupervisor, 3)).toBe(FRAME * 4096);
  });

  test('where it is mapped several times', () => {
    const tlb = writableAt(3, 4, 5);
    tlb.protectFrames([FRAME]);
    expect(writers(tlb, 3, 4, 5)).toEqual([]);
  });

  test('for users and supervisors', () => {
    const tlb = writableAt(3);
    tlb.enter(3, FRAME, PageKind.small, [tlb.writeUser]);
    tlb.protectFrames([FRAME]);
    expect(writers(tlb, 3)).toEqual([]);
  });

  test('when the page where it was is flushed, or maps something else, and it is mapped anew', () => {
    const tlb = writableAt(3, 4);
    tlb.flushPage(3);
    tlb.enter(4, FRAME + 1, PageKind.small, [tlb.writeSupervisor]);
    tlb.enter(5, FRAME, PageKind.small, [tlb.writeSupervisor]);
    tlb.protectFrames([FRAME]);
    expect(writers(tlb, 3, 4, 5)).toEqual([4]);
    tlb.enter(6, FRAME, PageKind.small, [tlb.writeSupervisor]);
    tlb.flushPage(6);
    tlb.enter(3, FRAME, PageKind.small, [tlb.writeSupervisor]);
    tlb.protectFrames([FRAME]);
    expect(writers(tlb, 3, 6)).toEqual([]);
  });
});

/** Steps on a page of the TLB, and on its expected state: pages that have an entry, and whether it is global. */
const steps: Record<string, (tlb: Tlb, page: number, known: Map<number, boolean>) => void> = {
  enter: (tlb, page, known) => {
    tlb.enter(page, page + FRAME, PageKind.small, [tlb.readUser]);
    known.set(page, false);
  },
  enterGlobal: (tlb, page, known) => {
    tlb.enter(page, page + FRAME, PageKind.global, [tlb.readUser]);
    known.set(page, true);
  },
  flushPage: (tlb, page, known) => {
    tlb.flushPage(page);
    known.delete(page);
  },
  flushNonGlobal: (tlb, _, known) => {
    tlb.flushNonGlobal();
    for (const [page, isGlobal] of known) if (!isGlobal) known.delete(page);
  },
  flushAll: (tlb, _, known) => {
    tlb.flushAll();
    known.clear();
  },
};
const PAGES = [1, 2, 3, 4, 5, 6];

test('after any flushes it has the pages that they left', () => {
  const tlb = new Tlb(1 << 24);
  const taken = fc.array(fc.tuple(fc.constantFrom(...Object.values(steps)), fc.constantFrom(...PAGES)));
  fc.assert(
    fc.property(taken, (sequence) => {
      const known = new Map<number, boolean>();
      tlb.flushAll();
      for (const [step, page] of sequence) {
        step(tlb, page, known);
        const filled = PAGES.filter((each) => tlb.lookup(tlb.readUser, each) >= 0);
        expect(filled).toEqual([...known.keys()].sort());
        expect([...tlb.filledPages()].sort()).toEqual(filled);
        expect(tlb.size).toBe(filled.length);
      }
    }),
  );
});
