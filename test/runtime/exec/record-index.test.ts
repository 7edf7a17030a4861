import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordIndex } from '../../../runtime/exec/record-index.ts';

const PAGE = 4096;
const PAGES = 8;

const put = fc.record({
  page: fc.nat(PAGES - 1),
  offset: fc.nat(PAGE - 1),
  record: fc.integer({ min: 1, max: 1 << 24 }),
});
const release = fc.record({ page: fc.nat(PAGES - 1) });

/** Offsets from a place on at which something is found. */
function found(index: RecordIndex, directory: number): [number, number][] {
  const all: [number, number][] = [];
  for (let offset = index.skip(directory, 0, PAGE); offset < PAGE; offset = index.skip(directory, offset + 1, PAGE)) {
    const record = index.at(directory, offset);
    if (record !== 0) all.push([offset, record]);
  }
  return all;
}

test('a page has what was put there, whatever other pages get and give back', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 20, arbitrary: put }, release), { maxLength: 400 }), (steps) => {
      const index = new RecordIndex();
      const directories = new Array(PAGES).fill(0);
      const expected = Array.from({ length: PAGES }, () => new Map<number, number>());
      for (const step of steps) {
        if ('offset' in step) {
          directories[step.page] = index.put(directories[step.page], step.offset, step.record);
          expected[step.page]!.set(step.offset, step.record);
        } else {
          index.release(directories[step.page]);
          directories[step.page] = 0;
          expected[step.page]!.clear();
        }
      }
      for (const [page, records] of expected.entries()) {
        expect(found(index, directories[page])).toEqual([...records].sort(([a], [b]) => a - b));
      }
    }),
  );
});
