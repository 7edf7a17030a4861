import { knowsMnemonic } from '../../../translator/x86/encode.ts';
import type { EncoderOperand } from '../../../translator/x86/encode-operand.ts';

/** Prefixes that stand before an instruction as words. */
export const prefixWords: ReadonlyMap<string, number> = new Map([
  ['lock', 0xf0],
  ['repne', 0xf2],
  ['repnz', 0xf2],
  ['rep', 0xf3],
  ['repe', 0xf3],
  ['repz', 0xf3],
  ['es', 0x26],
  ['cs', 0x2e],
  ['ss', 0x36],
  ['ds', 0x3e],
  ['fs', 0x64],
  ['gs', 0x65],
]);

/** Words that ask for a size of the operand or of the address. */
export const sizeWords: ReadonlyMap<string, { operandBytes?: 2 | 4; addressBytes?: 2 | 4 }> = new Map([
  ['o16', { operandBytes: 2 }],
  ['o32', { operandBytes: 4 }],
  ['a16', { addressBytes: 2 }],
  ['a32', { addressBytes: 4 }],
]);

const synonyms: ReadonlyMap<string, string> = new Map([
  ['SAL', 'SHL'],
  ['XLAT', 'XLATB'],
  ['LOOPZ', 'LOOPE'],
  ['LOOPNZ', 'LOOPNE'],
  ['FWAIT', 'WAIT'],
  ['RETN', 'RET'],
]);

/** Other names of conditions (Intel SDM vol. 2, appendix B.1.4.7). */
const conditionSynonyms: ReadonlyMap<string, string> = new Map([
  ['C', 'B'],
  ['NAE', 'B'],
  ['NB', 'AE'],
  ['NC', 'AE'],
  ['Z', 'E'],
  ['NZ', 'NE'],
  ['NA', 'BE'],
  ['NBE', 'A'],
  ['PE', 'P'],
  ['PO', 'NP'],
  ['NGE', 'L'],
  ['NL', 'GE'],
  ['NG', 'LE'],
  ['NLE', 'G'],
]);

/** The instruction table's name for a mnemonic as it is written; undefined if there is no such instruction. */
export function tableMnemonic(word: string): string | undefined {
  const name = word.toUpperCase();
  const candidates = [name, synonyms.get(name), withoutConditionSynonym(name)];
  return candidates.find((candidate) => candidate !== undefined && knowsMnemonic(candidate));
}

function withoutConditionSynonym(name: string): string | undefined {
  const [, operation, condition] = /^(J|SET|CMOV)(.+)$/.exec(name) ?? [];
  const other = conditionSynonyms.get(condition ?? '');
  return other && `${operation}${other}`;
}

const WAIT = 0x9b;

/** FINIT is WAIT and FNINIT, and so on: the table's name, with WAIT as what comes before it. */
export function waitingMnemonic(word: string): { mnemonic: string; before: number[] } | undefined {
  const [, operation] = /^F(.+)$/i.exec(word) ?? [];
  const mnemonic = `FN${operation?.toUpperCase()}`;
  return knowsMnemonic(mnemonic) ? { mnemonic, before: [WAIT] } : undefined;
}

const DECIMAL: EncoderOperand = { kind: 'immediate', value: 10 };

/**
 * Operands as the table names them, of short forms: IMUL with a register and a number multiplies that register; AAM and
 * AAD are decimal if they do not say otherwise.
 */
export function completeOperands(mnemonic: string, operands: readonly EncoderOperand[]): readonly EncoderOperand[] {
  const [first, second] = operands;
  if (mnemonic === 'IMUL' && operands.length === 2 && second?.kind === 'immediate') return [first!, first!, second];
  if ((mnemonic === 'AAM' || mnemonic === 'AAD') && operands.length === 0) return [DECIMAL];
  return operands;
}
