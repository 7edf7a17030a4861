import { PAGE_BYTES } from '../../translator/abi/page.ts';
import type { EmitOptions } from '../../translator/emit/context.ts';
import type { RegionLimits } from '../../translator/region/select.ts';
import { translate } from '../../translator/translate.ts';
import type { Check } from './check.ts';
import { compileText } from './compile.ts';
import type { Graph } from './graph.ts';
import { functionName, sourceName } from './names.ts';
import { EntryWeight, type Node, type Run } from './node.ts';
import { TranslationRecord } from './translation.ts';

/** When code is translated, and how much of it at a time. */
export interface TieringOptions extends RegionLimits {
  /** Times a function's entry is interpreted before it is translated (see EntryWeight). */
  readonly threshold: number;
}

/** Measured with bench/: see docs/performance.md. */
export const defaultTiering: TieringOptions = { threshold: 16_000, blocks: 20, instructions: 120 };

/** Heat at which an entry is translated. */
export function hotAt({ threshold }: TieringOptions): number {
  return threshold * EntryWeight.root;
}

/** Counts how often entries run, and puts a translation in the place of a hot one's handler. */
export class Tiering {
  readonly metrics = { translations: 0, instructions: 0, characters: 0, refused: 0 };
  private readonly graph: Graph;
  private readonly code: Uint8Array;
  readonly options: TieringOptions;
  /** A name for the code at a linear address, to be found in profiles. */
  nameOf: (linear: number) => string | undefined = () => undefined;
  private readonly hotAt: number;
  private readonly emit: EmitOptions;
  private readonly check: Check | null;

  constructor(graph: Graph, code: Uint8Array, options: TieringOptions, emit: EmitOptions, check: Check | null) {
    this.graph = graph;
    this.code = code;
    this.options = options;
    this.hotAt = hotAt(options);
    this.emit = emit;
    this.check = check;
  }

  /** What an entry runs while it is not translated. */
  readonly onEntry: Run = (node) => {
    node.heat += node.weight;
    if (node.heat < this.hotAt) return this.graph.single(node);
    const translated = this.install(node);
    if (!translated) node.run = this.graph.single;
    return node.run(node);
  };

  private install(node: Node): boolean {
    const { page } = node;
    const hasRun = (eip: number) => (page.at((eip - page.eip) & 0xfff)?.length ?? 0) > 0;
    const targets = (eip: number) => page.at((eip - page.eip) & 0xfff)?.targets ?? [];
    const source = {
      code: this.code,
      start: page.frame * PAGE_BYTES,
      eip: page.eip,
      key: page.context.key,
      decode: this.graph.decoder,
      hasRun,
      targets,
    };
    const name = functionName(this.nameOf((node.eip + page.context.base) >>> 0), node.eip);
    const observe = this.check?.region;
    const result = translate({ source, entry: node.eip, limits: this.options, options: this.emit, name, observe });
    if (result === null) {
      this.metrics.refused++;
      return false;
    }
    node.links = result.links.map(({ eip, isEntry }) =>
      this.graph.linkTo(page, eip, isEntry ? EntryWeight.root : EntryWeight.none),
    );
    node.run = compileText(result.text, this.check, sourceName(page, node.eip, name));
    this.graph.cache.addTranslation(new TranslationRecord(node, node.run, result));
    this.metrics.translations++;
    this.metrics.instructions += result.instructions;
    this.metrics.characters += result.text.length;
    return true;
  }
}
