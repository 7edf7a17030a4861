import { decode } from '../../../translator/x86/decode.ts';
import { formatInstruction } from '../../../translator/x86/format.ts';
import { Instruction } from '../../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../../translator/x86/table/index.ts';
import { VECTOR_KEY } from '../native/generate.ts';
import { hex } from '../report.ts';
import { CODE } from './layout.ts';
import type { Program } from './program.ts';

const LONGEST = 15;

/** The instruction of a program at an address, as it is before the program changes it; undefined: there is none. */
export function instructionAt({ code, places }: Program, eip: number): Instruction | undefined {
  const offset = eip - CODE;
  if (!places.some((place) => place.offset === offset)) return undefined;
  const instruction = new Instruction(forms[INVALID_FORM]!);
  const bytes = code.subarray(offset, offset + LONGEST);
  decode(bytes, 0, bytes.length, eip, VECTOR_KEY, instruction);
  return instruction;
}

/** The program, disassembled; an arrow is at the instruction of `eip`. */
export function listing(program: Program, eip?: number): string {
  const { registers, eflags, rights, most, code, places } = program;
  const lines = places.map(({ offset }) => {
    const at = CODE + offset;
    const instruction = instructionAt(program, at)!;
    const bytes = Buffer.from(code.subarray(offset, instruction.nextEip - CODE)).toString('hex');
    return `${at === eip ? '=>' : '  '} ${hex(at)} ${bytes.padEnd(22)} ${formatInstruction(instruction)}`;
  });
  const names = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
  const start = names.map((name, n) => `${name}=${hex(registers[n]!)}`).join(' ');
  return [`${start} eflags=${hex(eflags)} rights=${rights.join('')} at most ${most.join('')}`, ...lines].join('\n');
}
