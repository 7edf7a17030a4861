import {
  HEATS,
  NOTED_RUNS,
  RECORD_SHIFT,
  RECORD_WORDS,
  type RecordView,
  recordViews,
  Slot,
  WEIGHT_SHIFT,
} from '../../translator/abi/record.ts';
import type { CodePage } from './code-page.ts';
import { NO_PAGE } from './code-pages.ts';
import type { Node } from './node.ts';
import { interleavedViews } from './views.ts';

/** Records are handed out to a page by so many: what runs together lies together. */
export const RECORD_CHUNK = 16;
/** Of HEAT: as a word, heat has bounds. */
const LEAST_HEAT = -(2 ** 31);

/** Records handed out to a code page. */
export class PageRecords {
  readonly chunks: number[] = [];
  /** Of the last chunk. */
  unused = 0;
}

/**
 * The records of nodes (translator/abi/record.ts). Whatever of a node is in its record is brought there by `write`. A node that
 * got none because all are taken runs all the same, but slower.
 */
export class Records {
  /** By name of its cell. */
  readonly views: Readonly<Record<RecordView, Int32Array>>;
  /** By index of a record divided by its words, whose it is. */
  readonly nodes: (Node | null)[] = new Array(RECORD_CHUNK).fill(null);
  private readonly free: number[] = [];
  readonly capacity: number;

  /**
   * `capacity`: how many records there may be, besides a first chunk that nobody gets: 0 is no record. Memory that no record
   * has lain in yet is only reserved.
   */
  constructor(capacity: number) {
    this.capacity = Math.ceil(capacity / RECORD_CHUNK + 1) * RECORD_CHUNK;
    this.views = interleavedViews(recordViews, RECORD_WORDS, this.capacity);
  }

  /** Gives a node of a page a record, if there is one. */
  add(page: CodePage, node: Node): void {
    const { records } = page;
    if (records.unused === 0 && !this.addChunk(records)) return;
    node.record = records.chunks.at(-1)! + (RECORD_CHUNK - records.unused--) * RECORD_WORDS;
    this.nodes[node.record >>> RECORD_SHIFT] = node;
    this.views.SLOT[node.record] = Slot.none;
    this.heat(node, 0);
  }

  private addChunk(records: PageRecords): boolean {
    let chunk = this.free.pop();
    if (chunk === undefined) {
      if (this.nodes.length >= this.capacity) return false;
      chunk = this.nodes.length * RECORD_WORDS;
      for (let n = 0; n < RECORD_CHUNK; n++) this.nodes.push(null);
    }
    records.chunks.push(chunk);
    records.unused = RECORD_CHUNK;
    return true;
  }

  /** Takes all records of a page back. Nobody may hold one any more. */
  release({ records }: CodePage): void {
    // One by one: V8 leaves the array its memory.
    for (let chunk = records.chunks.pop(); chunk !== undefined; chunk = records.chunks.pop()) {
      this.releaseChunk(chunk >>> RECORD_SHIFT);
      this.free.push(chunk);
    }
    records.unused = 0;
  }

  /** Those who still know a node must not write into what will be another one's. */
  private releaseChunk(first: number): void {
    for (let n = first; n < first + RECORD_CHUNK; n++) {
      const node = this.nodes[n];
      if (node !== null) node.record = 0;
      this.nodes[n] = null;
    }
  }

  /** Whose a record is. */
  nodeOf(record: number): Node | null {
    return this.nodes[record >>> RECORD_SHIFT];
  }

  /** Brings what is in a decoded instruction into its record. */
  write(node: Node): void {
    const { record } = node;
    if (record === 0) return;
    const { OPERANDS, DISPLACEMENT, IMMEDIATE, NEXT, TAKEN, NOTES, NEXT_EIP } = this.views;
    OPERANDS[record] = node.operands;
    DISPLACEMENT[record] = node.displacement;
    IMMEDIATE[record] = node.immediate;
    NEXT[record] = node.next?.record ?? 0;
    if (node.taken === null) NOTES[record] = NOTED_RUNS;
    else TAKEN[record] = node.taken.record;
    NEXT_EIP[record] = node.nextEip;
  }

  /** The same for a gate. */
  writeGate(gate: Node): void {
    const { record, page, taken } = gate;
    if (record === 0) return;
    const { LINEAR_PAGE, PAGE_ID, TAKEN, SLOT } = this.views;
    const target = taken?.record ?? 0;
    LINEAR_PAGE[record] = (gate.eip + page.context.base) >>> 12;
    PAGE_ID[record] = target === 0 ? NO_PAGE : gate.targetId;
    TAKEN[record] = target;
    SLOT[record] = Slot.gate;
  }

  /** The same for all of a page that was moved. */
  writePage(page: CodePage): void {
    for (const node of page.nodes()) this.write(node);
    for (const gate of page.gates.values()) this.writeGate(gate);
  }

  /** Makes a node's fast path that of a slot, if what it leads to can be said in a record. */
  place(node: Node, slot: number): void {
    const { record, next, taken } = node;
    if (record === 0) return;
    const isLinked = next?.record !== 0 && taken?.record !== 0;
    const weight = slot & HEATS ? node.weight << WEIGHT_SHIFT : 0;
    this.views.SLOT[record] = isLinked ? slot | weight : Slot.none;
  }

  /** The slot that a node has. */
  slotOf({ record }: Node): number {
    return this.views.SLOT[record] & (2 * HEATS - 1);
  }

  /** Sum of the weights of a node's runs while it isn't translated; 0 of one without a record. */
  heatOf({ record, due }: Node): number {
    return record === 0 ? 0 : this.views.HEAT[record] + due;
  }

  heat(node: Node, heat: number): void {
    if (node.record !== 0) this.views.HEAT[node.record] = Math.max(LEAST_HEAT, heat - node.due);
  }

  /** Says at what heat a node is due. */
  expect(node: Node, due: number): void {
    const heat = this.heatOf(node);
    node.due = due;
    this.heat(node, heat);
  }
}
