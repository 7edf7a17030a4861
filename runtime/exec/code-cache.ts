import { PAGE_BYTES as PAGE } from '../../translator/abi/page.ts';
import type { Range } from '../../translator/translate.ts';
import { MAX_LENGTH } from '../../translator/x86/decode.ts';
import type { CodeWriteListener, CodeWriter } from '../memory/frames.ts';
import type { Mmu } from '../memory/mmu.ts';
import { BranchTargets } from './branch-targets.ts';
import type { CachedTranslation } from './cached-translation.ts';
import { type CodeContext, CodeContexts } from './code-contexts.ts';
import type { CodeDrop, CodeObserver } from './code-events.ts';
import type { CodePage } from './code-page.ts';
import { CodePages } from './code-pages.ts';
import type { GraphParts } from './decoded-code.ts';
import { Evictions } from './evictions.ts';
import { CodeFrames, type FrameCode } from './frame-code.ts';
import type { Handlers } from './handlers.ts';
import { requireFetchable } from './instruction-fetch.ts';
import { MappedPages } from './mapped-pages.ts';
import type { Node } from './node.ts';
import type { Records } from './records.ts';
import { Cost, FREED, mostEvicted, Residence } from './residence.ts';
import { SpareCode } from './spare-code.ts';
import type { Stops } from './stops.ts';

/** A frame with more code pages gets new ones: nobody looks through so many for one that could be moved. */
const MOST_COPIES = 256;

/** A page with more records that were left behind is forgotten: code that is rewritten all the time would take all of them. */
export const MOST_MOVED = 8_192;

/** Makes dropped instructions start over. */
export interface InstructionReset {
  /** Makes an instruction decode its bytes again when it next runs. */
  reset(record: number): void;
}

/**
 * Decoded code by where it is: contexts, code pages, and what the bytes of each frame were decoded to, so that a store
 * drops just what it changed.
 */
export class CodeCache implements CodeWriteListener {
  private readonly mmu: Mmu;
  readonly mapped: MappedPages;
  private readonly state: Int32Array;
  private readonly records: Records;
  private readonly handlers: Handlers;
  private readonly stops: Stops;
  private readonly hotAt: number;
  readonly evictions: Evictions;
  private readonly instructions: InstructionReset;
  readonly spare: SpareCode;
  private readonly contexts = new CodeContexts();
  readonly frames: CodeFrames;
  private readonly pages = new CodePages();
  private readonly residence: Residence;
  readonly branchTargets: BranchTargets;
  /** Told of what is made and dropped. */
  observer: CodeObserver | null = null;
  /** Times that code was dropped, by cause, and what was dropped. */
  readonly metrics = {
    store: 0,
    device: 0,
    paging: 0,
    rewritten: 0,
    remade: 0,
    evicted: 0,
    reset: 0,
    droppedNodes: 0,
    droppedTranslations: 0,
  };
  /** The nodes and translations that the present event has dropped. */
  private dropped = { nodes: 0, translations: [] as CachedTranslation[] };
  /** Where translations began that were dropped. These may still run, and leave by their links. */
  private readonly linked: Node[] = [];
  /** Pages with too many records that were left behind. */
  private readonly crowded = new Set<CodePage>();
  /** Times that the dispatcher has looked for a page, and that it was one which was elsewhere. */
  private found = 0;
  private moves = 0;

  constructor(parts: GraphParts, instructions: InstructionReset) {
    const { mmu, state, records, handlers, stops, hotAt, coldRuns, cacheBytes } = parts;
    this.mmu = mmu;
    this.mapped = new MappedPages(mmu.tlb.code);
    this.frames = new CodeFrames(mmu.ram.frames);
    this.state = state;
    this.records = records;
    this.handlers = handlers;
    this.stops = stops;
    this.hotAt = hotAt;
    this.evictions = new Evictions(mmu.ram.bytes.length, coldRuns);
    this.instructions = instructions;
    this.spare = new SpareCode(mostEvicted(cacheBytes));
    this.branchTargets = new BranchTargets(records, mmu.tables);
    this.residence = new Residence(cacheBytes, this.pages, this.mapped);
    mmu.ram.frames.codeListener = this;
    mmu.tlb.onCodeDropped = (id) => this.unmapped(id);
  }

  /** The size of the cache, and how often one of its pages was moved. */
  get size(): { readonly pages: number; readonly contexts: number; readonly bytes: number; readonly moves: number } {
    return { pages: this.pages.size, contexts: this.contexts.size, bytes: this.residence.bytes, moves: this.moves };
  }

  allPages(): CodePage[] {
    return [...this.pages];
  }

  /** Makes `context` that of the current state key and code segment. */
  readonly enterContext = (): void => this.contexts.enter(this.state);

  /** The context of the code that runs now. */
  get context(): CodeContext {
    return this.contexts.current;
  }

  /** JavaScript frames of generated code are all of the current state key; code of others (user code, to a kernel) has none. Pages of one number have one key. */
  private unmapped(id: number): void {
    if (this.pages.get(id)?.context.key === this.context.key) this.mmu.tlb.stale = true;
  }

  /** The record at an EIP of the current context if its page is mapped and known; 0 if `resolve` must look. */
  entryAt(eip: number): number {
    const page = this.pageAt(eip);
    return page === null ? 0 : this.recordAt(page, page.distanceTo(eip));
  }

  /** The record at an EIP if an indirect transfer has gone there lately; else 0. */
  recent(eip: number): number {
    const { context } = this;
    return this.branchTargets.at(eip, this.mapped.at(eip + context.base), context);
  }

  /** The page of an EIP of the current context, if it is mapped and known. */
  pageAt(eip: number): CodePage | null {
    const { context } = this;
    return this.pages.of(this.mapped.at(eip + context.base), context);
  }

  /** The record at an EIP of the current context. Faults as fetching an instruction there does. */
  resolve(eip: number): number {
    const known = this.entryAt(eip);
    if (known !== 0) return known;
    requireFetchable(this.context, eip, 1);
    const linear = (eip + this.context.base) | 0;
    const linearPage = linear >>> 12;
    const at = this.mmu.fetch(linear);
    const found = this.pageFor(at < 0 ? -1 : at >>> 12, linearPage);
    // A device's page has no entry in the TLB, by which a flush would find and unmap it; a page with a breakpoint must come here each time.
    if (at >= 0 && !this.mmu.watchesCode(linear)) this.map(found);
    return this.recordAt(found, linear & 0xfff);
  }

  recordAt(page: CodePage, offset: number): number {
    let record = page.at(offset);
    if (record === 0) {
      record = this.records.add(page, offset);
      page.put(offset, record);
      this.residence.take(page, Cost.record);
    }
    return record;
  }

  /** Gives an instruction that is not decoded another record, which has room for one after it. */
  moveRecord(record: number): number {
    const { records } = this;
    const page = records.stock.pageOf(record)!;
    const offset = records.offsetOf(record);
    const place = records.append(page, offset);
    records.replace(record, place);
    page.put(offset, place);
    this.branchTargets.replace(record, place);
    this.residence.take(page, Cost.record);
    if (++page.moved === MOST_MOVED) this.crowded.add(page);
    return place;
  }

  /** The record after a page's last instruction, for what comes in sequence at an EIP. It is that of the instruction there, unless that has one. */
  follow(page: CodePage, eip: number): number {
    const offset = page.distanceTo(eip);
    const record = this.records.follow(page, offset);
    this.residence.take(page, Cost.record);
    if (offset >>> 0 < PAGE && page.at(offset) === 0) page.put(offset, record);
    return record;
  }

  /** The gate of a page to an EIP in another one. */
  gateTo(page: CodePage, eip: number): number {
    const distance = page.distanceTo(eip);
    let gate = page.gates.get(distance);
    if (gate === undefined) {
      gate = this.records.addGate(page, eip);
      page.gates.set(distance, gate);
      this.residence.take(page, Cost.record);
    }
    return gate;
  }

  /** A record of a page has got a node. */
  attach(record: number, node: Node): void {
    this.records.attach(record, node);
    this.residence.take(node.page, Cost.node);
  }

  /** Whether the page of a number is mapped at an EIP of the current context. */
  isMappedAt(eip: number, id: number): boolean {
    return this.mapped.at(eip + this.context.base) === id;
  }

  private pageFor(frame: number, linearPage: number): CodePage {
    const known = this.pages.at(this.context, frame, linearPage) ?? this.movedTo(frame, linearPage);
    if (known !== null) known.used = true;
    const page = known ?? this.newPage(frame, linearPage);
    page.noteFound(++this.found, this.mmu.spaces.current);
    return page;
  }

  /** Maps a page where it is. Segments that have a page of memory in common would take turns there: theirs get one number. */
  private map(page: CodePage): void {
    const { mapped, pages } = this;
    const there = pages.get(mapped.at(page.linearPage << 12));
    if (there !== null && there.id !== page.id && page.mayShareNumber(there)) pages.join(page, there.id);
    mapped.add(page);
    // The dispatcher looks for one of them alone from now on.
    for (let one = pages.get(page.id); one !== null; one = one.beside) one.used = true;
  }

  private newPage(frame: number, linearPage: number): CodePage {
    const { context } = this;
    this.contexts.addPage();
    const page = this.pages.add((id) => this.spare.takePage(id, context, frame, linearPage));
    this.residence.take(page, Cost.page);
    this.frames.add(page);
    return page;
  }

  /** A page of the frame that was made elsewhere, moved: systems load programs at another address each time. */
  private movedTo(frame: number, linearPage: number): CodePage | null {
    const { stops } = this;
    const code = this.frames.get(frame);
    // What is decoded knows the breakpoints of where that was.
    if (code === undefined || code.pages.size > MOST_COPIES || stops.hasPage(linearPage)) return null;
    const page = code.best((one) => this.isFree(one));
    if (page !== null) this.move(page, linearPage);
    return page;
  }

  /** Whether a page may be moved to code that runs now: it has some, and nobody will come back to where it is. */
  private isFree(page: CodePage): boolean {
    const { context, found, mapped, mmu, stops } = this;
    if (page.context !== context || !page.isMovable || mapped.has(page) || stops.hasPage(page.linearPage)) return false;
    if (page.hasJustCome(found) || page.isWanted(mmu.spaces)) return false;
    return !this.records.decodedIn(page).next().done;
  }

  /** Makes a page that of its frame at another linear page (see CodePage.move). */
  move(page: CodePage, linearPage: number): void {
    this.pages.move(page, linearPage, this.records);
    this.moves++;
  }

  addTranslation(translation: CachedTranslation): void {
    const { page, ranges, instructions } = translation;
    page.translations.add(translation);
    for (const { start, end } of ranges) this.frames.mark(page.frame, start, end);
    this.residence.take(page, instructions * Cost.translatedInstruction);
    this.observer?.translate(translation);
  }

  /** Takes a translation out, to make another one of its first instruction. */
  replaceTranslation(translation: CachedTranslation): void {
    this.dropTranslation(translation);
    this.tell('remade', translation.page.frame * PAGE + translation.ranges[0].start, 0);
  }

  /** A breakpoint was set or removed at a linear address: code there is decoded again, in every address space. */
  redecode(linear: number): void {
    const start = linear & (PAGE - 1);
    for (const page of this.pages) {
      if (page.linearPage !== linear >>> 12) continue;
      this.dropBytes(page, start, start + 1);
      this.tell('remade', page.frame * PAGE + start, 1);
    }
  }

  // Invalidation.

  /** Bytes of a frame that holds code were written (offset in the buffer; within one frame). */
  codeWritten(offset: number, bytes: number, writer: CodeWriter): void {
    const frame = offset >>> 12;
    const code = this.frames.get(frame);
    if (code === undefined) return;
    if (code.store()) this.survey(frame, code);
    const start = offset & (PAGE - 1);
    if (!code.mayHold(start, start + bytes)) return;
    for (const page of code.pages) this.dropBytes(page, start, start + bytes);
    // Data beside code, in the same chunk, is no hit.
    if (this.dropped.nodes === 0 && this.dropped.translations.length === 0) return;
    this.cool(code);
    this.tell(writer, offset, bytes);
    if (code.hit()) this.dropFrame(frame, code);
  }

  /** Looks what code is left in a frame: stores to one without any need not be seen. */
  private survey(frame: number, code: FrameCode): void {
    const ranges = [...code.pages].flatMap((page) => [...this.rangesIn(page)]);
    if (!code.survey(ranges)) this.frames.unmark(frame);
  }

  /** Where decoded instructions of a page and its translations are. */
  private *rangesIn(page: CodePage): Generator<Range> {
    const { records } = this;
    for (const record of records.decodedIn(page)) {
      const start = records.offsetOf(record);
      yield { start, end: Math.min(start + records.lengthOf(record), PAGE) };
    }
    for (const { ranges } of page.translations) yield* ranges;
  }

  /** Drops all code of a frame: its bytes are data until they are executed again. */
  private dropFrame(frame: number, code: FrameCode): void {
    for (const page of code.pages) this.dropBytes(page, 0, PAGE);
    this.frames.unmark(frame);
    this.cool(code);
    this.tell('rewritten', frame * PAGE, PAGE);
  }

  /** Entries of dropped translations are translated only when they are so many times as hot as others. */
  private cool(code: FrameCode): void {
    const { translations } = this.dropped;
    if (translations.length === 0) return;
    const heat = this.hotAt * (1 - code.cool());
    for (const { entries } of translations) for (const { record } of entries) this.records.heat.set(record, heat);
  }

  private dropBytes(page: CodePage, start: number, end: number): void {
    const first = Math.max(0, start - MAX_LENGTH + 1);
    const { records } = this;
    for (const record of page.instructions(first, end)) {
      if (!records.isDecoded(record) || records.offsetOf(record) + records.lengthOf(record) <= start) continue;
      this.dropped.nodes++;
      this.instructions.reset(record);
    }
    for (const translation of page.translations) {
      if (translation.overlaps(start, end)) this.dropTranslation(translation);
    }
  }

  private dropTranslation(translation: CachedTranslation): void {
    const { page, entries, instructions } = translation;
    page.translations.delete(translation);
    this.residence.take(page, -instructions * Cost.translatedInstruction);
    for (const entry of entries) this.instructions.reset(entry.record);
    this.linked.push(...entries);
    this.dropped.translations.push(translation);
    this.mmu.tlb.stale = true;
  }

  /** Counts an event and tells of it. */
  private tell(cause: CodeWriter | 'rewritten' | 'remade', offset: number, bytes: number): void {
    const { dropped, metrics } = this;
    this.dropped = { nodes: 0, translations: [] };
    metrics[cause]++;
    metrics.droppedNodes += dropped.nodes;
    metrics.droppedTranslations += dropped.translations.length;
    this.observer?.invalidate({ cause, offset, bytes, ...dropped });
  }

  // Bounds.

  /** Keeps memory bounded; only while no frame of generated code is left, which would go on with what is forgotten. */
  trim(): void {
    for (let node = this.linked.pop(); node !== undefined; node = this.linked.pop()) {
      if (!node.isTranslated) node.links = null;
    }
    if (this.isCrowded) this.clearCrowded();
    if (this.handlers.isFull) this.dropHandlers();
    else if (this.residence.isFull || this.records.stock.isShort) this.evict();
    else if (this.residence.isLookDue) this.residence.look();
  }

  private evict(): void {
    this.residence.look();
    const victims = this.residence.victims(this.records.stock.isShort ? this.residence.bytes * FREED : 0);
    this.forgetAll(victims);
    const frames = new Set(victims.map(({ frame }) => frame));
    this.evictions.note([...frames].filter((frame) => frame >= 0 && this.frames.get(frame) === undefined));
  }

  /** Whether a page should be forgotten before more is decoded. */
  get isCrowded(): boolean {
    return this.crowded.size > 0;
  }

  private clearCrowded(): void {
    // One may be gone by now, or another page.
    this.forgetAll([...this.crowded].filter(({ moved }) => moved >= MOST_MOVED));
    this.crowded.clear();
  }

  private forgetAll(pages: Iterable<CodePage>): void {
    for (const page of pages) this.forget(page, 'evicted');
    for (const page of this.pages) this.cutGates(page);
    this.branchTargets.clear();
  }

  /** Forgets what was decoded in a page. The same code gets a new page when it runs again. */
  private forget(page: CodePage, cause: 'evicted' | 'reset'): void {
    this.contexts.deletePage(page.context);
    this.pages.delete(page);
    this.residence.release(page);
    this.metrics[cause]++;
    this.observer?.evict(this.wholePage(page, cause));
    const nodes = [...this.records.nodesOf(page)];
    this.records.release(page);
    this.mapped.delete(page);
    this.frames.delete(page);
    this.spare.keep(page, nodes);
  }

  /** Gates to pages that are gone: their records will be other code's. */
  private cutGates(page: CodePage): void {
    const { records } = this;
    const { TAKEN } = records.views;
    for (const gate of page.gates.values()) if (records.stock.pageOf(TAKEN[gate]) === null) records.cut(gate);
  }

  /** Forgets handlers, and with them everything that runs by these. */
  dropHandlers(): void {
    this.dropAll('evicted');
    this.handlers.forget();
  }

  /** Forgets everything decoded, as when the machine is reset. */
  dropAll(cause: 'evicted' | 'reset' = 'reset'): void {
    this.branchTargets.clear();
    for (const page of this.pages) this.forget(page, cause);
    this.evictions.forget();
  }

  private wholePage(page: CodePage, cause: 'evicted' | 'reset'): CodeDrop {
    const nodes = [...this.records.decodedIn(page)].length;
    return { cause, offset: page.frame * PAGE, bytes: PAGE, nodes, translations: [...page.translations] };
  }
}
