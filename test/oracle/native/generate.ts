import { Key } from '../../../translator/abi/key.ts';
import { Eflags, Word } from '../../../translator/abi/state.ts';
import { generate as generateCode } from '../../../translator/x86/generate.ts';
import { type Instruction, Shape } from '../../../translator/x86/instruction.ts';
import type { Form } from '../../../translator/x86/table/form.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import type { Random } from '../../support/random.ts';
import { decodeAt, placeOperand, type Registers } from './address.ts';
import { isResultUndefined } from './defined.ts';
import { CODE, DATA, defaultRegisters, INSTRUCTION, PAGE } from './layout.ts';
import { codeAddress, dataAddress, randomValue, targetAddress } from './operands.ts';
import type { Case, RegisterChanges } from './vector.ts';

/** How the vectors run: flat 32-bit code of user mode. */
export const VECTOR_KEY = Key.code32 | Key.stack32 | Key.flat | Key.user | Key.protected;

/** Sensitive forms whose effect in user mode doesn't depend on the operating system. */
const sensitive = new Set([
  'PUSHAD',
  'POPAD',
  'ENTER',
  'POPFD',
  'BOUND',
  'INTO',
  'CLI',
  'STI',
  'HLT',
  'PAUSE',
  'UD2',
  'CLTS',
]);
const features = new Set(['base', 'cmov', 'cx8']);

/** Forms that the host can be asked about: what user mode may do, no far transfers, nothing of the x87 or SSE. */
export const testedForms: readonly Form[] = forms.filter(
  (form) =>
    form.class !== 'escape' &&
    features.has(form.feature) &&
    form.operands.length + form.encoding.length > 0 &&
    (form.class !== 'sensitive' || sensitive.has(form.mnemonic)),
);

/** An instruction being given its operands. */
interface Draft {
  code: Uint8Array;
  readonly instruction: Instruction;
  readonly registers: Registers;
  readonly random: Random;
  readonly data: Uint8Array;
}

const stackForms = /^(PUSH|POP|CALL|RET|LEAVE|ENTER)/;
const isIndirect = ({ operands, mnemonic }: Form) => /^(JMP|CALL)$/.test(mnemonic) && operands[0] === 'Ev';

/**
 * A random case of the form; undefined if what was drawn cannot be run safely (another draw may do).
 * `data` is the data page.
 */
export function generateCase(form: Form, random: Random, data: Uint8Array): Case | undefined {
  const code = generateCode(form, () => random.below(0x1000000) / 0x1000000, VECTOR_KEY);
  const instruction = decodeAt(code, VECTOR_KEY, form);
  const draft: Draft = { code, instruction, registers: Int32Array.from(defaultRegisters), random, data };
  if (instruction.shape & Shape.segmented) return undefined;
  drawRegisters(draft);
  if (!placeMemory(draft) || !placeTarget(draft)) return undefined;
  const drawn = { code: [...draft.code], registers: namedRegisters(draft.registers), flags: randomFlags(random) };
  return isResultUndefined(instruction, drawn) ? undefined : drawn;
}

/** Those that have not their default. */
function namedRegisters(registers: Registers): RegisterChanges {
  return Object.fromEntries([...registers.entries()].filter(([n, value]) => value !== defaultRegisters[n]));
}

function randomFlags(random: Random): number {
  const down = random.chance(15) ? Eflags.df : 0;
  return Eflags.one | Eflags.if | (random.word() & Eflags.arithmetic) | down;
}

/** Registers that the instruction names or implies. */
function drawRegisters({ instruction, registers, random }: Draft): void {
  const { form, rm, reg, base, index } = instruction;
  const implied = [Word.eax, Word.ecx, Word.edx, Word.ebx];
  for (const register of [...implied, rm, reg, base, index]) {
    if (register < 8 && !(register === Word.esp && stackForms.test(form.mnemonic))) {
      registers[register] = randomValue(random);
    }
  }
  if (/^LOOP|^JE?CXZ/.test(form.mnemonic)) registers[Word.ecx] = random.pick([0, 1, 2, 0x10000, 0x10001, -1]);
  if (/DIV$/.test(form.mnemonic)) drawDividend(registers, random);
  if (/^(LEAVE|ENTER)$/.test(form.mnemonic)) registers[Word.ebp] = dataAddress(random);
  if (stackForms.test(form.mnemonic)) registers[Word.esp] = stackPointer(form, random);
}

function stackPointer(form: Form, random: Random): number {
  if (form.mnemonic === 'RET') return targetAddress(random);
  return random.chance(90) ? DATA + 0x700 + random.below(64) : dataAddress(random);
}

/** Mostly of the size at which quotients fit. */
function drawDividend(registers: Registers, random: Random): void {
  if (random.chance(40)) registers[Word.edx] = registers[Word.eax]! >> 31;
  else if (random.chance(60)) registers[Word.edx] = random.below(0x10000) >> random.below(16);
  if (random.chance(50)) registers[Word.eax]! &= random.pick([0x00ff, 0x07ff, 0x3fff, -1]);
}

/** Lets the memory operands lie in the data page. */
function placeMemory(draft: Draft): boolean {
  const { instruction, random, registers } = draft;
  const { operands } = instruction.form;
  if (operands.some((kind) => /^[XY]/.test(kind))) return placeStrings(draft);
  if (operands[0] === 'Bb') return placeTable(draft);
  const accesses = operands.some((kind) => /^[EMO][a-z]/.test(kind)) && !(instruction.shape & Shape.register);
  if (!accesses) return true;
  const address = isIndirect(instruction.form) ? targetAddress(random) : dataAddress(random);
  const code = placeOperand(draft.code, instruction, VECTOR_KEY, registers, random, address);
  if (!code) return false;
  draft.code = code;
  if (/^BT[SRC]?$/.test(instruction.form.mnemonic) && operands[1] === 'Gv') return limitBitIndex(draft);
  if (instruction.form.mnemonic.startsWith('CMPXCHG') && random.chance(50)) meetComparand(draft, address);
  return staysOnStack(draft);
}

/** A base of ESP must not take a stack access elsewhere than near the data. */
function staysOnStack({ instruction, registers }: Draft): boolean {
  const away = Math.abs((registers[Word.esp]! - DATA) | 0) > 2 * PAGE;
  return !(stackForms.test(instruction.form.mnemonic) && away);
}

function placeStrings({ instruction, registers, random }: Draft): boolean {
  const { form, shape } = instruction;
  const isRepeated = (shape & (Shape.repeat | Shape.repeatNot)) !== 0;
  const unused = shape & Shape.address16 ? 0xffff0000 : 0;
  // Zen 5 copies overlapping strings wrongly with 16-bit addresses, if the unused halves of the registers aren't 0.
  const kept = isRepeated && form.mnemonic.startsWith('MOVS') ? 0 : unused;
  for (const register of [Word.esi, Word.edi]) registers[register] = (random.word() & kept) | dataAddress(random);
  // One string, or two that overlap.
  if (random.chance(30)) registers[Word.edi] = registers[Word.esi]! + random.pick([0, 0, 0, -4, -3, -1, 1, 2, 4, 9]);
  if (isRepeated) registers[Word.ecx] = (random.word() & unused) | random.below(random.chance(20) ? 700 : 20);
  return true;
}

function placeTable({ instruction, registers, random }: Draft): boolean {
  const kept = instruction.shape & Shape.address16 ? 0xffff0000 : 0;
  const base = dataAddress(random) - (registers[Word.eax]! & 0xff);
  registers[Word.ebx] = (random.word() & kept) | (base & ~kept);
  return true;
}

/** The bit that the index reaches lies near the data page: the index is small, unless it is part of the address. */
function limitBitIndex({ instruction, registers, random }: Draft): boolean {
  const { reg, base, index } = instruction;
  if (reg === base || reg === index) return false;
  const wide = instruction.shape & Shape.operand16 ? random.word() & 0xffff0000 : 0;
  const bits = (random.below(1024) - 512) & (wide === 0 ? -1 : 0xffff);
  registers[reg] = wide | bits;
  return true;
}

/** Gives the accumulator the value that the memory operand has. */
function meetComparand({ instruction, registers, data }: Draft, address: number): void {
  const offset = address - DATA;
  const isAddress = [instruction.base, instruction.index].some((r) => r === Word.eax || r === Word.edx);
  if (offset < 0 || offset + 8 > PAGE || isAddress) return;
  const view = new DataView(data.buffer, data.byteOffset);
  registers[Word.eax] = view.getInt32(offset, true);
  registers[Word.edx] = view.getInt32(offset + 4, true);
}

/** Lets branches go to the code page. */
function placeTarget(draft: Draft): boolean {
  const { instruction, registers, random } = draft;
  const { form, shape, rm } = instruction;
  if (isIndirect(form) && shape & Shape.register) {
    if (rm === Word.esp && form.mnemonic === 'CALL') return false;
    registers[rm] = codeAddress(random);
  }
  if (form.operands[0] === 'Jz') {
    const bytes = shape & Shape.operand16 ? 2 : 4;
    const distance = codeAddress(random) - CODE - INSTRUCTION - draft.code.length;
    for (let n = 0; n < bytes; n++) draft.code[draft.code.length - bytes + n] = distance >> (8 * n);
  }
  // Not into its own bytes, nor to itself for ever.
  const back = (instruction.nextEip - instruction.target) | 0;
  return form.operands[0] !== 'Jb' || back <= 0 || back > draft.code.length;
}
