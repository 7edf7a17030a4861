import { hex, INSTRUCTION_COMMENT } from '../../../translator/emit/names.ts';
import { instructionOfLine } from '../../../translator/ir/print.ts';
import { lineDifference } from '../../inspect/difference.ts';
import { largest } from '../../inspect/largest.ts';
import {
  emitted,
  handlersOf,
  type IrStage,
  type ListedInstruction,
  listCode,
  type Stages,
  stagesOf,
} from '../../inspect/stages.ts';
import { keyText } from '../../inspect/state-key.ts';
import { machineOptions } from './attached.ts';
import type { Answer, Command } from './command.ts';
import type { OptionName } from './options.ts';
import { codeOf } from './source.ts';
import { bold, cyan, dim, green, red, type Style } from './style.ts';

export const codeOptions: readonly OptionName[] = [
  'hex',
  'file',
  'bits',
  'elf',
  'symbol',
  'address',
  'state',
  ...machineOptions,
];
export const CODE = '(--hex BYTES | --file FILE | --elf FILE --symbol NAME | ADDRESS)';

const decodeCommand: Command = {
  name: 'decode',
  usage: CODE,
  help: 'the instructions of a piece of code',
  options: codeOptions,
  words: 1,
  async run(request) {
    const code = await codeOf(request);
    const instructions = listCode(code);
    return {
      data: { state: keyText(code.source.key), instructions },
      text: (style) => listing(instructions, style),
    };
  },
};

const lift: Command = {
  name: 'lift',
  usage: CODE,
  help: 'the intermediate code that it means',
  options: codeOptions,
  words: 1,
  async run(request) {
    return irAnswer(stagesOf(await codeOf(request)), ([first]) => first);
  },
};

const optimize: Command = {
  name: 'optimize',
  usage: CODE,
  help: 'the intermediate code after all passes, or pass by pass',
  options: [...codeOptions, 'passes'],
  words: 1,
  async run(request) {
    const stages = stagesOf(await codeOf(request));
    if (request.options.passes) return passesAnswer(stages);
    return irAnswer(stages, (ir) => ir.at(-1)!);
  },
};

const emit: Command = {
  name: 'emit',
  usage: CODE,
  help: 'the JavaScript that it becomes',
  options: [...codeOptions, 'handlers'],
  words: 1,
  async run(request) {
    const code = await codeOf(request);
    if (request.options.handlers) {
      const handlers = handlersOf(code);
      return { data: { handlers }, text: () => handlers.map((text) => `${text}\n`).join('\n') };
    }
    const stages = stagesOf(code);
    const { text, links } = emitted(stages);
    const assembly = assemblyOf(stages);
    return {
      data: { state: keyText(stages.key), instructions: instructionsOf(stages), text, links },
      text: (style) => `${withAssembly(text, assembly, style)}\n`,
    };
  },
};

/** Commands that need nothing but code. */
export const stageCommands: readonly Command[] = [decodeCommand, lift, optimize, emit];

/** A line an instruction. */
export function listing(instructions: readonly ListedInstruction[], style: Style): string {
  const width = largest(instructions.map(({ bytes }) => bytes.length));
  return instructions
    .map((i) => `${dim(style, `${hex(i.address)}  ${i.bytes.padEnd(width)}`)}  ${assembly(i.text, style)}\n`)
    .join('');
}

export function assembly(text: string, style: Style): string {
  return text.replace(/^\S+/, (mnemonic) => cyan(style, mnemonic));
}

/** Text of a region's instructions, by their addresses in hexadecimal. */
function assemblyOf(stages: Stages): Map<string, string> {
  return new Map(instructionsOf(stages).map((i) => [hex(i.address), i.text]));
}

function instructionsOf({ blocks }: Stages): ListedInstruction[] {
  return blocks.flatMap(({ instructions }) => instructions);
}

function irAnswer(stages: Stages, choose: (ir: readonly IrStage[]) => IrStage): Answer {
  const { name, text } = choose(stages.ir);
  return {
    data: { state: keyText(stages.key), stage: name, instructions: instructionsOf(stages), text },
    text: (style) => irText(text, assemblyOf(stages), style),
  };
}

/** IR with the instructions that it is of. */
function irText(text: string, assembly: ReadonlyMap<string, string>, style: Style): string {
  return text
    .replace(/^block .*$/gm, (line) => bold(style, line))
    .replace(/^ *-- .*$/gm, (line) => dim(style, `${line}  ${assembly.get(hex(instructionOfLine(line)!)) ?? ''}`));
}

/** The changes that each pass made. */
function passesAnswer(stages: Stages): Answer {
  const { key, ir } = stages;
  const isHeading = (line: string) => /^\s*--/.test(line);
  const changes = ir.slice(1).map(({ name, text }, n) => ({
    pass: name,
    changes: lineDifference(ir[n].text, text, isHeading),
  }));
  const assembly = assemblyOf(stages);
  return {
    data: { state: keyText(key), instructions: instructionsOf(stages), lifted: ir[0].text, passes: changes },
    text: (style) =>
      changes
        .map(({ pass, changes }) => {
          const shown = changes === '' ? dim(style, '  nothing to do') : coloured(changes, assembly, style);
          return `${bold(style, pass)}\n${shown}\n`;
        })
        .join('\n'),
  };
}

function coloured(changes: string, assembly: ReadonlyMap<string, string>, style: Style): string {
  const lines = changes.split('\n').map((line) => {
    if (line.startsWith('+')) return green(style, line);
    return line.startsWith('-') ? red(style, line) : irText(line, assembly, style);
  });
  return lines.join('\n');
}

/** JavaScript with the instructions in its comments. */
function withAssembly(text: string, assembly: ReadonlyMap<string, string>, style: Style): string {
  return text.replace(INSTRUCTION_COMMENT, (comment, address: string) => {
    const instruction = assembly.get(address);
    return dim(style, instruction === undefined ? comment : `/*${address} ${instruction}*/`);
  });
}
