import { expect, test } from 'vitest';
import { capacityFor } from '../../../runtime/exec/records.ts';
import { Tables } from '../../../runtime/memory/tables.ts';
import { TARGET_ENTRIES, TARGET_WORDS, targetViews } from '../../../translator/abi/branch-targets.ts';
import { RECORD_WORDS, recordViews } from '../../../translator/abi/record.ts';
import { PAGES, RECORDS_START, tableStarts } from '../../../translator/abi/tables.ts';

const records = capacityFor(100);
const tables = new Tables(records);

test('tables by page do not overlap, nor do they and the others', () => {
  const starts = (['RS', 'WS', 'RU', 'WU', 'CT'] as const).map((name) => tableStarts[name]);
  expect(starts).toEqual([0, PAGES, 2 * PAGES, 3 * PAGES, 4 * PAGES]);
  expect(tableStarts.TARGET_EIP).toBe(5 * PAGES);
  expect(tableStarts.SLOT).toBe(RECORDS_START);
});

test('the last word of the last branch target is in front of the records', () => {
  const { TARGET_RECORD } = tables.interleaved(targetViews, TARGET_WORDS, TARGET_ENTRIES);
  TARGET_RECORD[(TARGET_ENTRIES - 1) * TARGET_WORDS] = 7;
  expect(tables.words[RECORDS_START - 1]).toBe(7);
  expect(TARGET_RECORD.length).toBe((TARGET_ENTRIES - 1) * TARGET_WORDS + 1);
});

test('the last word of the last record is the last of all', () => {
  const { HEAT, SLOT } = tables.interleaved(recordViews, RECORD_WORDS, records);
  HEAT[(records - 1) * RECORD_WORDS] = 9;
  expect(tables.words.at(-1)).toBe(9);
  expect(SLOT.length).toBe(HEAT.length);
});
