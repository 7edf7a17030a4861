import { codeAddress, IrBuilder } from '../ir/builder.ts';
import { type Block, type Region, terminators } from '../ir/statement.ts';
import type { CodeSource, ScannedBlock } from './select.ts';
import { comesBack, liftInstruction } from './traps.ts';

/** IR of a region, its operands bound to those of the real instructions, some of which often access what is not aligned. */
export function liftRegion(
  blocks: readonly ScannedBlock[],
  key: number,
  targets?: CodeSource['targets'],
  isMisaligned = (_eip: number): boolean => false,
): Region {
  const ir = new IrBuilder();
  const lifted = blocks.map((block) => liftBlock(ir, block, key, isMisaligned));
  if (targets) for (const block of lifted) addKnownTargets(block, targets);
  return { key, blocks: lifted };
}

/** An indirect jump names the targets it is known to have. */
function addKnownTargets({ statements, instructions }: Block, targets: NonNullable<CodeSource['targets']>): void {
  const last = statements.at(-1)!;
  if (last.op !== 'indirect' || last.name !== 'jump') return;
  last.args.push(...targets(instructions.at(-1)!).map(codeAddress));
}

function liftBlock(ir: IrBuilder, block: ScannedBlock, key: number, isMisaligned: (eip: number) => boolean): Block {
  ir.statements = [];
  let next = block.eip;
  for (const instruction of block.instructions) {
    const { eip } = instruction;
    ir.emit('instruction', [codeAddress(eip)], 0, isMisaligned(eip) ? 'misaligned' : '');
    liftInstruction(ir, instruction, key);
    next = instruction.nextEip;
  }
  const last = ir.statements.at(-1);
  if (comesBack(last)) ir.emit('jump', [codeAddress(next)], 0, 'resume');
  else if (!last || !terminators.has(last.op)) ir.emit('jump', [codeAddress(next)], 0, 'fall');
  return { eip: block.eip, statements: ir.statements, instructions: block.instructions.map((i) => i.eip) };
}
