import type { Symbols } from '../../runtime/debug/symbols.ts';
import { instructionOfLine } from '../../translator/ir/print.ts';
import type { TranslationDetail } from '../machine-core.ts';
import type { ProfileSummary } from './profile.ts';
import { codeOfSnapshot, textByInstruction } from './snapshot.ts';
import { stagesOf } from './stages.ts';

/** One instruction of a translation in all its shapes. */
export interface BlockLine {
  /** Null: what the function does before its first instruction. */
  readonly address: number | null;
  /** Whether a block begins here. */
  readonly isLeader: boolean;
  readonly assembly: string;
  /** Statements of the optimised IR. */
  readonly ir: readonly string[];
  readonly javascript: string;
  /** Times it has run since it is counted; null: it isn't. */
  readonly count: number | null;
  /** Share of the function's own samples, 0 to 1; null: there are none. */
  readonly share: number | null;
}

/** Guest assembly, IR and JavaScript of a translation, instruction by instruction in the order of its JavaScript. */
export function blockLines(
  detail: TranslationDetail,
  symbols: Symbols,
  ticks?: ReadonlyMap<number, number>,
): BlockLine[] {
  const stages = stagesOf(codeOfSnapshot(detail.code, symbols));
  const assembly = new Map(stages.blocks.flatMap(({ instructions }) => instructions.map((i) => [i.address, i.text])));
  const leaders = new Set(stages.blocks.map(({ address }) => address));
  const ir = statementsByAddress(stages.ir.at(-1)!.text);
  const counts = new Map(detail.counts ?? []);
  const lines = ticks && sharesByLine(ticks);
  return textByInstruction(detail.text).map(({ address, text }, n) => ({
    address,
    isLeader: address !== null && leaders.has(address),
    assembly: address === null ? '' : (assembly.get(address) ?? ''),
    ir: address === null ? [] : (ir.get(address) ?? []),
    javascript: text,
    count: address === null ? null : (counts.get(address) ?? null),
    share: lines ? (lines.get(FIRST_LINE + n) ?? 0) : null,
  }));
}

/**
 * Line of a generated function's file that its text begins in: V8 puts two lines of its own before the text that
 * `new Function` is given (ECMA-262, CreateDynamicFunction).
 */
export const FIRST_LINE = 3;

function sharesByLine(ticks: ReadonlyMap<number, number>): Map<number, number> {
  const all = [...ticks.values()].reduce((sum, n) => sum + n, 0);
  return new Map([...ticks].map(([line, n]) => [line, n / all]));
}

/** Statements of IR text by the address of their instruction. */
function statementsByAddress(text: string): Map<number, string[]> {
  const statements = new Map<number, string[]>();
  let current: string[] = [];
  for (const line of text.split('\n')) {
    const address = instructionOfLine(line);
    if (address !== null) {
      current = [];
      statements.set(address, current);
    } else if (line !== '' && !line.startsWith('block ')) current.push(line.replace(/^ {2}/, ''));
  }
  return statements;
}

/** Samples of a translation's function by line, where a profile has some. */
export function ticksOf(
  { functions }: ProfileSummary,
  detail: TranslationDetail,
): ReadonlyMap<number, number> | undefined {
  const { physical, key, name } = detail.info;
  const own = functions.filter(({ share }) => share === 'guest');
  const found =
    own.find(({ guest }) => guest?.physical === physical && guest.key === key) ??
    own.find((f) => f.guest === null && f.name === name);
  return found && found.lines.size > 0 ? found.lines : undefined;
}
