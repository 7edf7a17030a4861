import { hex } from '../../translator/emit/names.ts';
import type { ObserveHandler } from '../../translator/handler.ts';
import { printBlock, printStatements } from '../../translator/ir/print.ts';
import { IrError, verifyHandler, verifyRegion } from '../../translator/ir/verify.ts';
import type { Observe } from '../../translator/opt/pipeline.ts';
import type { TextCheck } from './compile.ts';

/** Something the translator made is wrong: a mistake in the emulator, found before it did harm. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
}

/** The debug mode: sees all that is made of guest code before it is used, and throws CheckError. */
export interface Check {
  /** IR of a region after a stage. */
  readonly region: Observe;
  /** IR of a handler. */
  readonly handler: ObserveHandler;
  readonly text: TextCheck;
}

/** Verifies IR, and has the texts looked at by `checkText`, which throws what it finds. */
export function makeCheck(checkText: TextCheck): Check {
  return {
    region(stage, region) {
      const place = `region ${hex(region.blocks[0].eip)} after '${stage}'`;
      check(place, () => verifyRegion(region));
    },
    handler: (name, statements) =>
      check(`handler ${name} as lifted`, () => verifyHandler(statements), printStatements(statements)),
    text: (text) => check(`text of ${/^function (\w*)/.exec(text)?.[1] ?? 'nothing'}`, () => checkText(text)),
  };
}

/** Says where it was, and shows the block of IR, if what is done finds a mistake. */
function check(place: string, act: () => void, shown = ''): void {
  try {
    act();
  } catch (error) {
    const block = error instanceof IrError ? error.block : null;
    const within = block === null ? place : `${place}, block ${hex(block.eip)}`;
    const text = block === null ? shown : printBlock(block);
    throw new CheckError(`${within}: ${(error as Error).message}\n${text}`.trimEnd(), { cause: error });
  }
}
