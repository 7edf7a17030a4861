import { hex } from '../../translator/emit/names.ts';
import type { Assumptions } from '../../translator/opt/assumptions.ts';
import type { Translation } from '../../translator/translate.ts';
import type { CodePage } from './code-page.ts';
import type { Node, Run } from './node.ts';

/** Before an instruction, and after a call (emit/region.ts, emit/calls.ts). */
const ADDRESS_COMMENT = /\/\*(back at )?([0-9a-f]{8})\*\//g;

/** A translation in the cache: the function it became, and the guest bytes it was made from. */
export class CachedTranslation {
  /** Where it begins: its run and that of all its other entries is the same. */
  readonly head: Node;
  readonly entries: readonly Node[];
  readonly page: CodePage;
  readonly run: Run;
  /** EIP of its first instruction when it was made. */
  private readonly eip: number;
  /** Offsets in the page of the first byte and after the last one, a pair a block. */
  readonly ranges: readonly number[];
  readonly instructions: number;
  readonly blocks: number;
  readonly assumptions: Assumptions;
  /** Times that it has taken the place of a smaller one, or of one with fewer entries. */
  readonly growth: number;

  constructor(
    entries: readonly Node[],
    run: Run,
    { ranges, instructions, blocks }: Translation,
    assumptions: Assumptions,
    growth: number,
  ) {
    const [head] = entries;
    this.head = head;
    this.entries = entries;
    this.growth = growth;
    this.page = head.page;
    this.run = run;
    this.eip = head.eip;
    this.ranges = ranges.map((eip) => this.page.distanceTo(eip));
    this.instructions = instructions;
    this.blocks = blocks;
    this.assumptions = assumptions;
  }

  /** Whether some of the bytes [start, end) of the page are in it. */
  overlaps(start: number, end: number): boolean {
    const { ranges } = this;
    for (let n = 0; n < ranges.length; n += 2) if (ranges[n] < end && ranges[n + 1] > start) return true;
    return false;
  }

  /**
   * The function's text, its comments with the addresses of now. The host has it anyway (ECMA-262, Function.prototype.toString):
   * no copy is kept. Its name keeps the address that it was translated at.
   */
  get text(): string {
    const distance = (this.head.eip - this.eip) | 0;
    if (distance === 0) return this.run.toString();
    return this.run.toString().replace(ADDRESS_COMMENT, (_, back = '', eip: string) => {
      return `/*${back}${hex(Number.parseInt(eip, 16) + distance)}*/`;
    });
  }
}
