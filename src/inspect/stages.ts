import { hex } from '../../translator/emit/names.ts';
import { bindHandler } from '../../translator/handler.ts';
import { printRegion } from '../../translator/ir/print.ts';
import { optimize } from '../../translator/opt/pipeline.ts';
import { liftRegion } from '../../translator/region/lift.ts';
import { type CodeSource, type ScannedBlock, selectRegion } from '../../translator/region/select.ts';
import { selectBlocks, type Translation, translate } from '../../translator/translate.ts';
import { formatBytes, formatInstruction } from '../../translator/x86/format.ts';
import type { Instruction } from '../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import { ConfigurationError } from '../util/errors.ts';
import { type Code, decodeAt, undecodable } from './code.ts';

/** One instruction of a listing. */
export interface ListedInstruction {
  readonly address: number;
  readonly bytes: string;
  readonly text: string;
  /** How the code scan takes it (translator/x86/table/form.ts); `invalid` or `incomplete`: it is no instruction. */
  readonly class: string;
}

export interface ListedBlock {
  readonly address: number;
  readonly instructions: readonly ListedInstruction[];
}

/** IR after one stage: `lift`, or a pass of the optimiser. */
export interface IrStage {
  readonly name: string;
  readonly text: string;
}

/** All that a region goes through on its way to a function. */
export interface Stages {
  readonly key: number;
  readonly blocks: readonly ListedBlock[];
  readonly ir: readonly IrStage[];
  /** Null where there is nothing but a sensitive instruction: it is never translated alone. */
  readonly translation: Translation | null;
}

/** The instructions at these addresses. Throws ConfigurationError where there is none. */
export function listAt(code: Code, addresses: readonly number[]): ListedInstruction[] {
  const { source } = code;
  return addresses.map((eip) => {
    const i = decodeAt(source, eip | 0, source.code.length);
    if (i === null || isInvalid(i)) throw undecodable(source, eip | 0);
    return listInstruction(code, i);
  });
}

/** The instructions of all its bytes, one after the other, and the bytes that are none. */
export function listCode(code: Code): ListedInstruction[] {
  const { source, entries, end } = code;
  if (end === null) return stagesOf(code).blocks.flatMap((block) => block.instructions);
  const listed: ListedInstruction[] = [];
  for (let eip = entries[0]; (end - eip) | 0; ) {
    const i = decodeAt(source, eip, source.start + ((end - source.eip) | 0));
    if (i === null) return [...listed, listBytes(source, eip, (end - eip) | 0, 'incomplete')];
    listed.push(isInvalid(i) ? listBytes(source, eip, 1, 'invalid') : listInstruction(code, i));
    eip = isInvalid(i) ? (eip + 1) | 0 : i.nextEip;
  }
  return listed;
}

function isInvalid({ form }: Instruction): boolean {
  return form === forms[INVALID_FORM];
}

/** Bytes that are no instruction, as an assembler would take them. */
function listBytes(source: CodeSource, eip: number, length: number, kind: 'invalid' | 'incomplete'): ListedInstruction {
  const start = source.start + ((eip - source.eip) | 0);
  const numbers = Array.from(source.code.subarray(start, start + length), byteText);
  const text = `db ${numbers.join(',')}${kind === 'incomplete' ? ' ; incomplete' : ''}`;
  return { address: eip >>> 0, bytes: formatBytes(source.code, start, length), text, class: kind };
}

/** `0FFh`. */
function byteText(byte: number): string {
  return `${byte.toString(16).toUpperCase().padStart(2, '0')}h`.replace(/^(?=[A-F])/, '0');
}

export function listInstruction({ source, symbol }: Code, i: Instruction): ListedInstruction {
  const start = source.start + ((i.eip - source.eip) | 0);
  return {
    address: i.eip >>> 0,
    bytes: formatBytes(source.code, start, (i.nextEip - i.eip) | 0),
    text: formatInstruction(i, symbol && { symbol }),
    class: i.form.class,
  };
}

/**
 * Selects, lifts, optimises and emits the region at the code's entries, as the machine would.
 * Throws ConfigurationError if its first bytes don't decode.
 */
export function stagesOf(code: Code): Stages {
  const { source, entries, limits, options, assumptions, name } = code;
  const blocks = blocksOf(code);
  const ir: IrStage[] = [];
  const translation = translate({
    source,
    entries,
    limits,
    options,
    ...(assumptions && { assumptions }),
    ...(name !== undefined && { name }),
    observe: (name, region) => ir.push({ name, text: printRegion(region) }),
  });
  if (ir.length === 0) ir.push(...untranslated(blocks, source.key));
  const listed = blocks.map((block) => ({
    address: block.eip >>> 0,
    instructions: block.instructions.map((i) => listInstruction(code, i)),
  }));
  return { key: source.key, blocks: listed, ir, translation };
}

/** The blocks of the region at the code's entries. Throws ConfigurationError if its first bytes don't decode. */
export function blocksOf(code: Code): readonly ScannedBlock[] {
  const { source, entries } = code;
  const blocks = selectBlocks(code);
  const first = blocks[0]?.instructions[0];
  if (first === undefined || isInvalid(first)) throw undecodable(source, entries[0]);
  return blocks;
}

/** The stages of a sensitive instruction, which is not translated: its IR can be shown nevertheless. */
function untranslated(blocks: readonly ScannedBlock[], key: number): IrStage[] {
  const region = liftRegion(blocks, key);
  const stages = [{ name: 'lift', text: printRegion(region) }];
  optimize(region, (name, optimized) => stages.push({ name, text: printRegion(optimized) }));
  return stages;
}

/** The function of a region. Throws ConfigurationError where there is none. */
export function emitted({ translation, blocks }: Stages): Translation {
  if (translation) return translation;
  const [first] = blocks[0].instructions;
  throw new ConfigurationError(
    `'${first.text}' at ${hex(first.address)} is sensitive: it is not translated, its handler runs it (--handlers)`,
  );
}

/** The interpreter's handlers of a region's instructions, each once. */
export function handlersOf({ source, entries, limits, options }: Code): string[] {
  const texts = selectRegion(source, entries, limits).flatMap((block) =>
    block.instructions.map((i) => bindHandler(i, source.key, options)),
  );
  return [...new Set(texts)];
}
