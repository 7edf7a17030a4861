import { Double, Word, wordCounts } from '../../abi/state.ts';
import { placeOf, wordsOf } from '../places.ts';
import { type Block, isComingBack, type Region, type Statement, type X87Statement } from '../statement.ts';
import { operationOf, stackEffect } from './operations.ts';

/**
 * Where a region's blocks find the top of the x87 stack: how much TOP differs from that at some place of the region,
 * modulo 8. Registers have names relative to that place, so that nothing depends on what TOP is.
 */
export interface StackDepths {
  /** Whether x87 instructions are executed inline: there are some, and nothing else looks at their registers (MMX). */
  readonly isUsed: boolean;
  /** By block: its depth at the start. */
  readonly entry: readonly number[];
  /** Whether control may go from a block to another within the region: both agree about the depth. */
  isConsistent(from: number, to: number): boolean;
}

interface Edge {
  readonly from: number;
  readonly to: number;
  /** Depth where the branch is, relative to that at the start of the block. */
  readonly depth: number;
}

const unused: StackDepths = { isUsed: false, entry: [], isConsistent: () => true };

/** i of ST(i) of an `x87` statement, which is 0 for memory forms. */
export function indexOf(s: X87Statement): number {
  return (s.args[0].number & 0xff) < 0xc0 ? 0 : s.args[1].number;
}

const isWithin = (word: number, first: number, count: number): boolean => word >= first && word < first + count;

/** Whether a statement reads or writes, in the state, what inline x87 instructions have in locals. */
function usesRegisters(s: Statement): boolean {
  if (s.op !== 'get' && s.op !== 'set') return s.body?.some(usesRegisters) ?? false;
  return wordsOf(placeOf(s)).some(
    (word) =>
      word === Word.fpuTop ||
      word === Word.fpuTag ||
      isWithin(word, Word.fpuRegister, wordCounts.fpuRegister!) ||
      isWithin(word, 2 * Double.fpuHigh, 2 * (Double.fpuOperand - Double.fpuHigh)),
  );
}

/** The number that a statement adds to TOP. */
export function depthChange(s: Statement): number {
  if (s.op !== 'x87') return 0;
  const { pushes, rotates, pops } = stackEffect(operationOf(s.args[0].number), indexOf(s));
  return pops + rotates - (pushes ? 1 : 0);
}

export function stackDepths(region: Region): StackDepths {
  const statements = region.blocks.flatMap((block) => block.statements);
  if (!statements.some((s) => s.op === 'x87') || statements.some(usesRegisters)) return unused;
  const classes = new DepthClasses(region.blocks.length);
  const conflicts = new Set<string>();
  for (const { from, to, depth } of edgesOf(region)) {
    if (!classes.join(from, to, depth)) conflicts.add(`${from} ${to}`);
  }
  const entry = region.blocks.map((_block, n) => classes.depthOf(n));
  return { isUsed: true, entry, isConsistent: (from, to) => !conflicts.has(`${from} ${to}`) };
}

/** Branches within the region that keep the stack. After a call or a trap it is checked again. */
function edgesOf({ blocks }: Region): Edge[] {
  const indices = new Map(blocks.map((block, n) => [block.eip, n]));
  return blocks.flatMap((block, from) =>
    targetsOf(block).flatMap(({ eip, depth }) => {
      const to = indices.get(eip);
      return to === undefined ? [] : [{ from, to, depth }];
    }),
  );
}

function targetsOf(block: Block): { eip: number; depth: number }[] {
  const targets: { eip: number; depth: number }[] = [];
  let depth = 0;
  for (const s of block.statements) {
    depth += depthChange(s);
    for (const eip of branchTargets(s)) targets.push({ eip, depth });
  }
  return targets;
}

function branchTargets(s: Statement): number[] {
  // A call may also be a branch to its callee.
  if (isComingBack(s)) return s.args.slice(2).map((v) => v.number);
  switch (s.op) {
    case 'exitIf':
      return [s.args[1].number];
    case 'jump':
      return [s.args[0].number];
    case 'branch':
      return [s.args[1].number, s.args[2].number];
    case 'indirect':
      return s.args.slice(1).map((v) => v.number);
    default:
      return [];
  }
}

/** Sets of blocks whose depths are known relative to each other: a union-find structure with differences. */
class DepthClasses {
  readonly #parent: number[];
  /** Depth of a block less that of its parent. */
  readonly #offset: number[];

  constructor(count: number) {
    this.#parent = Array.from({ length: count }, (_, n) => n);
    this.#offset = this.#parent.map(() => 0);
  }

  /** Notes that `to` starts where `from` is `depth` after its start; false if they are known to differ. */
  join(from: number, to: number, depth: number): boolean {
    const difference = this.#depth(from) + depth - this.#depth(to);
    const [a, b] = [this.#root(from), this.#root(to)];
    if (a === b) return (difference & 7) === 0;
    this.#parent[b] = a;
    this.#offset[b] = difference;
    return true;
  }

  /** Relative to the block's class, 0-7. */
  depthOf(block: number): number {
    return this.#depth(block) & 7;
  }

  #root(block: number): number {
    let at = block;
    while (this.#parent[at] !== at) at = this.#parent[at];
    return at;
  }

  #depth(block: number): number {
    let depth = 0;
    for (let at = block; this.#parent[at] !== at; at = this.#parent[at]) depth += this.#offset[at];
    return depth;
  }
}
