import { codeAddress, IrBuilder } from '../ir/builder.ts';
import { isTerminator } from '../ir/operations.ts';
import { type Block, make, type Region, type Statement } from '../ir/statement.ts';
import type { Value } from '../ir/value.ts';
import { isMissing } from './flow.ts';
import type { CodeSource, ScannedBlock } from './select.ts';
import { comesBack, liftInstruction } from './traps.ts';

/** Facts about instructions, by EIP, beside their bytes: targets of indirect jumps, and accesses that are often unusual. */
export interface CodeFacts extends Pick<CodeSource, 'targets' | 'misses'> {
  readonly isMisaligned?: (eip: number) => boolean;
  /** Whether the function at an EIP calls itself deeper than calls may be nested. */
  readonly isRecursive?: (eip: number) => boolean;
}

/** IR of a region, its operands bound to those of the real instructions. */
export function liftRegion(blocks: readonly ScannedBlock[], key: number, facts: CodeFacts = {}): Region {
  const { targets } = facts;
  const ir = new IrBuilder();
  const lifted = blocks.map((block) => liftBlock(ir, block, key, facts));
  if (targets) for (const block of lifted) addKnownTargets(block, targets);
  if (facts.isRecursive) addRecursion(blocks, lifted, facts.isRecursive);
  return { key, blocks: lifted };
}

/** An indirect jump names the targets it is known to have. */
function addKnownTargets({ statements, instructions }: Block, targets: NonNullable<CodeSource['targets']>): void {
  const last = statements.at(-1)!;
  if (last.op !== 'indirect' || last.kind !== 'jump') return;
  last.args.push(...targets(instructions.at(-1)!).map(codeAddress));
}

/** Calls of a function by itself that can't be nested, and the returns from there, are branches of the region. */
function addRecursion(
  scanned: readonly ScannedBlock[],
  blocks: readonly Block[],
  isRecursive: (eip: number) => boolean,
): void {
  const isInside = insideOf(blocks);
  const recursive = ownCalls(blocks).filter(({ args: [target, back] }) => isInside(back) && isRecursive(target.number));
  if (recursive.length === 0) return;
  const backs = [...new Set(recursive.map(({ args }) => args[1].number))].map(codeAddress);
  for (const { args } of recursive) args.push(args[0]);
  for (const [n, { statements }] of blocks.entries()) {
    // Far transfers are returns in IR, too, but to another segment.
    if (scanned[n].instructions.at(-1)?.form.flow === 'return') statements.at(-1)!.args.push(...backs);
  }
}

/** Tells whether a block begins at an EIP. */
function insideOf(blocks: readonly Block[]): (eip: Value) => boolean {
  const eips = new Set(blocks.map(({ eip }) => eip));
  return ({ number }) => eips.has(number);
}

/** Calls of functions that begin in the region itself, as of a function by itself. */
function ownCalls(blocks: readonly Block[]): Statement[] {
  const isInside = insideOf(blocks);
  const isOwn = (s: Statement) => s.op === 'jump' && s.kind === 'call' && isInside(s.args[0]);
  return blocks.flatMap(({ statements }) => statements.filter(isOwn));
}

/** EIPs after such calls that the region does not come back to, as they had hardly run. */
export function unreturned({ blocks }: Region): number[] {
  const isInside = insideOf(blocks);
  return ownCalls(blocks).flatMap(({ args: [, back] }) => (isInside(back) ? [] : [back.number]));
}

function liftBlock(ir: IrBuilder, block: ScannedBlock, key: number, facts: CodeFacts): Block {
  ir.statements = [];
  let next = block.eip;
  for (const instruction of block.instructions) {
    const { eip } = instruction;
    ir.emit(make.instruction(codeAddress(eip), facts.isMisaligned?.(eip) ? 'any' : 'natural'));
    liftInstruction(ir, instruction, key);
    next = instruction.nextEip;
  }
  const last = ir.statements.at(-1);
  if (comesBack(last)) ir.emit(make.jump('resume', codeAddress(next)));
  else if (!last || !isTerminator(last)) {
    const end = block.instructions.at(-1);
    ir.emit(make.jump(end && isMissing(end, facts.misses) ? 'missed' : 'fall', codeAddress(next)));
  }
  return { eip: block.eip, statements: ir.statements, instructions: block.instructions.map((i) => i.eip) };
}
