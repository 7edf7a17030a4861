import { expect, test } from 'vitest';
import { capacityFor } from '../../../runtime/exec/record-stock.ts';
import { Tables } from '../../../runtime/memory/tables.ts';
import { TARGET_ENTRIES, TARGET_WORDS, targetViews } from '../../../translator/abi/branch-targets.ts';
import { RECORD_WORDS, recordViews } from '../../../translator/abi/record.ts';
import { PAGES, tableLayout } from '../../../translator/abi/tables.ts';

const records = capacityFor(100);
const tables = new Tables(records);

test.each([0, records, 1 << 21])(
  'tables with %i records do not overlap, and no index has a bit of where its table begins',
  (count) => {
    const { starts, words } = tableLayout(count);
    const spans = [
      { start: 0, words: count * RECORD_WORDS },
      { start: starts.TARGET_EIP, words: TARGET_ENTRIES * TARGET_WORDS },
      ...(['RS', 'WS', 'RU', 'WU', 'CT'] as const).map((name) => ({ start: starts[name], words: PAGES })),
    ];
    for (const [n, { start, words: length }] of spans.entries()) {
      expect(start + length).toBeLessThanOrEqual(spans[n + 1]?.start ?? words);
      const indexBits = 2 ** Math.ceil(Math.log2(Math.max(1, length))) - 1;
      expect(start & indexBits).toBe(0);
    }
    for (const offset of Object.values(recordViews)) expect(offset).toBeLessThan(RECORD_WORDS);
  },
);

test('the last word of the last branch target is in front of the tables by page', () => {
  const { TARGET_RECORD } = tables.interleaved(targetViews, TARGET_WORDS, TARGET_ENTRIES);
  TARGET_RECORD[(TARGET_ENTRIES - 1) * TARGET_WORDS] = 7;
  const { starts } = tableLayout(records);
  expect(tables.words[starts.TARGET_EIP + TARGET_ENTRIES * TARGET_WORDS - 1]).toBe(7);
  expect(TARGET_RECORD.length).toBe((TARGET_ENTRIES - 1) * TARGET_WORDS + 1);
});

test('the last word of the last record is the last of theirs', () => {
  const { HEAT, OPERATION } = tables.interleaved(recordViews, RECORD_WORDS, records);
  HEAT[(records - 1) * RECORD_WORDS] = 9;
  expect(tables.words[records * RECORD_WORDS - 1]).toBe(9);
  expect(OPERATION.length).toBe(HEAT.length);
});
