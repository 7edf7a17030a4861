import { EmitContext, type EmitOptions } from './emit/context.ts';
import type { Link } from './emit/links.ts';
import { hex } from './emit/names.ts';
import { type EmittedRegion, emitRegion, type RegionFacts } from './emit/region.ts';
import type { Region } from './ir/statement.ts';
import { type StackDepths, stackDepths } from './ir/x87/stack.ts';
import { type Assumptions, usualAssumptions } from './opt/assumptions.ts';
import { type Observe, optimize } from './opt/pipeline.ts';
import { blockTargets } from './region/flow.ts';
import { type CodeFacts, liftRegion, unreturned } from './region/lift.ts';
import { type CodeSource, type RegionLimits, type ScannedBlock, selectRegion } from './region/select.ts';
import { type Structure, structureRegion } from './region/structure.ts';

export interface TranslationRequest {
  /** The page that holds the entry. */
  readonly source: CodeSource;
  /** EIPs to translate from. Left out: those that don't decode, and with x87 instructions all but the first. */
  readonly entries: readonly number[];
  readonly limits: RegionLimits;
  readonly options: EmitOptions;
  /** Of the function. Absent: it is named by its address. */
  readonly name?: string;
  readonly observe?: Observe | undefined;
  /** Absent: the usual ones. */
  readonly assumptions?: Assumptions;
  /** Prints the region; null if it is not to be translated. Absent: to JavaScript. */
  readonly emit?: Emit;
}

type Emit = (
  context: EmitContext,
  region: Region,
  structure: Structure,
  name: string,
  facts: RegionFacts,
) => EmittedRegion | null;

/** From the first byte to in front of the end. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Translation {
  /** One function declaration, `(i) => next node`; it refers to its argument and to cells only (abi/cells.ts). */
  readonly text: string;
  /** What `i.links` must lead to, in order. */
  readonly links: readonly Link[];
  /** The bytes of each block, by their EIPs. */
  readonly ranges: readonly Range[];
  /** EIPs after calls of itself that it does not come back to, as they had hardly run. */
  readonly unreturned: readonly number[];
  readonly blocks: number;
  readonly instructions: number;
  /** EIPs by which it may be entered, in the order of the request. */
  readonly entries: readonly number[];
}

/** The life of a translation, top to bottom. Null if no instruction at the entry can be translated. */
export function translate(request: TranslationRequest): Translation | null {
  const {
    source,
    entries,
    options,
    name = `guest_${hex(entries[0])}`,
    observe,
    assumptions = usualAssumptions,
    emit = emitRegion,
  } = request;
  const blocks = selectBlocks(request);
  if (blocks.length === 0 || isOnlyTrap(blocks)) return null;
  const region = liftRegion(blocks, source.key, factsOf(source, assumptions));
  observe?.('lift', region);
  optimize(region, observe, assumptions.checks);
  const depths = stackDepths(region);
  // What is in locals of the x87 stack is said by the block that is entered.
  const entered = blocks.filter(({ eip }, n) => (depths.isUsed ? n === 0 : entries.includes(eip)));
  const flow = controlFlow(region, depths);
  const roots = entered.map((_block, n) => n);
  const structure = structureRegion(flow, roots);
  const emitted = emit(new EmitContext(options, source.key), region, structure, name, {
    depths,
    precision: assumptions.precision,
    segment: source.segment,
  });
  if (emitted === null) return null;
  return {
    ...emitted,
    ...extent(reached(blocks, flow, roots)),
    unreturned: unreturned(region),
    entries: entered.map(({ eip }) => eip),
  };
}

/** The blocks of a region. */
export function selectBlocks({
  source,
  entries,
  limits,
  assumptions = usualAssumptions,
}: Pick<TranslationRequest, 'source' | 'entries' | 'limits' | 'assumptions'>): ScannedBlock[] {
  return selectRegion({ ...source, ...factsOf(source, assumptions) }, entries, limits);
}

/** What is known of the instructions of a page, with what is assumed of them. */
function factsOf({ eip: start, targets }: CodeSource, { misaligned, missing, recursive }: Assumptions): CodeFacts {
  return {
    ...(targets && { targets }),
    isMisaligned: (eip) => misaligned.has((eip - start) | 0),
    misses: (eip) => missing.has((eip - start) | 0),
    isRecursive: (eip) => recursive.has((eip - start) | 0),
  };
}

/** Nothing but an instruction for the runtime. */
function isOnlyTrap(blocks: readonly ScannedBlock[]): boolean {
  const [{ instructions }] = blocks;
  return blocks.length === 1 && instructions[0].form.class === 'sensitive';
}

/** For every block the blocks of the region it may go to. */
function controlFlow(region: Region, depths: StackDepths): number[][] {
  const indexOf = new Map(region.blocks.map((block, n) => [block.eip, n]));
  return region.blocks.map((block, from) =>
    blockTargets(block).flatMap((eip) => {
      const to = indexOf.get(eip);
      return to === undefined || !depths.isConsistent(from, to) ? [] : [to];
    }),
  );
}

/** The blocks that control comes to from the roots. The others have no code: an entry that was left out led there. */
function reached(blocks: readonly ScannedBlock[], flow: readonly number[][], roots: readonly number[]): ScannedBlock[] {
  const found = new Set(roots);
  // A set goes on with what is added meanwhile.
  for (const block of found) for (const next of flow[block]) found.add(next);
  return blocks.filter((_block, n) => found.has(n));
}

function extent(blocks: readonly ScannedBlock[]): Pick<Translation, 'ranges' | 'blocks' | 'instructions'> {
  return {
    ranges: blocks.map(({ eip, instructions }) => ({ start: eip, end: instructions.at(-1)?.nextEip ?? eip })),
    blocks: blocks.length,
    instructions: blocks.reduce((sum, block) => sum + block.instructions.length, 0),
  };
}
