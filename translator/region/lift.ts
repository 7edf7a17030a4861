import { constant, IrBuilder } from '../ir/builder.ts';
import { type Region, terminators } from '../ir/statement.ts';
import { bindReal, OperandBuilder } from '../lift/builder.ts';
import type { ScannedBlock } from './select.ts';

/** IR of a region, its operands bound to those of the real instructions. */
export function liftRegion(blocks: readonly ScannedBlock[], key: number): Region {
  const ir = new IrBuilder();
  return { key, blocks: blocks.map((block) => ({ ...liftBlock(ir, block, key) })) };
}

function liftBlock(ir: IrBuilder, block: ScannedBlock, key: number): Region['blocks'][number] {
  ir.statements = [];
  let next = block.eip;
  for (const instruction of block.instructions) {
    ir.emit('instruction', [constant(instruction.eip)]);
    instruction.form.lift(new OperandBuilder(ir, instruction.form, instruction.shape, key, bindReal(instruction)));
    next = instruction.nextEip;
  }
  const last = ir.statements.at(-1);
  if (!last || !terminators.has(last.op)) ir.emit('jump', [constant(next)], 0, 'fall');
  return { eip: block.eip, statements: ir.statements, instructions: block.instructions.map((i) => i.eip) };
}
