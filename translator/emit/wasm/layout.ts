import { RECORD_SHIFT } from '../../abi/record.ts';
import { Double, Word } from '../../abi/state.ts';
import { type TableName, tableLayout } from '../../abi/tables.ts';
import type { AccessKind } from '../../ir/statement.ts';

/** Where a machine's memory is in its one WebAssembly memory: offsets in bytes. The state comes first, at 0. */
export interface WasmLayout {
  /** Guest memory, and how many bytes it has. */
  readonly ram: number;
  readonly ramBytes: number;
  /** All tables (abi/tables.ts), for so many records; and where each begins. */
  readonly tables: number;
  readonly tableStarts: Readonly<Record<TableName, number>>;
  readonly records: number;
  /** By number of a record: the slot of the translation that begins there; 0 for none. */
  readonly entries: number;
}

/** Offset of a word of the state. */
export function wordAt(word: number): number {
  return word * Int32Array.BYTES_PER_ELEMENT;
}

/** Offset of a double of the state (abi/state.ts, Double). */
export function doubleAt(index: number): number {
  return index * Float64Array.BYTES_PER_ELEMENT;
}

/** Offsets of tables that begin at an offset. */
export function tableStarts(tables: number, records: number): WasmLayout['tableStarts'] {
  const starts = Object.entries(tableLayout(records).starts);
  return Object.fromEntries(
    starts.map(([name, start]) => [name, tables + start * Int32Array.BYTES_PER_ELEMENT]),
  ) as unknown as WasmLayout['tableStarts'];
}

/** Offset of the first word of a table. */
export function tableAt(layout: WasmLayout, name: TableName): number {
  return layout.tableStarts[name];
}

/** A record, as an index of words, shifted right by so much is the place of its word in `entries`, in bytes. */
export const ENTRY_SHIFT = RECORD_SHIFT - 2;

/** Segment words and spans of accesses. */
export const segmentPlaces = {
  low: (segment: number) => wordAt(Word.segmentLow + segment),
  base: (segment: number) => wordAt(Word.segmentBase + segment),
  span: (segment: number, access: AccessKind) =>
    doubleAt((access === 'write' ? Double.writeSpan : Double.readSpan) + segment),
} as const;

/** How `go` is told where control leaves to: a record, with one of these bits. */
export const Exit = { record: 0, number: 1, gate: 2 } as const;
/** The number of an exit by the runtime is shifted by so much. */
export const EXIT_SHIFT = 3;
