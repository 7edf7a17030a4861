import { Segment, Word } from '../../translator/abi/state.ts';
import { INSTRUCTION_COMMENT } from '../../translator/emit/names.ts';
import { type Assumptions, usualAssumptions } from '../../translator/opt/assumptions.ts';
import { formatInstruction } from '../../translator/x86/format.ts';
import type { Cpu } from '../cpu/cpu.ts';
import type { CachedTranslation } from '../exec/cached-translation.ts';
import type { CodeObserver } from '../exec/code-events.ts';
import type { CodePage } from '../exec/code-page.ts';
import type { Engine } from '../exec/engine.ts';
import { translationUrl } from '../exec/names.ts';
import type { Node, Run } from '../exec/node.ts';
import { defaultTiering } from '../exec/tiering.ts';
import type { Mmu } from '../memory/mmu.ts';
import { type PageTables, silentPaging } from '../memory/page-tables.ts';
import type { CodeSnapshot, TranslationInfo } from './questions.ts';

const PAGE = 4096;
const FUNCTION_NAME = /^function (\w+)/;

/** The parts of a machine that an inspector looks at. */
export interface ViewedParts {
  readonly cpu: Cpu;
  readonly state: Int32Array;
  readonly engine: Engine;
  readonly mmu: Mmu;
  /** The machine's time in nanoseconds. */
  now(): number;
}

/**
 * The engine's structures as the inspector reads them: whatever of the runtime it depends on is in this file. Nothing
 * here changes the machine but `install` and `count`, which replace what runs by something that does the same.
 */
export class EngineView {
  readonly parts: ViewedParts;
  readonly #paging: PageTables;

  constructor(parts: ViewedParts) {
    this.parts = parts;
    this.#paging = silentPaging(parts.state, parts.mmu.map);
  }

  *translations(): Generator<CachedTranslation> {
    for (const page of this.pages()) yield* page.translations;
  }

  *pages(): Generator<CodePage> {
    yield* this.parts.engine.graph.cache.allPages();
  }

  /** Offsets of a page's decoded instructions. */
  decodedIn(page: CodePage): number[] {
    const { records } = this.parts.engine.graph;
    return [...records.decodedIn(page)].map((record) => records.offsetOf(record));
  }

  /** Where the indirect jumps of a page have gone: EIPs of these, and of their targets. */
  targetsIn(page: CodePage): [number, number[]][] {
    const { records } = this.parts.engine.graph;
    const jumps = [...records.nodesOf(page)].filter(({ targets }) => targets !== null);
    return jumps.map(({ eip, targets }) => [eip >>> 0, [...targets!]]);
  }

  /** Nodes of a page's sensitive instructions. */
  *sensitiveIn(page: CodePage): Generator<Node> {
    const { graph } = this.parts.engine;
    for (const record of graph.records.decodedIn(page)) {
      if (graph.handlerOf(record).form.class !== 'sensitive') continue;
      const node = graph.nodeOf(record);
      if (this.isDecoded(node)) yield node;
    }
  }

  /** The function's text, without what is printed around it when it is compiled. */
  textOf(translation: CachedTranslation): string {
    return translation.text;
  }

  /** Physical addresses of its instructions. */
  *instructionsOf(translation: CachedTranslation): Generator<number> {
    const { page } = translation;
    for (const [, eip] of this.textOf(translation).matchAll(INSTRUCTION_COMMENT)) {
      yield this.physicalOf(page, Number.parseInt(eip, 16));
    }
  }

  /** Name of the file of a translation's function. */
  urlOf(translation: CachedTranslation): string {
    const { page, head } = translation;
    return translationUrl(page, head.eip, FUNCTION_NAME.exec(this.textOf(translation))![1]);
  }

  linksOf({ head }: CachedTranslation): number[] {
    return (head.links ?? []).map(({ eip }) => eip >>> 0);
  }

  /** All of a translation but what is counted. */
  describe(translation: CachedTranslation): Omit<TranslationInfo, 'executions' | 'exits' | 'invalidations'> {
    const { head, page, ranges, blocks, instructions } = translation;
    const text = this.textOf(translation);
    return {
      physical: this.physicalOf(page, head.eip),
      eip: head.eip >>> 0,
      linear: this.linearOf(page, head.eip),
      key: page.context.key,
      name: FUNCTION_NAME.exec(text)![1],
      tier: 'region',
      bytes: ranges.reduce((sum, { start, end }) => sum + end - start, 0),
      blocks,
      instructions,
      characters: text.length,
      links: head.links?.length ?? 0,
    };
  }

  install(node: Node, run: Run): void {
    this.parts.engine.graph.installAt(node, run);
  }

  /** Has a function called each time that a node's instruction runs by itself, or no longer. */
  count(node: Node, counter: (() => void) | null): void {
    this.parts.engine.graph.count(node.record, counter);
  }

  /** Whether the node's instruction has been decoded and hasn't been dropped since; the node knows it then. */
  isDecoded(node: Node): boolean {
    // One without a record was evicted.
    return node.record !== 0 && this.parts.engine.graph.decodedNodeOf(node.record).length > 0;
  }

  /** Whether code leaves with a fault that was not thrown (Graph.faulted). */
  get hasFaulted(): boolean {
    return this.parts.engine.graph.hasFaulted;
  }

  /** The instruction that a link of a translation has run by its handler, or null. */
  interpretedBy(link: Node): Node | null {
    return link.isLink && link === this.calleeOf(link) ? link.taken : null;
  }

  /** The target of a link that calls a function which is not nested in its caller; any other node is returned as it is. */
  calleeOf(link: Node): Node {
    return link.run === this.parts.engine.graph.calling ? link.taken! : link;
  }

  /** Whether a link of a translation leads to the dispatcher. */
  isLeave(link: Node): boolean {
    return link.run === this.parts.engine.graph.leaving;
  }

  /** Whether a translation is what runs at a node, or at the one that a gate leads to. */
  beginsTranslation(node: Node): boolean {
    const { records } = this.parts.engine.graph;
    const target = records.isGate(node.record) ? records.views.TAKEN[node.record] : node.record;
    return records.nodeOf(target)?.isTranslated ?? false;
  }

  get returned(): Node {
    return this.parts.engine.graph.returned;
  }

  linearOf(page: CodePage, eip: number): number {
    return (eip + page.context.base) >>> 0;
  }

  physicalOf(page: CodePage, eip: number): number {
    return (page.frame * PAGE + ((eip - page.eip) & (PAGE - 1))) >>> 0;
  }

  /**
   * The code page at a linear address: one that is mapped there now, that of the code segment if it is among them, or one that was (of another
   * process, for instance); best one with something translated.
   */
  pageAt(linear: number): CodePage | null {
    const linearPage = linear >>> 12;
    const pages = [...this.pages()].filter((page) => page.linearPage === linearPage && page.frame >= 0);
    const id = this.parts.mmu.tlb.code[linearPage];
    const { context } = this.parts.engine.graph.cache;
    const likeness = (page: CodePage) => (page.id === id ? (page.context === context ? 2 : 1) : 0);
    pages.sort((a, b) => likeness(b) - likeness(a) || b.translations.size - a.translations.size);
    return pages[0] ?? null;
  }

  /** Offset in the buffer of guest memory at a linear address, without any effect on the guest; -1: nothing there. */
  offsetAt(linear: number): number {
    if (this.#paging.walk(linear, 0) !== -1) return -1;
    const frame = this.parts.mmu.map.frameAt(this.#paging.result.page);
    return frame < 0 ? -1 : frame * PAGE + (linear & (PAGE - 1));
  }

  /** Bytes of the frame that holds an offset of the buffer, in hexadecimal. */
  hexOfFrame(offset: number): string {
    const start = (offset & ~(PAGE - 1)) >>> 0;
    const bytes = this.parts.mmu.ram.bytes.subarray(start, start + PAGE);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  /** State key and code segment of what runs now. */
  currentContext(): { key: number; base: number; limit: number } {
    const { state } = this.parts;
    const [base, limit] = [state[Word.segmentBase + Segment.cs], state[Word.segmentLimit + Segment.cs]];
    return { key: state[Word.key], base, limit };
  }

  assemblyOf(node: Node): string {
    return formatInstruction(node);
  }

  assumptionsOf({ misaligned, missing, recursive, ...rest }: Assumptions): CodeSnapshot['assumptions'] {
    return { ...rest, misaligned: [...misaligned], missing: [...missing], recursive: [...recursive] };
  }

  /** The settings besides code and state key that translations depend on. */
  translatorSettings(): Pick<CodeSnapshot, 'features' | 'limits' | 'assumptions' | 'options'> {
    const { engine, cpu } = this.parts;
    const { blocks, instructions } = engine.tiering?.options ?? defaultTiering;
    const { suffix, memoryBytes, pacing, callDepth, records } = engine.emit;
    return {
      features: [...cpu.model.features],
      limits: { blocks, instructions },
      assumptions: this.assumptionsOf({ ...usualAssumptions, precision: engine.graph.precision }),
      options: { suffix, memoryBytes, pacing, callDepth, records },
    };
  }

  /** Gives what is translated from now on names by linear address. */
  name(nameOf: (linear: number) => string | undefined): void {
    const { tiering } = this.parts.engine;
    if (tiering) tiering.nameOf = nameOf;
  }

  observe(observer: CodeObserver | null): void {
    this.parts.engine.graph.cache.observer = observer;
  }
}
