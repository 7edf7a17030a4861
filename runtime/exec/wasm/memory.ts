import { WORD_COUNT } from '../../../translator/abi/state.ts';
import { tableLayout } from '../../../translator/abi/tables.ts';
import { tableStarts, type WasmLayout } from '../../../translator/emit/wasm/layout.ts';
import type { MemoryPlace } from '../../memory/ram.ts';
import { type WasmMemoryObject, webAssembly } from './api.ts';

const PAGE = 65_536;

function roundUp(bytes: number): number {
  return Math.ceil(bytes / PAGE) * PAGE;
}

/** All memory of a machine that code touches, as one WebAssembly memory: the state, guest memory, tables, and where translations begin. */
export class WasmMemory {
  readonly memory: WasmMemoryObject;
  readonly layout: WasmLayout;
  readonly pages: number;
  readonly isShared: boolean;
  /** Where the words of functions are that tell that one was dropped. */
  readonly droppedAt: number;

  /** For so much guest memory, and so many records. */
  constructor(ramBytes: number, records: number) {
    const ram = PAGE;
    const tables = ram + roundUp(ramBytes);
    const entries = tables + roundUp(tableLayout(records).words * Int32Array.BYTES_PER_ELEMENT);
    this.layout = { ram, ramBytes, tables, tableStarts: tableStarts(tables, records), records, entries };
    this.droppedAt = entries + roundUp(records * Int32Array.BYTES_PER_ELEMENT);
    this.pages = (this.droppedAt + 4 * 65_536) / PAGE;
    this.isShared = typeof SharedArrayBuffer !== 'undefined';
    const { Memory } = webAssembly();
    this.memory = new Memory({ initial: this.pages, maximum: this.pages, shared: this.isShared });
  }

  get state(): Int32Array {
    return new Int32Array(this.memory.buffer, 0, WORD_COUNT);
  }

  place(part: 'ram' | 'tables'): MemoryPlace {
    return { buffer: this.memory.buffer, offset: this.layout[part] };
  }

  get dropped(): Int32Array {
    return new Int32Array(this.memory.buffer, this.droppedAt, 65_536);
  }

  /** By number of a record: the slot of the translation that begins there. */
  get entries(): Int32Array {
    return new Int32Array(this.memory.buffer, this.layout.entries, this.layout.records);
  }
}
