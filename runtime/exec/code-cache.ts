import { Segment, Word } from '../../translator/abi/state.ts';
import type { CodeWriteListener, Mmu } from '../memory/mmu.ts';
import { type CodeContext, CodePage } from './code-page.ts';
import { FrameCode } from './frame-code.ts';
import type { Node } from './node.ts';

/** After so many writes that hit code in a frame, all of its code is dropped and the frame is plain data again. */
const MAX_HITS = 16;
const LONGEST_INSTRUCTION = 15;

/** How much is kept. Beyond one of these all is forgotten: what still runs is decoded anew. */
const MOST = { pages: 4096, nodes: 800_000, contexts: 512 } as const;

/** Makes and resets nodes (graph.ts). */
export interface NodeFactory {
  create(page: CodePage, offset: number): Node;
  reset(node: Node): void;
}

/**
 * Decoded code by where it is: contexts, code pages, and what the bytes of each frame were decoded to, so that a store
 * drops just what it changed.
 */
export class CodeCache implements CodeWriteListener {
  private readonly mmu: Mmu;
  /** By linear page: id of the code page there (Tlb.code). */
  private readonly mapped: Int32Array;
  private readonly state: Int32Array;
  private readonly factory: NodeFactory;
  private readonly contexts = new Map<string, CodeContext>();
  private readonly frames = new Map<number, FrameCode>();
  /** By id; 0 is no page. */
  private pages: (CodePage | null)[] = [null];
  private nodes = 0;
  /** The context of the code that runs now; see `enterContext`. */
  context: CodeContext;
  /** Times that a write dropped code, and nodes dropped. */
  readonly counts = { invalidations: 0, droppedNodes: 0, droppedFrames: 0, droppedTranslations: 0, dropsOfAll: 0 };

  constructor(mmu: Mmu, state: Int32Array, factory: NodeFactory) {
    this.mmu = mmu;
    this.mapped = mmu.tlb.code;
    this.state = state;
    this.factory = factory;
    this.context = this.contextFor(0, 0, 0);
    mmu.listener = this;
    mmu.tlb.onCodeDropped = (id) => this.unmapped(id);
  }

  get pageCount(): number {
    return this.pages.length - 1;
  }

  /** All code pages, in the order in which they were made. */
  allPages(): CodePage[] {
    return this.pages.filter((page) => page !== null);
  }

  /** Makes `context` that of the current state key and code segment. */
  enterContext(): void {
    const key = this.state[Word.key];
    const base = this.state[Word.segmentBase + Segment.cs];
    const limit = this.state[Word.segmentLimit + Segment.cs];
    const c = this.context;
    if (c.key !== key || c.base !== base || c.limit !== limit) this.context = this.contextFor(key, base, limit);
  }

  /** Frames of generated code are all of the current context; code of others (user code, to a kernel) has none. */
  private unmapped(id: number): void {
    if (this.pages[id]?.context === this.context) this.mmu.tlb.stale = true;
  }

  private contextFor(key: number, base: number, limit: number): CodeContext {
    const name = `${key} ${base} ${limit}`;
    let context = this.contexts.get(name);
    if (!context) {
      context = { key, base, limit, pages: new Map() };
      this.contexts.set(name, context);
    }
    return context;
  }

  /** The node at an EIP of the current context if its page is mapped and known; null if `resolve` must look. */
  find(eip: number): Node | null {
    const linear = (eip + this.context.base) | 0;
    const page = this.pages[this.mapped[linear >>> 12]];
    return page !== null && page.context === this.context ? page.nodes[linear & 0xfff] : null;
  }

  /** The node at an EIP of the current context. Faults as fetching an instruction there does. */
  resolve(eip: number): Node {
    const linear = (eip + this.context.base) | 0;
    const linearPage = linear >>> 12;
    const page = this.pages[this.mapped[linearPage]];
    if (page !== null && page.context === this.context) return this.nodeAt(page, linear & 0xfff);
    const at = this.mmu.fetch(linear);
    const found = this.pageFor(at < 0 ? -1 : at >>> 12, linearPage);
    // Flushing finds only pages with an entry in the TLB, which devices have not.
    if (at >= 0) this.mapped[linearPage] = found.id;
    return this.nodeAt(found, linear & 0xfff);
  }

  nodeAt(page: CodePage, offset: number): Node {
    let node = page.nodes[offset];
    if (node === null) {
      node = this.factory.create(page, offset);
      page.nodes[offset] = node;
      this.nodes++;
    }
    return node;
  }

  /** Whether links to nodes of a page may be followed: it is still mapped where it was. */
  isMapped(page: CodePage): boolean {
    return this.mapped[page.linearPage] === page.id;
  }

  private pageFor(frame: number, linearPage: number): CodePage {
    const number = frame * 0x100000 + linearPage;
    let page = this.context.pages.get(number);
    if (!page) {
      page = new CodePage(this.pages.length, this.context, frame, linearPage);
      this.pages.push(page);
      this.context.pages.set(number, page);
      if (frame >= 0) this.frameCode(frame).pages.push(page);
    }
    return page;
  }

  private frameCode(frame: number): FrameCode {
    let code = this.frames.get(frame);
    if (!code) {
      code = new FrameCode();
      this.frames.set(frame, code);
    }
    return code;
  }

  /** Notes that bytes [start, end) of a frame have been decoded: stores to them must be seen from now on. */
  markCode(frame: number, start: number, end: number): void {
    this.frameCode(frame).mark(start, end);
    if (this.mmu.ram.holdsCode[frame]) return;
    this.mmu.ram.holdsCode[frame] = 1;
    this.mmu.tlb.protectFrame(frame);
  }

  /** Notes a node whose last bytes are in another frame than its first. */
  markCrossing(frame: number, bytes: number, node: Node): void {
    this.markCode(frame, 0, bytes);
    this.frameCode(frame).crossing.add(node);
  }

  /** A store, DMA or debugger wrote bytes of a frame that holds code (offset in the buffer; within one frame). */
  codeWritten(offset: number, bytes: number): void {
    const frame = offset >>> 12;
    const code = this.frames.get(frame);
    const start = offset & 0xfff;
    if (!code?.mayHold(start, start + bytes)) return;
    const { droppedNodes, droppedTranslations } = this.counts;
    for (const page of code.pages) this.dropBytes(page, start, start + bytes);
    if (start < LONGEST_INSTRUCTION) this.dropCrossing(code);
    // Data beside code, in the same chunk, is no hit.
    if (droppedNodes === this.counts.droppedNodes && droppedTranslations === this.counts.droppedTranslations) return;
    this.counts.invalidations++;
    if (++code.hits > MAX_HITS) this.dropFrame(frame, code);
  }

  /** Drops all code of a frame: its bytes are data until they are executed again. */
  private dropFrame(frame: number, code: FrameCode): void {
    for (const page of code.pages) this.dropBytes(page, 0, 4096);
    this.dropCrossing(code);
    code.clear();
    this.mmu.ram.holdsCode[frame] = 0;
    this.counts.droppedFrames++;
  }

  private dropBytes(page: CodePage, start: number, end: number): void {
    for (let offset = Math.max(0, start - LONGEST_INSTRUCTION + 1); offset < end; offset++) {
      const node = page.nodes[offset];
      if (node !== null && node.length > 0 && offset + node.length > start) this.drop(node);
    }
    for (const translation of page.translations) {
      const { ranges } = translation;
      for (let n = 0; n < ranges.length; n += 2) {
        if (ranges[n] >= end || ranges[n + 1] <= start) continue;
        page.translations.delete(translation);
        this.factory.reset(translation.head);
        this.counts.droppedTranslations++;
        this.mmu.tlb.stale = true;
        break;
      }
    }
  }

  private dropCrossing(code: FrameCode): void {
    for (const node of code.crossing) this.drop(node);
    code.crossing.clear();
  }

  private drop(node: Node): void {
    this.counts.droppedNodes++;
    this.factory.reset(node);
  }

  /** Keeps memory bounded; only while no frame of generated code is left, which would go on with what is forgotten. */
  trim(): void {
    const { pages, nodes, contexts } = this;
    if (pages.length > MOST.pages || nodes > MOST.nodes || contexts.size > MOST.contexts) this.dropAll();
  }

  /** Forgets everything decoded (a snapshot was loaded, the machine was reset). */
  dropAll(): void {
    for (const frame of this.frames.keys()) this.mmu.ram.holdsCode[frame] = 0;
    this.frames.clear();
    this.contexts.clear();
    this.pages = [null];
    this.nodes = 0;
    this.counts.dropsOfAll++;
    this.mmu.flushAll();
    this.context = this.contextFor(0, 0, 0);
  }
}
