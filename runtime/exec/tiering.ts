import { PAGE_BYTES } from '../../translator/abi/page.ts';
import type { EmitOptions } from '../../translator/emit/context.ts';
import type { Checks } from '../../translator/opt/pipeline.ts';
import { endsBlock } from '../../translator/region/flow.ts';
import type { CodeSource, RegionLimits } from '../../translator/region/select.ts';
import { translate } from '../../translator/translate.ts';
import type { Decode } from '../../translator/x86/decode.ts';
import { CachedTranslation } from './cached-translation.ts';
import type { Check } from './check.ts';
import type { CodePage } from './code-page.ts';
import { compileText } from './compile.ts';
import type { Graph } from './graph.ts';
import { functionName, translationUrl } from './names.ts';
import { EntryWeight, type Node, type Run } from './node.ts';
import type { Records } from './records.ts';

/** When code is translated, and how much of it at a time. */
export interface TieringOptions extends RegionLimits {
  /** Times a function's entry is interpreted before it is translated (see EntryWeight). */
  readonly threshold: number;
}

/** Measured with bench/: see docs/performance.md. */
export const defaultTiering: TieringOptions = { threshold: 16_000, blocks: 20, instructions: 500 };

/** Heat at which an entry is translated. */
export function hotAt({ threshold }: TieringOptions): number {
  return threshold * EntryWeight.root;
}

/** Times that a translation may be left by a link because a run of accesses is in two pages. */
const MOST_FAILURES = 100;
/** Code that ran so much less often than the entry is left out. */
const RARE = 256;

/** How much sooner code with x87 instructions is translated: interpreted they are traps that compute in integers. */
const SLOWNESS = 16;

/** Heat at which an entry is first looked at, whether its code is slow. */
export function firstDue(options: TieringOptions): number {
  return Math.ceil(hotAt(options) / SLOWNESS);
}

/** Whether there are x87 instructions in a node's block. */
function isSlow(node: Node): boolean {
  for (let at: Node | null = node; at !== null && at.length > 0; at = at.next) {
    if (at.form.class === 'escape') return true;
    if (endsBlock(at)) return false;
  }
  return false;
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
  /** How often translations were left by their links to what a check for each access would have avoided. */
  private readonly failures = new WeakMap<Node, number>();
  private readonly emit: EmitOptions;
  private readonly check: Check | null;

  constructor(graph: Graph, code: Uint8Array, options: TieringOptions, emit: EmitOptions, check: Check | null) {
    this.graph = graph;
    this.records = graph.records;
    this.code = code;
    this.options = options;
    this.hotAt = hotAt(options);
    this.emit = emit;
    this.check = check;
  }

  /** DUE: an entry that is not translated has come to the heat at which it is looked at. */
  readonly onDue: Run = (node) => {
    this.records.expect(node, this.hotAt);
    if (this.records.heatOf(node) < this.hotAt && !isSlow(node)) return this.graph.single(node);
    if (!this.install(node, 'shared')) this.graph.setRun(node, node.one);
    return node.run(node);
  };

  /** Makes a translation anew with a check for each access, where those of runs fail often (GraphParts.narrow). */
  narrow(link: Node): void {
    const failures = (this.failures.get(link) ?? 0) + 1;
    this.failures.set(link, failures);
    if (failures !== MOST_FAILURES) return;
    const translation = [...link.page.translations].find(({ head }) => head.links?.includes(link));
    if (translation) this.remake(translation);
  }

  private remake(translation: CachedTranslation): void {
    const { head } = translation;
    const heat = this.records.heatOf(head);
    this.graph.cache.replaceTranslation(translation);
    this.graph.decode(head);
    this.records.heat(head, heat);
    this.install(head, 'single');
  }

  private source(head: Node): CodeSource {
    const { page } = head;
    const node = (eip: number) => page.at((eip - page.eip) & (PAGE_BYTES - 1));
    const least = this.runsOf(head) / RARE;
    return {
      code: this.code,
      start: page.frame * PAGE_BYTES,
      eip: page.eip,
      key: page.context.key,
      decode: (...parts) => this.decodeFor(page, ...parts),
      runs: (eip) => this.runsOf(node(eip)),
      hasRun: (eip) => this.runsOf(node(eip)) > least,
      targets: (eip) => node(eip)?.targets ?? [],
    };
  }

  private decodeFor(page: CodePage, ...parts: Parameters<Decode>): number {
    // A region ends in front of a breakpoint.
    if (this.graph.stopsAt(page, parts[3])) return 0;
    const length = this.graph.decoder(...parts);
    if (length > 0) page.noteDecoded(parts[5]);
    return length;
  }

  private install(node: Node, checks: Checks): boolean {
    const { page } = node;
    const name = functionName(this.nameOf((node.eip + page.context.base) >>> 0), node.eip);
    const result = translate({
      source: this.source(node),
      entry: node.eip,
      limits: this.options,
      checks,
      options: this.emit,
      name,
      observe: this.check?.region,
    });
    if (result === null) {
      this.metrics.refused++;
      return false;
    }
    node.links = result.links.map((link) => this.graph.follow(page, link));
    const run = compileText(result.text, { check: this.check, url: translationUrl(page, node.eip, name) });
    this.graph.setRun(node, run);
    node.enter = node.run;
    this.graph.cache.addTranslation(new CachedTranslation(node, node.run, result, checks));
    this.metrics.translations++;
    this.metrics.instructions += result.instructions;
    this.metrics.characters += result.text.length;
    return true;
  }

  /** How often the code at a node has run, as far as it is counted: entries are, while they are not translated. */
  private runsOf(node: Node | null): number {
    if (node === null || node.length === 0) return 0;
    return Math.max(1, node.weight === EntryWeight.none ? 1 : this.records.heatOf(node) / node.weight);
  }
}
