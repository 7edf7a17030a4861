import { parseBlocks } from '../../translator/ir/parse.ts';
import { printStatements } from '../../translator/ir/print.ts';
import { verifyBlock } from '../../translator/ir/verify.ts';
import type { Pass } from '../../translator/opt/pass.ts';
import { temporariesBehind } from '../../translator/opt/pipeline.ts';

const END = 'jump @1000';

/** The result of a pass for the statements of a block: text in, text out, lines without indentation. */
export function passText(pass: Pass, text: string): string[] {
  const [block] = parseBlocks(`block 0x0\n${text}\n${END}`);
  verifyBlock(block);
  const before = printStatements(block.statements);
  const statements = pass.run(block.statements, temporariesBehind({ key: 0, blocks: [block] }));
  verifyBlock({ ...block, statements, instructions: block.instructions });
  if (printStatements(block.statements) !== before) throw new Error(`${pass.name} has changed its argument`);
  const lines = linesOf(printStatements(statements));
  if (lines.pop() !== END) throw new Error(`${pass.name} has lost the block's end`);
  return lines;
}

/** Lines without indentation, empty ones left out. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
