import { TARGET_ENTRIES, TARGET_WORDS, type TargetView, targetViews } from './branch-targets.ts';
import { type RecordView, recordViews } from './record.ts';

/** Linear pages: tables by page have a word for each. */
export const PAGES = 1 << 20;

/** The TLB: reads and writes, supervisor and user; and the code page that is mapped at each linear page (runtime/memory/tlb.ts). */
const pageTables = ['RS', 'WS', 'RU', 'WU', 'CT'] as const;

const TARGETS_START = pageTables.length * PAGES;
/** Records come last, as their number is not always the same. */
export const RECORDS_START = TARGETS_START + TARGET_ENTRIES * TARGET_WORDS;

/** The runtime's tables that generated code reads and writes, by name. Some are cells, too (abi/cells.ts). */
export type TableName = (typeof pageTables)[number] | TargetView | RecordView;

/**
 * All tables are in one array of words, too: where each begins there. The interpreter's loop reads them as that. V8 loads two constants
 * for each access to an array that it knows, unless they are in registers already: the array, only to keep it alive, and where its words
 * are. With two dozen arrays a third of the loop's time was such loads.
 */
export const tableStarts: Readonly<Record<TableName, number>> = {
  ...startsOf(Object.fromEntries(pageTables.map((name, n) => [name, n * PAGES])), 0),
  ...startsOf(targetViews, TARGETS_START),
  ...startsOf(recordViews, RECORDS_START),
} as Record<TableName, number>;

function startsOf(offsets: Readonly<Record<string, number>>, start: number): Record<string, number> {
  return Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, start + offset]));
}
