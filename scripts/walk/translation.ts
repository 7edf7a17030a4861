import { lineDifference } from '../../src/inspect/difference.ts';
import { GraphFields } from '../../translator/abi/graph-fields.ts';
import { Key } from '../../translator/abi/key.ts';
import { usualOptions } from '../../translator/emit/context.ts';
import { bindHandler } from '../../translator/handler.ts';
import { printRegion } from '../../translator/ir/print.ts';
import type { Region } from '../../translator/ir/statement.ts';
import { blockTargets } from '../../translator/region/flow.ts';
import { liftRegion } from '../../translator/region/lift.ts';
import { type CodeSource, flatSegment, selectRegion } from '../../translator/region/select.ts';
import { type Structure, structureRegion } from '../../translator/region/structure.ts';
import { type Translation, translate } from '../../translator/translate.ts';
import { formatBytes, formatInstruction } from '../../translator/x86/format.ts';
import { type Instruction, packed, Shape } from '../../translator/x86/instruction.ts';
import { ENTRY, functionBytes, KEY } from './guest.ts';
import { quote } from './source.ts';

const options = usualOptions;
const limits = { blocks: 64, instructions: 400 };
const source: CodeSource = { code: functionBytes(), start: 0, eip: ENTRY, key: KEY, segment: flatSegment };

/** Text of each stage between the bytes and the function, by name, in Markdown. */
export function translationStages(): Record<string, string> {
  const blocks = selectRegion(source, [ENTRY], limits);
  const instructions = blocks.flatMap((block) => block.instructions);
  const first = instructions[0];
  return {
    listing: fence('', instructions.map(listingLine).join('\n')),
    key: fence('', bitNames(Key, KEY)),
    decoded: fence('', decodedText(first)),
    row: fence('ts', rowText(first)),
    lifter: fence(
      'ts',
      ['type Combine =', 'type SetFlags =', 'function binary(', 'export const add:'].map(lifterPart).join('\n\n'),
    ),
    blocks: fence('', blocks.map((b) => `${hex(b.eip)}: ${b.instructions.map(textOf).join('; ')}`).join('\n')),
    ...irStages(),
    structure: fence('', structureText(liftRegion(blocks, KEY))),
    region: fence('js', translation().text),
    links: fence('', translation().links.map(linkText).join('\n')),
    handler: fence('js', wrap(bindHandler(first, KEY, options))),
  };
}

export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

function hex(address: number): string {
  return (address >>> 0).toString(16);
}

// Bytes and instructions.

function listingLine(i: Instruction): string {
  const bytes = formatBytes(source.code, i.eip - ENTRY, i.nextEip - i.eip);
  return `${hex(i.eip)}  ${bytes.padEnd(9)}  ${textOf(i)}`;
}

function textOf(i: Instruction): string {
  return formatInstruction(i);
}

function bitNames(bits: Readonly<Record<string, number>>, value: number): string {
  const set = Object.entries(bits).filter(([, bit]) => value & bit);
  return set.map(([name]) => name).join(' | ') || '0';
}

const graphFields = new Set(Object.keys(new GraphFields()));

function decodedText(i: Instruction): string {
  const { form, shape, eip, nextEip, operands: _, ...others } = i;
  const small = (Object.keys(packed) as (keyof typeof packed)[]).map((name) => `${name} ${i[name]}`);
  const operands = Object.entries(others)
    .filter(([name]) => !graphFields.has(name))
    .map(([name, value]) => `${name} ${value}`);
  return [
    `form ${form.mnemonic} ${form.operands.join(',')}`,
    `shape ${bitNames(Shape, shape)}`,
    `eip ${hex(eip)}, nextEip ${hex(nextEip)}`,
    `operands ${small.join(', ')}`,
    operands.join(', '),
  ].join('\n');
}

// The table and the lifter, quoted.

function rowText({ form }: Instruction): string {
  const path = 'translator/x86/table/arithmetic.ts';
  return [
    `// ${path}`,
    quote(path, 'const sums'),
    quote(path, `{ name: '${form.mnemonic}'`),
    quote(path, `form(\`\${hex(opcode + 3)} /r\``),
  ].join('\n');
}

function lifterPart(start: string): string {
  return quote('translator/lift/alu.ts', start);
}

// IR and JavaScript.

/** The IR after lifting and after all passes in full, and what each pass has changed. */
function irStages(): Record<string, string> {
  const stages: [name: string, text: string][] = [];
  translation((stage, region) => stages.push([stage, printRegion(region)]));
  const [[, lifted], ...passes] = stages;
  const changes = passes.map(([name, text], n) => passText(name, stages[n][1], text));
  return { lifted: fence('', lifted), passes: changes.join('\n\n'), optimized: fence('', stages.at(-1)![1]) };
}

function passText(name: string, before: string, after: string): string {
  const changes = lineDifference(before, after, (line) => /^\s*--/.test(line));
  return `\`${name}\`${changes === '' ? ': nothing to do here.' : `:\n\n${fence('diff', changes)}`}`;
}

function translation(observe?: (stage: string, region: Region) => void): Translation {
  return translate({ source, entries: [ENTRY], limits, options, ...(observe && { observe }) })!;
}

function structureText(region: Region): string {
  const indexOf = new Map(region.blocks.map(({ eip }, n) => [eip, n]));
  const successors = region.blocks.map((block) => blockTargets(block).flatMap((eip) => indexOf.get(eip) ?? []));
  const structure = structureRegion(successors);
  return successors.map((targets, block) => structureLine(structure, block, targets)).join('\n');
}

function structureLine(structure: Structure, block: number, targets: readonly number[]): string {
  const edges = targets.map((to) => `to block ${to}: ${structure.edge(block, to)}`);
  const merges = structure.merges(block).map((to) => `followed by block ${to}`);
  return [`block ${block}`, ...(structure.isLoop(block) ? ['head of a loop'] : []), ...merges, ...edges].join(', ');
}

function linkText({ eip, kind }: Translation['links'][number], n: number): string {
  return `i.links[${n}]: ${hex(eip)}, ${kind}`;
}

/** A line break after each statement. */
function wrap(text: string): string {
  return text.replace(/^(function \w+\(record\)\{)/, '$1\n').replace(/;(?=[^}])/g, ';\n');
}
