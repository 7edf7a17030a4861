import { EncodeError } from '../../../translator/x86/encode-operand.ts';
import { Cursor } from './cursor.ts';
import { SyntaxFault, type Token, tokenize } from './lexer.ts';
import { Pass } from './pass.ts';

export interface AssembleOptions {
  /** Address of the first byte; `org` in the text changes it. Default 0. */
  readonly origin?: number;
  /** Code size at the start; `bits` in the text changes it. Default 32. */
  readonly bits?: 16 | 32;
  /** Constants that the text can use. */
  readonly symbols?: Readonly<Record<string, number>>;
}

export interface Assembly {
  readonly bytes: Uint8Array;
  /** Address of the first byte. */
  readonly origin: number;
  /** Labels and constants; local labels (`.name`) as `global.name`. */
  readonly symbols: ReadonlyMap<string, number>;
}

/** A mistake in assembly text; the message begins with the line's number. */
class AssemblyError extends Error {
  override readonly name = 'AssemblyError';
}

/** More passes than any sensible text needs: each one can only lengthen instructions. */
const MOST_PASSES = 64;

interface Line {
  readonly number: number;
  readonly text: string;
  readonly tokens: readonly Token[];
}

/**
 * Assembles text in the syntax of NASM: Intel operands, labels and local labels, `db dw dd dq`, `resb resw resd`,
 * `times`, `align`, `equ`, `org`, `bits`. Instructions come from the instruction table; each takes its shortest form.
 * @throws AssemblyError
 */
export function assemble(source: string, options: AssembleOptions = {}): Assembly {
  const lines = readLines(source);
  let last = new Pass(options);
  runPass(last, lines);
  for (let n = 0; n < MOST_PASSES; n++) {
    const pass = new Pass(options, last);
    runPass(pass, lines);
    if (pass.agreesWith(last)) return pass.result();
    last = pass;
  }
  throw new AssemblyError('the addresses do not settle: is a constant defined by itself?');
}

function readLines(source: string): Line[] {
  return source.split('\n').map((text, index) => {
    const number = index + 1;
    return { number, text, tokens: inLine({ number, text }, () => tokenize(text)) };
  });
}

function runPass(pass: Pass, lines: readonly Line[]): void {
  for (const line of lines) inLine(line, () => pass.line(line.number, new Cursor(line.tokens)));
}

/** Gives the errors of a line its number and text. */
function inLine<T>(line: Omit<Line, 'tokens'>, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SyntaxFault || error instanceof EncodeError)) throw error;
    throw new AssemblyError(`line ${line.number}: ${error.message}: ${line.text.trim()}`);
  }
}
