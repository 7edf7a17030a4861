import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { INSTRUCTION_COMMENT } from '../../translator/emit/names.ts';
import type { CachedTranslation } from '../exec/cached-translation.ts';
import type { CodePage } from '../exec/code-page.ts';
import { compileText } from '../exec/compile.ts';
import type { Run } from '../exec/node.ts';
import { CacheLog } from './cache-log.ts';
import { Counting } from './counting.ts';
import type {
  CodeSnapshot,
  EngineMemory,
  EventBatch,
  ExitReport,
  MappedFile,
  Questions,
  TlbReport,
  TranslationDetail,
  TranslationInfo,
  TranslationStats,
  TrapReport,
} from './questions.ts';
import { engineMemory, statsOf, trapKinds } from './reports.ts';
import { type SymbolList, Symbols } from './symbols.ts';
import { tlbReport } from './tlb-report.ts';
import { EngineView, type ViewedParts } from './view.ts';

/** Counters of the instructions of one translation: the function that counts, and the original that does not. */
interface InstructionCounts {
  readonly run: Run;
  readonly original: Run;
  /** By count, the instruction's distance from its page's first byte. */
  readonly offsets: readonly number[];
  readonly counts: Float64Array;
}

/** Answers an inspector's questions about a machine. Between two stretches of guest code only. */
export class Inspection implements Questions {
  readonly #view: EngineView;
  readonly #counting: Counting;
  readonly #log: CacheLog;
  readonly #instructionCounts = new Map<CachedTranslation, InstructionCounts>();
  #watchers = 0;

  constructor(parts: ViewedParts) {
    this.#view = new EngineView(parts);
    this.#counting = new Counting(this.#view);
    this.#log = new CacheLog({
      infoOf: (translation) => this.#infoOf(translation),
      now: parts.now,
      added: (translation) => this.#counting.add(translation),
    });
  }

  translations(): TranslationInfo[] {
    this.#refresh();
    return [...this.#view.translations()].map((translation) => this.#infoOf(translation));
  }

  translation(linear: number): TranslationDetail | null {
    this.#refresh();
    const translation = this.#translationAt(linear);
    return translation && this.#detailOf(translation);
  }

  covering(linear: number): TranslationInfo[] {
    this.#refresh();
    return this.#translationsAt(linear).map((translation) => this.#infoOf(translation));
  }

  translationIn(physical: number, key: number): TranslationDetail | null {
    const translations = [...this.#view.pages()]
      .filter(({ frame }) => frame === physical >>> 12)
      .flatMap((page) => [...page.translations]);
    const found = translations.find(({ page, head }) => {
      return page.context.key === key && this.#view.physicalOf(page, head.eip) === physical;
    });
    return found ? this.#detailOf(found) : null;
  }

  #detailOf(translation: CachedTranslation): TranslationDetail {
    const { head, page } = translation;
    const counted = this.#instructionCounts.get(translation);
    return {
      info: this.#infoOf(translation),
      text: this.#view.textOf(translation),
      links: this.#view.linksOf(translation),
      // With all of its own blocks, and the assumptions that it was made with.
      code: {
        ...this.#snapshot(page, page.frame * PAGE_BYTES, this.#view.linearOf(page, head.eip), head.eip),
        entries: translation.entries.map(({ eip }) => eip >>> 0),
        hasRun: translation.ranges.map(({ start }) => start),
        limits: { blocks: translation.blocks, instructions: translation.blocks * PAGE_BYTES },
        assumptions: this.#view.assumptionsOf(translation.assumptions),
      },
      counts: counted
        ? counted.offsets.map((offset, n) => [(offset + page.eip) >>> 0, counted.counts[n]] as const)
        : null,
    };
  }

  code(linear: number): CodeSnapshot | null {
    const page = this.#view.pageAt(linear);
    const offset = page ? page.frame * PAGE_BYTES : this.#view.offsetAt(linear);
    if (offset < 0) return null;
    const base = page ? page.context.base : this.#view.currentContext().base;
    return this.#snapshot(page, offset, linear, (linear - base) | 0);
  }

  stats(): TranslationStats {
    return { ...statsOf(this.#view), watched: this.#watchers > 0 };
  }

  traps(): TrapReport {
    if (this.#watchers > 0) this.#counting.refreshTraps();
    return { kinds: trapKinds(this.#view), places: this.#counting.places(['trap']) };
  }

  exits(): ExitReport {
    this.#refresh();
    const { metrics } = this.#view.parts.engine.dispatcher;
    return { dispatcher: { ...metrics }, kinds: this.#counting.totals(), places: this.#counting.places(['slow']) };
  }

  tlb(): TlbReport {
    return tlbReport(this.#view.parts.mmu);
  }

  memory(): EngineMemory {
    return engineMemory(this.#view);
  }

  watch(looks: boolean): void {
    this.#watchers = Math.max(0, this.#watchers + (looks ? 1 : -1));
    this.#view.observe(this.#watchers > 0 ? this.#log : null);
    if (this.#watchers > 0) {
      this.#refresh();
      this.#counting.refreshTraps();
    } else this.#stop();
  }

  /** Nobody inspects it any more. */
  forget(): void {
    this.#watchers = 0;
    this.#view.observe(null);
    this.#stop();
    this.#view.name(() => undefined);
    this.#log.forget();
  }

  /** Takes out what counts, and forgets what was counted. */
  #stop(): void {
    this.#counting.remove();
    for (const [{ entries }, { run, original }] of this.#instructionCounts) {
      for (const entry of entries) if (entry.run === run) this.#view.install(entry, original);
    }
    this.#instructionCounts.clear();
    this.#log.clear();
  }

  countInstructions(linear: number): boolean {
    const translation = this.#translationAt(linear);
    if (!translation || this.#watchers === 0) return false;
    if (this.#instructionCounts.has(translation)) return true;
    const offsets: number[] = [];
    const text = this.#view.textOf(translation).replace(INSTRUCTION_COMMENT, (comment, eip: string) => {
      return `${comment}COUNTS[${offsets.push(translation.page.distanceTo(Number.parseInt(eip, 16))) - 1}]++;`;
    });
    const counts = new Float64Array(offsets.length);
    const run = compileText(text, { url: this.#view.urlOf(translation), values: { COUNTS: counts } });
    const original = this.#counting.replace(translation, run);
    this.#counting.refresh();
    this.#instructionCounts.set(translation, { run, original, offsets, counts });
    return true;
  }

  events(since: number): EventBatch {
    this.#refresh();
    return this.#log.since(since);
  }

  install(folder: string, files: readonly MappedFile[]): number {
    const named = new Map(files.map(([place, file, map]) => [place, { url: `${folder}/${file}`, map }]));
    let installed = 0;
    for (const translation of this.#view.translations()) {
      const { physical, key } = this.#view.describe(translation);
      const source = named.get(`${physical} ${key}`);
      if (source === undefined) continue;
      this.#counting.replace(translation, compileText(this.#view.textOf(translation), source));
      installed++;
    }
    this.#refresh();
    return installed;
  }

  symbols(list: SymbolList): number {
    const symbols = new Symbols(list);
    this.#view.name((linear) => symbols.at(linear)?.name);
    return symbols.size;
  }

  #refresh(): void {
    if (this.#watchers > 0) this.#counting.refresh();
    for (const translation of this.#instructionCounts.keys()) {
      if (!translation.page.translations.has(translation)) this.#instructionCounts.delete(translation);
    }
  }

  #translationAt(linear: number): CachedTranslation | null {
    return this.#translationsAt(linear)[0] ?? null;
  }

  /** The translations that cover an address, as `covering` orders them. */
  #translationsAt(linear: number): CachedTranslation[] {
    const wanted = linear >>> 0;
    const covering = [...this.#view.translations()].filter((translation) => {
      const offset = wanted - this.#view.linearOf(translation.page, translation.page.eip);
      return translation.overlaps(offset, offset + 1);
    });
    const mapped = this.#view.pageAt(wanted);
    const isMapped = ({ page }: CachedTranslation) => Number(page.id === mapped?.id);
    const starts = ({ page, head }: CachedTranslation) => Number(this.#view.linearOf(page, head.eip) === wanted);
    const executions = (translation: CachedTranslation) =>
      this.#counting.translations.get(translation)?.executions ?? 0;
    return covering.sort((a, b) => isMapped(b) - isMapped(a) || starts(b) - starts(a) || executions(b) - executions(a));
  }

  #infoOf(translation: CachedTranslation): TranslationInfo {
    const counter = this.#counting.translations.get(translation);
    const info = this.#view.describe(translation);
    return {
      ...info,
      executions: counter?.executions ?? null,
      exits: counter ? { ...counter.exits } : null,
      invalidations: this.#log.invalidationsOf(info.physical, info.key),
    };
  }

  #snapshot(page: CodePage | null, offset: number, linear: number, eip: number): CodeSnapshot {
    const { key, base, limit } = page?.context ?? this.#view.currentContext();
    return {
      eip: eip >>> 0,
      entries: [eip >>> 0],
      linear: linear >>> 0,
      physical: ((offset & ~4095) | (linear & 4095)) >>> 0,
      key,
      segment: { base: base >>> 0, limit: limit >>> 0 },
      pageEip: (eip - (linear & 4095)) >>> 0,
      bytes: this.#view.hexOfFrame(offset),
      hasRun: page && this.#view.decodedIn(page),
      targets: page ? this.#view.targetsIn(page) : [],
      ...this.#view.translatorSettings(),
    };
  }
}
