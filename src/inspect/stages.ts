import { hex } from '../../translator/emit/names.ts';
import { bindHandler } from '../../translator/handler.ts';
import { printRegion } from '../../translator/ir/print.ts';
import { optimize } from '../../translator/opt/pipeline.ts';
import { liftRegion } from '../../translator/region/lift.ts';
import { type CodeSource, type ScannedBlock, selectRegion } from '../../translator/region/select.ts';
import { type Translation, translate } from '../../translator/translate.ts';
import { decode } from '../../translator/x86/decode.ts';
import { formatBytes, formatInstruction } from '../../translator/x86/format.ts';
import { Instruction } from '../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import { ConfigurationError } from '../errors.ts';
import { type Code, undecodable } from './code.ts';

/** One instruction of a listing. */
export interface ListedInstruction {
  readonly address: number;
  readonly bytes: string;
  readonly text: string;
  /** How the code scan takes it (translator/x86/table/form.ts). */
  readonly class: string;
}

export interface ListedBlock {
  readonly address: number;
  readonly instructions: readonly ListedInstruction[];
}

/** IR behind one stage: `lift`, or a pass of the optimiser. */
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

/** The instructions at these addresses. */
export function listAt(code: Code, addresses: readonly number[]): ListedInstruction[] {
  const { source } = code;
  return addresses.map((eip) => listInstruction(code, decodeAt(source, eip | 0, source.code.length)));
}

/** The instructions of all its bytes, one behind the other. Throws ConfigurationError where they don't decode. */
export function listCode(code: Code): ListedInstruction[] {
  const { source, entry, end } = code;
  if (end === null) return stagesOf(code).blocks.flatMap((block) => block.instructions);
  const listed: ListedInstruction[] = [];
  for (let eip = entry; (end - eip) | 0; ) {
    const i = decodeAt(source, eip, source.start + ((end - source.eip) | 0));
    listed.push(listInstruction(code, i));
    eip = i.nextEip;
  }
  return listed;
}

function decodeAt(source: CodeSource, eip: number, end: number): Instruction {
  const i = new Instruction(forms[INVALID_FORM]);
  const start = source.start + ((eip - source.eip) | 0);
  const length = (source.decode ?? decode)(source.code, start, end, eip, source.key, i);
  if (length === 0 || i.form === forms[INVALID_FORM]) throw undecodable(source.code, start, eip);
  return i;
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
 * Selects, lifts, optimises and emits the region at the code's entry, as the machine would.
 * Throws ConfigurationError if its first bytes don't decode.
 */
export function stagesOf(code: Code): Stages {
  const { source, entry, limits, options, checks } = code;
  const blocks = selectRegion(source, entry, limits);
  const start = source.start + ((entry - source.eip) | 0);
  if (!blocks[0]?.instructions.length) throw undecodable(source.code, start, entry);
  const first = blocks[0].instructions[0];
  if (first.form === forms[INVALID_FORM]) throw undecodable(source.code, start, entry);
  const ir: IrStage[] = [];
  const translation = translate({
    source,
    entry,
    limits,
    options,
    ...(checks && { checks }),
    observe: (name, region) => ir.push({ name, text: printRegion(region) }),
  });
  if (ir.length === 0) ir.push(...untranslated(blocks, source.key));
  const listed = blocks.map((block) => ({
    address: block.eip >>> 0,
    instructions: block.instructions.map((i) => listInstruction(code, i)),
  }));
  return { key: source.key, blocks: listed, ir, translation };
}

/** What a sensitive instruction means can be seen nevertheless. */
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
export function handlersOf({ source, entry, limits, options }: Code): string[] {
  const texts = selectRegion(source, entry, limits).flatMap((block) =>
    block.instructions.map((i) => bindHandler(i.form, i.shape, source.key, options)),
  );
  return [...new Set(texts)];
}
