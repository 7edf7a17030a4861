import { hex } from '../../translator/emit/names.ts';
import type { Assumptions } from '../../translator/opt/assumptions.ts';
import type { Range, Translation } from '../../translator/translate.ts';
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
  /** The bytes of each block, by their offsets in the page. */
  readonly ranges: readonly Range[];
  /** Offsets in the page after calls of itself that it does not come back to. */
  private readonly unreturned: readonly number[];
  readonly instructions: number;
  readonly blocks: number;
  readonly assumptions: Assumptions;
  /** Times that it has taken the place of a smaller one, or of one with fewer entries. */
  readonly growth: number;
  /** Hundreds of times that it, or what it took the place of, was left because an assumption failed. */
  failures = 0;

  constructor(
    entries: readonly Node[],
    run: Run,
    { ranges, unreturned, instructions, blocks }: Translation,
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
    const { page } = this;
    this.ranges = ranges.map(({ start, end }) => ({ start: page.distanceTo(start), end: page.distanceTo(end) }));
    this.unreturned = unreturned.map((eip) => page.distanceTo(eip));
    this.instructions = instructions;
    this.blocks = blocks;
    this.assumptions = assumptions;
  }

  /** Whether some of the bytes [start, end) of the page are in it. */
  overlaps(start: number, end: number): boolean {
    return this.ranges.some((range) => range.start < end && range.end > start);
  }

  /** Whether one of its blocks begins at an offset in the page. */
  begins(offset: number): boolean {
    return this.ranges.some(({ start }) => start === offset);
  }

  /** Whether a call of itself comes back to an offset in the page that it does not have. */
  lacks(offset: number): boolean {
    return this.unreturned.includes(offset);
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
