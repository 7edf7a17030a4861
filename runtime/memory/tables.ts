import { type TableLayout, type TableName, tableLayout } from '../../translator/abi/tables.ts';
import { allocateShared } from './ram.ts';

/** Memory of the tables that generated code reads and writes (translator/abi/tables.ts). What no table has used yet is only reserved. */
export class Tables {
  /** How many records there is room for. */
  readonly records: number;
  /** All of it. */
  readonly words: Int32Array;
  readonly #layout: TableLayout;

  constructor(records: number) {
    this.records = records;
    this.#layout = tableLayout(records);
    this.words = new Int32Array(allocateShared(this.#layout.words * Int32Array.BYTES_PER_ELEMENT));
  }

  /** A table's words, from its first one on. */
  view(name: TableName, length: number): Int32Array {
    const start = this.#layout.starts[name];
    return this.words.subarray(start, start + length);
  }

  /**
   * Views of a table with entries of several words, one for each word by name, which begin at that word: all words of an entry have the
   * same index in their views, the entry's number times the words, and the views the same length. Of `offsets` only the names are
   * needed.
   */
  interleaved<Name extends TableName>(
    offsets: Readonly<Record<Name, number>>,
    words: number,
    count: number,
  ): Record<Name, Int32Array> {
    const length = (count - 1) * words + 1;
    const names = Object.keys(offsets) as Name[];
    return Object.fromEntries(names.map((name) => [name, this.view(name, length)])) as Record<Name, Int32Array>;
  }
}
