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

describe('after any flushes it has what they left', () => {
  type Step = { readonly op: 'local' | 'global' | 'page' | 'all' | 'nonGlobal'; readonly page: number };
  const steps = fc.array(
    fc.record({
      op: fc.constantFrom<Step['op'][]>('local', 'global', 'local', 'global', 'page', 'all', 'nonGlobal'),
      page: fc.integer({ min: 1, max: 6 }),
    }),
    { maxLength: 60 },
  );

  test('of single pages, of all, of those that are not global', () => {
    const tlb = new Tlb(1 << 24);
    fc.assert(
      fc.property(steps, (taken) => {
        const model = new Map<number, 'local' | 'global'>();
        tlb.flushAll();
        for (const { op, page } of taken) {
          if (op === 'page') {
            tlb.flushPage(page);
            model.delete(page);
          } else if (op === 'all') {
            tlb.flushAll();
            model.clear();
          } else if (op === 'nonGlobal') {
            tlb.flushNonGlobal();
            for (const [known, kind] of model) if (kind === 'local') model.delete(known);
          } else {
            tlb.enter(page, page + 8, op === 'global' ? PageKind.global : PageKind.small, [tlb.readUser]);
            model.set(page, op);
          }
          const filled = [1, 2, 3, 4, 5, 6].filter((known) => tlb.lookup(tlb.readUser, known) >= 0);
          expect(filled).toEqual([...model.keys()].sort());
          expect([...tlb.filledPages()].sort()).toEqual(filled);
          expect(tlb.size).toBe(filled.length);
        }
      }),
    );
  });
});
