import { PAGE_BYTES } from '../../translator/abi/page.ts';
import {
  NOTED_RUNS,
  Operation,
  RECORD_SHIFT,
  RECORD_WORDS,
  RETURN_RECORD,
  type RecordView,
  recordViews,
  WEIGHT_SHIFT,
} from '../../translator/abi/record.ts';
import { isRelative } from '../../translator/region/flow.ts';
import type { Instruction } from '../../translator/x86/instruction.ts';
import type { Tables } from '../memory/tables.ts';
import type { CodePage } from './code-page.ts';
import { NO_PAGE } from './code-pages.ts';
import { Heat } from './heat.ts';
import type { Node } from './node.ts';
import { RECORD_CHUNK, RecordStock } from './record-stock.ts';

/** Where an instruction is in its page, and its weight as an entry: the parts of a number, by their shifts. */
const LENGTH_SHIFT = 12;
const ENTRY_SHIFT = 16;
const OFFSET = PAGE_BYTES - 1;
const LENGTH = 15 << LENGTH_SHIFT;
/** It was made for what comes in sequence after the record before it. */
const SEQUENCE = 1 << 31;

/**
 * All decoded code: a record for each instruction and each gate (translator/abi/record.ts). A record is of one page and offset
 * for as long as the page is kept. Data that only the runtime needs is in arrays beside it. Few records have a node, which is
 * made from the same bytes where something needs one.
 */
export class Records {
  /** By name. */
  readonly views: Readonly<Record<RecordView, Int32Array>>;
  /** By index of a record divided by its words, its node. */
  readonly nodes: (Node | null)[] = new Array(RECORD_CHUNK).fill(null);
  readonly stock: RecordStock;
  readonly heat: Heat;
  /** For each record: offset, length (0: not decoded) and weight; and the number of the handler. */
  private readonly places: Int32Array;
  private readonly handlers: Int32Array;
  /** For each record: the operation that runs its instruction alone, whatever begins there. */
  private readonly own: Uint16Array;

  /** There are as many as tables have room for, see capacityFor. */
  constructor(tables: Tables, firstDue = 1) {
    const capacity = tables.records;
    this.stock = new RecordStock(capacity);
    this.heat = new Heat(this, firstDue);
    this.views = tables.interleaved(recordViews, RECORD_WORDS, capacity);
    this.places = new Int32Array(capacity);
    this.handlers = new Int32Array(capacity);
    this.own = new Uint16Array(capacity);
    this.views.OPERATION[RETURN_RECORD] = Operation.returned;
    this.views.HEAT[RETURN_RECORD] = -1;
  }

  /** A record for what is at an offset of a page, and not decoded yet, or for a gate: apart from those of code that has run. */
  add(page: CodePage, offset: number): number {
    return this.begin(this.stock.takeLast(page), offset);
  }

  /** The next record of a page's code, with room for another one after it. */
  append(page: CodePage, offset: number): number {
    return this.begin(this.stock.takeFirst(page), offset);
  }

  private begin(record: number, place: number): number {
    const { HEAT, OPERANDS, OPERATION } = this.views;
    while (this.nodes.length < this.stock.made) this.nodes.push(null);
    this.places[record >>> RECORD_SHIFT] = place;
    OPERATION[record] = Operation.undecoded;
    this.own[record >>> RECORD_SHIFT] = Operation.undecoded;
    OPERANDS[record] = 0;
    HEAT[record] = -this.heat.firstDue;
    return record;
  }

  /** Whether the record after one was made for what comes in sequence at an offset, which may be in another page. */
  isFollowed(record: number, offset: number): boolean {
    const after = record + RECORD_WORDS;
    return (this.places[after >>> RECORD_SHIFT] & (SEQUENCE | OFFSET)) === (SEQUENCE | (offset & OFFSET));
  }

  /** A record for what comes in sequence, at an offset: the one after that of a page's last instruction. */
  follow(page: CodePage, offset: number): number {
    return this.begin(this.stock.takeNext(page), SEQUENCE | (offset & OFFSET));
  }

  /** Has a record lead to another one. */
  redirect(record: number, target: number): void {
    this.views.TAKEN[record] = target;
    this.views.OPERATION[record] = Operation.redirect;
  }

  /** Gives an instruction that is not decoded another record, which is new: the old one leads there, and so does what led to that. */
  replace(record: number, place: number): void {
    const { HEAT, OPERANDS, TAKEN } = this.views;
    this.setWeight(place, this.weightOf(record));
    HEAT[place] = HEAT[record];
    const node = this.nodeOf(record);
    if (node !== null) {
      this.nodes[record >>> RECORD_SHIFT] = null;
      this.attach(place, node);
    }
    let waiting = OPERANDS[record];
    while (waiting !== 0 && TAKEN[waiting] === record) {
      TAKEN[waiting] = place;
      waiting = OPERANDS[waiting];
    }
    this.redirect(record, place);
  }

  /** Has a relative jump, or a gate, lead to a record. Those that lead to code which is not decoded are a list: it may get another record. */
  private lead(record: number, target: number): void {
    const { OPERANDS, OPERATION, TAKEN } = this.views;
    TAKEN[record] = target;
    if (OPERATION[target] !== Operation.undecoded) return;
    OPERANDS[record] = OPERANDS[target];
    OPERANDS[target] = record;
  }

  /** The record of the instruction after one in its page; 0 if there is none. */
  after(record: number): number {
    const offset = this.offsetOf(record) + this.lengthOf(record);
    return offset < PAGE_BYTES ? this.stock.pageOf(record)!.at(offset) : 0;
  }

  /** A record for a gate of a page, which leads nowhere yet. */
  addGate(page: CodePage, eip: number): number {
    const gate = this.add(page, 0);
    const { LINEAR_PAGE, NEXT_EIP, OPERATION } = this.views;
    LINEAR_PAGE[gate] = (eip + page.context.base) >>> 12;
    NEXT_EIP[gate] = eip;
    OPERATION[gate] = Operation.gate;
    this.setTarget(gate, 0, NO_PAGE);
    return gate;
  }

  /** Takes all records of a page back. Nobody may hold one any more. */
  release(page: CodePage): void {
    this.stock.release(page, (chunk) => this.releaseChunk(chunk >>> RECORD_SHIFT));
  }

  /** Nodes outlive their records: what is done with one must not reach the record's next owner. */
  private releaseChunk(first: number): void {
    for (let n = first; n < first + RECORD_CHUNK; n++) {
      const node = this.nodes[n];
      if (node !== null) node.record = 0;
      this.nodes[n] = null;
      this.places[n] = 0;
    }
  }

  /** The node of a record, if there is one. */
  nodeOf(record: number): Node | null {
    return this.nodes[record >>> RECORD_SHIFT];
  }

  attach(record: number, node: Node): void {
    node.record = record;
    this.nodes[record >>> RECORD_SHIFT] = node;
  }

  /** Nodes of a page's instructions and gates, as far as there are any. */
  *nodesOf({ chunks }: CodePage): Generator<Node> {
    for (const chunk of chunks) {
      for (let n = 0; n < RECORD_CHUNK; n++) {
        const node = this.nodes[(chunk >>> RECORD_SHIFT) + n];
        if (node !== null) yield node;
      }
    }
  }

  /** Records of a page's decoded instructions. */
  *decodedIn(page: CodePage): Generator<number> {
    for (const record of page.instructions()) if (this.isDecoded(record)) yield record;
  }

  isGate(record: number): boolean {
    return this.views.OPERATION[record] === Operation.gate;
  }

  /** The record that a redirection leads to in the end, and directly from now on; any other one is its own. */
  resolve(record: number): number {
    const { OPERATION, TAKEN } = this.views;
    let resolved = record;
    while (OPERATION[resolved] === Operation.redirect) resolved = TAKEN[resolved];
    if (resolved !== record) TAKEN[record] = resolved;
    return resolved;
  }

  /** EIP of an instruction, or that a gate leads to. A redirection may lead into the next page. */
  eipOf(redirected: number): number {
    const record = this.resolve(redirected);
    if (this.isGate(record)) return this.views.NEXT_EIP[record];
    return (this.stock.pageOf(record)!.eip + this.offsetOf(record)) | 0;
  }

  offsetOf(record: number): number {
    return this.places[record >>> RECORD_SHIFT] & OFFSET;
  }

  /** Length of the instruction in bytes; 0 while it is not decoded. */
  lengthOf(record: number): number {
    return (this.places[record >>> RECORD_SHIFT] & LENGTH) >>> LENGTH_SHIFT;
  }

  isDecoded(record: number): boolean {
    return (this.places[record >>> RECORD_SHIFT] & LENGTH) !== 0;
  }

  /** Number of the handler of a decoded instruction (see Handlers). */
  handlerOf(record: number): number {
    return this.handlers[record >>> RECORD_SHIFT];
  }

  /** How much each run heats it, or what a gate leads to: see EntryWeight. */
  weightOf(record: number): number {
    return (this.places[record >>> RECORD_SHIFT] & ~SEQUENCE) >>> ENTRY_SHIFT;
  }

  /** Makes it an entry. */
  setWeight(record: number, weight: number): void {
    const n = record >>> RECORD_SHIFT;
    this.places[n] = (this.places[n] & (OFFSET | LENGTH | SEQUENCE)) | (weight << ENTRY_SHIFT);
  }

  /** Brings a decoded instruction into its record, with the number of its handler and the record that it jumps to; `taken`: 0 if it isn't relative. */
  write(record: number, i: Instruction, length: number, handler: number, taken: number): void {
    const { OPERANDS, DISPLACEMENT, IMMEDIATE, NOTES, NEXT_EIP } = this.views;
    OPERANDS[record] = i.operands;
    // An instruction has a displacement or a second immediate, and an immediate or a relative target.
    DISPLACEMENT[record] = i.displacement | i.immediate2;
    IMMEDIATE[record] = isRelative(i) ? i.target : i.immediate;
    if (taken === 0) NOTES[record] = NOTED_RUNS;
    else this.lead(record, taken);
    NEXT_EIP[record] = i.nextEip;
    this.places[record >>> RECORD_SHIFT] |= length << LENGTH_SHIFT;
    this.handlers[record >>> RECORD_SHIFT] = handler;
  }

  /** Marks it to be decoded again. */
  reset(record: number): void {
    this.heat.forget(record);
    this.views.OPERATION[record] = Operation.undecoded;
    this.views.OPERANDS[record] = 0;
    this.own[record >>> RECORD_SHIFT] = Operation.undecoded;
    this.places[record >>> RECORD_SHIFT] &= ~LENGTH;
  }

  /** Makes a gate lead to a record in the page of a number; 0 and NO_PAGE: nowhere. */
  setTarget(gate: number, target: number, pageId: number): void {
    if (target === 0) this.views.TAKEN[gate] = 0;
    else this.lead(gate, target);
    this.views.PAGE_ID[gate] = pageId;
  }

  /** Makes a gate lead nowhere, until it is followed again. */
  cut(gate: number): void {
    this.setTarget(gate, 0, NO_PAGE);
    const node = this.nodeOf(gate);
    if (node === null) return;
    node.taken = null;
    node.targetId = NO_PAGE;
  }

  /**
   * A page is moved by a distance: EIPs of what is in it are others. Its gates lead where they led: whoever passes one looks whether that page is
   * mapped where the gate leads now.
   */
  movePage({ chunks, context, gates }: CodePage, distance: number): void {
    const { NEXT_EIP, LINEAR_PAGE } = this.views;
    for (const chunk of chunks) {
      const end = chunk + RECORD_CHUNK * RECORD_WORDS;
      // Those that are not in use, or not decoded, get it when they are.
      for (let record = chunk; record < end; record += RECORD_WORDS) {
        NEXT_EIP[record] = (NEXT_EIP[record] + distance) | 0;
      }
    }
    for (const gate of gates.values()) LINEAR_PAGE[gate] = (NEXT_EIP[gate] + context.base) >>> 12;
  }

  /** The operation that runs its instruction alone. */
  ownOperationOf(record: number): number {
    return this.own[record >>> RECORD_SHIFT];
  }

  /** Has its instruction run by an operation; `heats`: each run adds to its heat. */
  setOwnOperation(record: number, operation: number, heats: boolean): void {
    this.own[record >>> RECORD_SHIFT] = operation;
    const weight = heats ? this.weightOf(record) : 0;
    this.views.OPERATION[record] = operation | (weight << WEIGHT_SHIFT);
  }

  /** A translation begins there. */
  setTranslated(record: number): void {
    this.views.OPERATION[record] = Operation.translated;
  }
}
