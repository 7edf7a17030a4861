import { PAGE_BYTES } from '../../translator/abi/page.ts';
import type { EmitOptions } from '../../translator/emit/context.ts';
import type { Assumption } from '../../translator/emit/links.ts';
import type { Noted } from '../../translator/opt/assumptions.ts';
import type { Checks } from '../../translator/opt/pipeline.ts';
import { mayMiss } from '../../translator/region/flow.ts';
import { type CodeSource, MOST_INSTRUCTIONS, type RegionLimits, selectRegion } from '../../translator/region/select.ts';
import { type Translation, translate } from '../../translator/translate.ts';
import type { Decode } from '../../translator/x86/decode.ts';
import { CachedTranslation } from './cached-translation.ts';
import type { Check } from './check.ts';
import type { CodePage } from './code-page.ts';
import { compileText } from './compile.ts';
import type { Graph } from './graph.ts';
import { functionName, translationUrl } from './names.ts';
import { EntryWeight, type Node, type Run } from './node.ts';
import type { Records } from './records.ts';
import { Work, type WorthOptions } from './work.ts';

/** When code is translated, and how much of it at a time. */
export interface TieringOptions extends RegionLimits, WorthOptions {
  /** Times a function's entry is interpreted before it is translated (see EntryWeight). */
  readonly threshold: number;
}

/** Measured with bench/: see docs/measurements/translations.md. */
export const defaultTiering: TieringOptions = {
  threshold: 16_000,
  share: 1 / 32,
  enough: 16_000_000,
  blocks: 20,
  instructions: 500,
};

/** Options with another threshold that alone decides what is translated: all code that has run so often. */
export function tieringAt(threshold: number): TieringOptions {
  return { ...defaultTiering, threshold, share: 0 };
}

/** Heat at which an entry is translated. */
export function hotAt({ threshold }: TieringOptions): number {
  return threshold * EntryWeight.root;
}

/** Times that a translation is left by a link because an assumption failed before that is looked at, and so on. */
const MANY_FAILURES = 100;
const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0;
/** Code that ran so much less often than the entry is left out. */
const RARE = 256;

/** Number of times that translations are joined to larger ones, at most. */
const MOST_GROWTH = 4;
/** An entry joins a translation once its heat has come to this part of that of the translation's entry. */
const WARM = 8;

/** How much sooner code with x87 instructions is translated, which gains most by it. */
const SLOWNESS = 16;

/** Heat at which an entry is first looked at, whether its code is slow. */
export function firstDue(options: TieringOptions): number {
  return Math.max(1, Math.ceil(hotAt(options) / SLOWNESS));
}

/** Observations to note when an assumption about single instructions fails. */
const notedOf: Readonly<Partial<Record<Assumption, keyof Noted>>> = {
  aligned: 'misaligned',
  found: 'missing',
  nested: 'recursive',
};

/** The translations that one replaces, and how often that has happened. */
interface Origin {
  readonly old: readonly CachedTranslation[];
  readonly growth: number;
}

const ORIGINAL: Origin = { old: [], growth: 0 };

/** By offset in their page: 1 where a byte is in one of some translations. */
function bytesOf(translations: readonly CachedTranslation[]): Uint8Array {
  const bytes = new Uint8Array(PAGE_BYTES);
  for (const { ranges } of translations) for (const { start, end } of ranges) bytes.fill(1, start, end);
  return bytes;
}

/** Puts a translation in the place of the handler of an entry that has run often. */
export class Tiering {
  readonly metrics = { translations: 0, instructions: 0, characters: 0, refused: 0 };
  private readonly graph: Graph;
  private readonly records: Records;
  private readonly code: Uint8Array;
  readonly options: TieringOptions;
  /** A name for the code at a linear address, to be found in profiles. */
  nameOf: (linear: number) => string | undefined = () => undefined;
  private readonly hotAt: number;
  private readonly firstDue: number;
  private readonly work: Work;
  /** By link of a translation, how often that was left by it because an assumption failed. */
  private readonly failures = new WeakMap<Node, number>();
  private readonly emit: EmitOptions;
  private readonly check: Check | null;

  constructor(graph: Graph, code: Uint8Array, options: TieringOptions, emit: EmitOptions, check: Check | null) {
    this.graph = graph;
    this.records = graph.records;
    this.code = code;
    this.options = options;
    this.hotAt = hotAt(options);
    this.firstDue = firstDue(options);
    this.work = new Work(graph, options);
    this.emit = emit;
    this.check = check;
  }

  /**
   * An entry that is not translated has come to the heat at which it is looked at. That is long before it is hot and then
   * again and again, so that its work counts for others. What is hot but small is asked once more after as many runs.
   */
  onDue(node: Node): void {
    const { records, work, hotAt, firstDue } = this;
    const { due, record } = node;
    const heat = records.heat.of(record);
    const before = due - firstDue;
    const next = (Math.floor(heat / firstDue) + 1) * firstDue;
    work.charge(record, next - due);
    if (before % hotAt === 0) work.begin(record);
    records.heat.setDue(node, next);
    this.graph.settle(record);
    const isHot = hotAt === 0 || Math.floor(heat / hotAt) > Math.floor(before / hotAt);
    if (isHot ? work.isSmall(record, hotAt - firstDue) : !this.isSlow(record)) return;
    if (!(isHot && this.join(node)) && !this.install([node], 'shared')) this.graph.stopHeating(record);
  }

  /** Whether there are x87 instructions in an entry's block. */
  private isSlow(record: number): boolean {
    return this.work.hasInBlock(record, ({ form }) => form.class === 'escape');
  }

  /** Whether an instruction counts its runs. Where a translation begins it doesn't. */
  private isCounted(record: number): boolean {
    const node = this.records.nodeOf(record);
    return this.records.weightOf(record) > 0 && (node === null || !node.isTranslated);
  }

  /** Instructions within translations that count their runs: where blocks begin, without the entries. */
  private entriesIn(translations: readonly CachedTranslation[]): number[] {
    return translations.flatMap(({ page, ranges, entries }) =>
      ranges.flatMap(({ start, end }) => {
        const isEntry = (record: number) => entries.some((entry) => entry.record === record);
        return [...page.instructions(start, end)].filter((one) => this.isCounted(one) && !isEntry(one));
      }),
    );
  }

  /**
   * Recompiles as one, with all entries, the translations that share instructions with an entry's region; false if there are
   * none. The more often that was done with them, the hotter the entry must be.
   */
  private join(node: Node): boolean {
    const { records } = this;
    const joined = this.sharing(node);
    if (joined.length === 0) return false;
    const growth = Math.max(...joined.map((one) => one.growth));
    if (records.heat.of(node.record) < this.hotAt << growth) return true;
    const warm = this.entriesIn(joined).filter((record) => records.heat.of(record) > this.hotAt / WARM);
    const checks = joined.some(({ assumptions }) => assumptions.checks === 'single') ? 'single' : 'shared';
    const made = this.remake(
      joined,
      [node, ...warm.map((record) => this.graph.decodedNodeOf(record))],
      checks,
      growth + 1,
    );
    return made?.entries.includes(node) ?? false;
  }

  /** Translations with instructions of an entry's region, or with a call of itself that comes back to it, while they may grow. */
  private sharing(node: Node): CachedTranslation[] {
    const { page, eip } = node;
    let room = Math.max(MOST_INSTRUCTIONS, this.options.instructions);
    const blocks = selectRegion(this.source(node), [eip], this.options);
    const ends = blocks.map(({ instructions }) => page.distanceTo(instructions.at(-1)?.nextEip ?? eip));
    return [...page.translations].filter((one) => {
      const isShared =
        one.lacks(page.distanceTo(eip)) || blocks.some((block, n) => one.overlaps(page.distanceTo(block.eip), ends[n]));
      if (!isShared || one.growth >= MOST_GROWTH || one.instructions >= room) return false;
      room -= one.instructions;
      return true;
    });
  }

  /**
   * Recompiles a translation where an assumption fails often (GraphParts.failed): with a check for each access, for the
   * precision of now, or for what is noted of an instruction. That may happen again and again, so each time it takes twice as
   * many failures.
   */
  failed(link: Node, assumption: Assumption): void {
    const failures = (this.failures.get(link) ?? 0) + 1;
    this.failures.set(link, failures);
    if (failures % MANY_FAILURES !== 0) return;
    const translation = [...link.page.translations].find(({ head }) => head.links?.includes(link));
    if (translation === undefined) return;
    if (this.isKnown(link, assumption, translation)) return;
    if (!isPowerOfTwo(++translation.failures)) return;
    const checks = assumption === 'narrow' ? 'single' : translation.assumptions.checks;
    this.remake([translation], [], checks, translation.growth);
  }

  /** Notes what an instruction is like; whether translations are made for that already, so that it can't be mended. */
  private isKnown({ page, taken, eip }: Node, assumption: Assumption, translation: CachedTranslation): boolean {
    const what = notedOf[assumption];
    if (what === undefined) return false;
    const offset = page.distanceTo(eip);
    const isMendable = {
      misaligned: true,
      missing: mayMiss(this.graph.decodedNodeOf(taken!.record)),
      recursive: translation.begins(offset),
    };
    if (isMendable[what]) page.note(what, eip);
    return !isMendable[what] || translation.assumptions[what].has(offset);
  }

  /** Puts one translation in the place of some of a page, with more entries. */
  private remake(
    old: readonly CachedTranslation[],
    more: readonly Node[],
    checks: Checks,
    growth: number,
  ): CachedTranslation | null {
    const entries = [...new Set([...old.flatMap((one) => one.entries), ...more])].sort(
      (a, b) => this.records.weightOf(b.record) - this.records.weightOf(a.record),
    );
    const heats = entries.map((entry) => this.records.heat.of(entry.record));
    for (const one of old) this.graph.cache.replaceTranslation(one);
    entries.forEach((entry, n) => {
      this.graph.ensureDecoded(entry.record);
      this.graph.decodedNodeOf(entry.record);
      this.records.heat.set(entry.record, heats[n]);
    });
    return this.install(entries, checks, { old, growth });
  }

  private source(head: Node, old: readonly CachedTranslation[] = []): CodeSource {
    const { page } = head;
    const at = (eip: number) => page.at((eip - page.eip) & (PAGE_BYTES - 1));
    const least = this.work.runsOf(head.record) / RARE;
    const translated = bytesOf([...page.translations, ...old]);
    const wasIn = (eip: number) => translated[page.distanceTo(eip)] === 1;
    return {
      code: this.code,
      start: page.frame * PAGE_BYTES,
      eip: page.eip,
      key: page.context.key,
      segment: page.context,
      decode: (...parts) => this.decodeFor(page, ...parts),
      runs: (eip) => (wasIn(eip) ? Infinity : this.work.runsOf(at(eip))),
      hasRun: (eip) => wasIn(eip) || this.work.runsOf(at(eip)) > least,
      targets: (eip) => this.records.nodeOf(at(eip))?.targets ?? [],
    };
  }

  /** The limits of a region. One that replaces others may be twice as large as they are together. */
  private limitsFor(old: readonly CachedTranslation[]): RegionLimits {
    const { options } = this;
    if (old.length === 0) return options;
    const blocks = old.reduce((sum, one) => sum + one.blocks, 0);
    const instructions = old.reduce((sum, one) => sum + one.instructions, 0);
    return {
      blocks: Math.max(2 * blocks, options.blocks),
      instructions: Math.max(Math.min(2 * instructions, MOST_INSTRUCTIONS), options.instructions),
    };
  }

  private decodeFor(page: CodePage, ...parts: Parameters<Decode>): number {
    // A region ends in front of a breakpoint.
    if (this.graph.stopsAt(page, parts[3])) return 0;
    const length = this.graph.decoder(...parts);
    if (length > 0) page.noteDecoded(parts[5]);
    return length;
  }

  /** Translates from some entries of a page, and puts the function there; null if it can't be done from the first. */
  private install(
    entries: readonly Node[],
    checks: Checks,
    { old, growth }: Origin = ORIGINAL,
  ): CachedTranslation | null {
    const [{ page, eip }] = entries;
    const linear = (eip + page.context.base) >>> 0;
    const name = functionName(this.nameOf(linear), linear);
    const assumptions = { checks, precision: this.graph.precision, ...page.noted };
    const result = translate({
      source: this.source(entries[0], old),
      entries: entries.map((entry) => entry.eip),
      limits: this.limitsFor(old),
      assumptions,
      options: this.emit,
      name,
      observe: this.check?.region,
    });
    this.count(result);
    if (result === null) return null;
    const entered = entries.filter((entry) => result.entries.includes(entry.eip));
    const run = compileText(result.text, { check: this.check, url: translationUrl(page, eip, name) });
    const links = result.links.map((link) => this.graph.nodeOfLink(page, link));
    for (const entry of entered) this.enterBy(entry, run, links);
    // A translation without some of the entries would only be recompiled for each of them.
    const grown = entered.length < entries.length ? MOST_GROWTH : growth;
    const made = new CachedTranslation(entered, run, result, assumptions, grown);
    made.failures = Math.max(0, ...old.map(({ failures }) => failures));
    this.graph.cache.addTranslation(made);
    // What is inside is an entry only if control comes to it from elsewhere, often. What was cooled stays so.
    for (const inside of this.entriesIn([made])) this.records.heat.forget(inside);
    return made;
  }

  private enterBy(entry: Node, run: Run, links: Node[]): void {
    entry.links = links;
    this.graph.installAt(entry, run);
  }

  private count(result: Translation | null): void {
    if (result === null) {
      this.metrics.refused++;
      return;
    }
    this.metrics.translations++;
    this.metrics.instructions += result.instructions;
    this.metrics.characters += result.text.length;
  }
}
