import { Segment, Word } from '../../../translator/abi/state.ts';
import { generate } from '../../../translator/x86/generate.ts';
import { type Instruction, Shape } from '../../../translator/x86/instruction.ts';
import type { Form } from '../../../translator/x86/table/form.ts';
import type { Random } from '../../support/random.ts';
import { decodeAt, placeOperand } from '../native/address.ts';
import { VECTOR_KEY } from '../native/generate.ts';
import { randomValue } from '../native/operands.ts';
import { innerStack, randomAddress, roomAddress, stackPointer } from './addresses.ts';
import { move } from './encodings.ts';
import { isString, stackMnemonics } from './pools.ts';
import { maskedStore, stringOperands } from './strings.ts';
import type { Draft, Snippet } from './writer.ts';

/** A random instruction of a pool. */
function drawInstruction(pool: readonly Form[], random: Random): Draft {
  for (;;) {
    const form = random.pick(pool);
    const code = generate(form, () => random.below(0x1000000) / 0x1000000, VECTOR_KEY);
    const instruction = decodeAt(code, VECTOR_KEY, form);
    if (isOpen(instruction) || namesAnyByte(instruction)) continue;
    if (unusual(instruction) && random.chance(90)) continue;
    const draft = placed(code, instruction, random);
    if (draft) return draft;
  }
}

/** The manual leaves the result open. */
function isOpen({ form, shape, immediate }: Instruction): boolean {
  if (!/^SH[LR]D$/.test(form.mnemonic) || (shape & Shape.operand16) === 0) return false;
  return form.operands[2] === 'CL' || (immediate & 31) > 16;
}

/** Which page of CMPS, or byte of MASKMOVQ, faults first is open, and where addresses have 16 bits there is no page. */
const namesAnyByte = ({ form, shape }: Instruction) =>
  /^(CMPS|MASKMOV)/.test(form.mnemonic) && (shape & Shape.address16) !== 0;

/** Mostly a fault: by a null segment, or with an address of 16 bits, where nothing is. */
function unusual({ shape, segment, form }: Instruction): boolean {
  const isFar = segment === Segment.cs || segment >= Segment.fs;
  return (shape & Shape.address16) !== 0 || (isFar && form.operands.some((kind) => /^[EMOXYBQW]/.test(kind)));
}

function placed(code: Uint8Array, instruction: Instruction, random: Random): Draft | undefined {
  const { form } = instruction;
  if (isString(form)) return [...stringOperands(instruction, random), [...code]];
  if (form.operands.some((kind) => kind === 'Bdi')) return [...maskedStore(random), [...code]];
  if (form.operands.some((kind) => kind === 'Bb'))
    return [move(Word.ebx, randomAddress(random) - random.below(256)), [...code]];
  const accesses = form.operands.some((kind) => /^[EMOQW][a-z]/.test(kind)) && !(instruction.shape & Shape.register);
  const index = bitIndex(instruction, random);
  const implied = [...impliedOperands(instruction, random), ...index];
  if (!accesses) return [...implied, [...code]];
  return withAddress(code, instruction, random, randomAddress(random), implied);
}

function withAddress(
  code: Uint8Array,
  instruction: Instruction,
  random: Random,
  target: number,
  implied: Draft,
): Draft | undefined {
  const { base, index, form } = instruction;
  // A base of ESP moves the stack.
  if (base === Word.esp && random.chance(80)) return undefined;
  const registers = Int32Array.from({ length: 8 }, () => random.below(64));
  const aligned =
    /^[MW](dq|p[sd]|fx)/.test(form.operands.find((kind) => /^[MW]/.test(kind)) ?? '') && random.chance(70);
  const result = placeOperand(code, instruction, VECTOR_KEY, registers, random, aligned ? target & ~15 : target);
  if (!result) return undefined;
  const used = [...new Set([index, base])].filter((register) => register < 8);
  return [...implied, ...used.map((register) => move(register, registers[register]!)), [...result]];
}

/** An index of bits reaches only near its operand. */
function bitIndex({ form, shape, reg }: Instruction, random: Random): Draft {
  const reaches = /^BT[SRC]?$/.test(form.mnemonic) && form.operands[1] === 'Gv' && !(shape & Shape.register);
  return reaches ? [move(reg, random.below(1024) - 512)] : [];
}

/** Operands without which results would be dull. */
function impliedOperands({ form }: Instruction, random: Random): Draft {
  const { mnemonic } = form;
  if (/^I?DIV$/.test(mnemonic) && random.chance(70)) return [move(Word.edx, random.below(0x10000) >> random.below(16))];
  // What they have pushed or popped at a fault is open: they are run again until they end.
  if (mnemonic === 'POPAD') return [move(Word.esp, roomAddress(random, 32, random.pick([1, 4])))];
  if (mnemonic === 'PUSHAD') return [move(Word.esp, roomAddress(random, 32, random.pick([1, 4])) + 32)];
  if (mnemonic === 'ENTER') return [move(Word.esp, innerStack(random)), move(Word.ebp, innerStack(random))];
  if (mnemonic === 'LEAVE') return [move(Word.ebp, stackPointer(random))];
  if (stackMnemonics.test(mnemonic) && random.chance(80)) return [move(Word.esp, stackPointer(random))];
  if (/^(ADC|SBB|CMPXCHG|XADD)/.test(mnemonic) && random.chance(40)) return [move(Word.eax, randomValue(random))];
  return random.chance(15) ? [move(random.below(8), randomValue(random))] : [];
}

/** An instruction of a pool, with those that prepare it. */
export const fromPool =
  (pool: readonly Form[]): Snippet =>
  (writer, random) => {
    for (const bytes of drawInstruction(pool, random)) writer.put(...bytes);
  };
