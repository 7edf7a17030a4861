import { SourceMapGenerator } from 'source-map';
import type { Symbols } from '../../runtime/debug/symbols.ts';
import { bodyOf } from '../../runtime/exec/compile.ts';
import { hex } from '../../translator/emit/names.ts';
import type { TranslationDetail, TranslationInfo } from '../machine-core.ts';
import { FIRST_LINE } from './block-view.ts';
import { largest } from './largest.ts';
import { codeOfSnapshot, printedAddresses, textByInstruction } from './snapshot.ts';
import { type ListedInstruction, listAt } from './stages.ts';
import { keyText } from './state-key.ts';

/** A translation as files: its function as V8 has it, the guest's instructions, and the map between the two. */
export interface ExportedFiles {
  /** Name of the first; the others have `.map` and `.asm` after it. */
  readonly name: string;
  readonly javascript: string;
  readonly listing: string;
  readonly map: string;
}

/** Name of a translation's JavaScript file. */
function fileName({ name, physical, key }: TranslationInfo): string {
  return `${name}.${hex(physical)}-${key.toString(16)}.js`;
}

/** Makes the files of a translation. */
export function exportTranslation(detail: TranslationDetail, symbols: Symbols): ExportedFiles {
  const name = fileName(detail.info);
  const { listing, lines } = listingOf(detail, symbols);
  return { name, javascript: scriptOf(detail.text, name), listing, map: mapOf(detail.text, name, listing, lines) };
}

/** The function's script, line by line as `new Function` makes it (ECMA-262, CreateDynamicFunction). */
function scriptOf(text: string, name: string): string {
  return `(function anonymous(\n) {\n${bodyOf(text)}\n})\n//# sourceMappingURL=${name}.map\n`;
}

/** The guest's instructions in the order of their addresses, and in which line each is (from 1 on). */
function listingOf(detail: TranslationDetail, symbols: Symbols): { listing: string; lines: Map<number, number> } {
  const printed = printedAddresses(detail.text).sort((a, b) => a - b);
  const instructions = listAt(codeOfSnapshot(detail.code, symbols), printed);
  const label = symbols.label(detail.info.linear) ?? detail.info.name;
  const text = [`; ${label} at ${hex(detail.info.linear)} (${keyText(detail.info.key)}), entry and exits`];
  const lines = new Map<number, number>();
  const width = largest(instructions.map(({ bytes }) => bytes.length));
  for (const i of instructions) lines.set(i.address, text.push(instructionLine(i, width)));
  return { listing: `${text.join('\n')}\n`, lines };
}

function instructionLine({ address, bytes, text }: ListedInstruction, width: number): string {
  return `${hex(address)}  ${bytes.padEnd(width)}  ${text}`;
}

/** Each line of the function belongs to one instruction, or to none: those map to the listing's first line. */
function mapOf(text: string, name: string, listing: string, lines: ReadonlyMap<number, number>): string {
  const source = `${name}.asm`;
  const generator = new SourceMapGenerator({ file: name });
  generator.setSourceContent(source, listing);
  for (const { address, line } of linesOf(text)) {
    const original = { line: address === null ? 1 : lines.get(address)!, column: 0 };
    generator.addMapping({ source, original, generated: { line, column: 0 } });
  }
  return generator.toString();
}

/** The instruction that each line of the function's file belongs to. */
export function linesOf(text: string): { address: number | null; line: number }[] {
  let line = FIRST_LINE;
  return textByInstruction(text).flatMap(({ address, text: part }) => {
    const first = line;
    const rest = part.split('\n').length;
    line += rest;
    const others = Array.from({ length: rest - 1 }, (_, n) => ({ address: null, line: first + n + 1 }));
    return [{ address, line: first }, ...others];
  });
}
