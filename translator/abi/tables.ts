import { TARGET_ENTRIES, TARGET_WORDS, type TargetView, targetViews } from './branch-targets.ts';
import { RECORD_WORDS, type RecordView, recordViews } from './record.ts';

/** Linear pages: tables by page have a word for each. */
export const PAGES = 1 << 20;

/** The TLB: reads and writes, supervisor and user; and the code page that is mapped at each linear page (runtime/memory/tlb.ts). */
const pageTables = ['RS', 'WS', 'RU', 'WU', 'CT'] as const;

/** The runtime's tables that generated code reads and writes, by name. Some are cells, too (abi/cells.ts). */
export type TableName = (typeof pageTables)[number] | TargetView | RecordView;

/**
 * All tables are in one array of words, too. The interpreter's loop reads them as that. V8 loads two constants for each access to an array
 * that it knows, unless they are in registers already: the array, only to keep it alive, and where its words are. With two dozen arrays a
 * third of the loop's time was such loads.
 */
export interface TableLayout {
  /** Where each table begins. No index into it has a bit in common with that: setting these bits takes half the bytecode of an addition. */
  readonly starts: Readonly<Record<TableName, number>>;
  readonly words: number;
}

/** The layout with room for so many records. They come first: places in them take the least bytecode. */
export function tableLayout(records: number): TableLayout {
  const targetWords = TARGET_ENTRIES * TARGET_WORDS;
  const targets = roundUp(records * RECORD_WORDS, targetWords);
  const pages = roundUp(targets + targetWords, PAGES);
  const starts = {
    ...recordViews,
    ...startsOf(targetViews, targets),
    ...startsOf(Object.fromEntries(pageTables.map((name, n) => [name, n * PAGES])), pages),
  } as Record<TableName, number>;
  return { starts, words: pages + pageTables.length * PAGES };
}

function roundUp(words: number, multiple: number): number {
  return Math.ceil(words / multiple) * multiple;
}

function startsOf(offsets: Readonly<Record<string, number>>, start: number): Record<string, number> {
  return Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, start + offset]));
}
