import { Key } from '../../../translator/abi/key.ts';
import { Segment, Word } from '../../../translator/abi/state.ts';
import { generate } from '../../../translator/x86/generate.ts';
import { type Instruction, Shape } from '../../../translator/x86/instruction.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import type { Random } from '../../support/random.ts';
import { decodeAt, placeOperand } from '../native/address.ts';
import { READ_ONLY, WRITABLE } from './layout.ts';

const features = new Set(['base', 'cmov', 'cx8']);
/** Stack instructions are put in where they balance. */
const unwanted = /^(PUSH|POP|LEAVE|CALL|RET|J|LOOP|XLAT)/;
const plain = forms.filter(
  ({ class: kind, feature, mnemonic }) => kind === 'plain' && features.has(feature) && !unwanted.test(mnemonic),
);
const FARTHEST = 0x400;
/** One in so many of the addresses that are anywhere is taken. */
const RARELY = 3000;

/** Random plain instructions for code of one mode, that mostly don't fault and leave EBP and ESP alone. */
export class InstructionSource {
  readonly #random: Random;
  readonly #key: number;

  constructor(random: Random, bits: 16 | 32) {
    this.#random = random;
    this.#key = bits === 32 ? Key.code32 | Key.stack32 : 0;
  }

  next(): Uint8Array {
    for (;;) {
      const code = this.#draw();
      if (code) return code;
    }
  }

  #draw(): Uint8Array | undefined {
    const random = this.#random;
    const key = this.#key;
    const form = random.pick(plain);
    const code = generate(form, () => random.below(0x1000000) / 0x1000000, key);
    const instruction = decodeAt(code, key, form);
    const isString = form.operands.some((kind) => /^[XY]/.test(kind));
    const faultsOften = isString || /DIV|AAM|BT/.test(form.mnemonic) || usesOddSegment(instruction);
    if (faultsOften && random.chance(98)) return undefined;
    if (changesFrame(instruction)) return undefined;
    if (instruction.shape & Shape.register || !form.operands.some((kind) => /^[EMO]/.test(kind))) return code;
    return this.#placed(code, instruction);
  }

  /** Memory operands are where they do no harm: at a fixed address or near EBP; a few are anywhere. */
  #placed(code: Uint8Array, instruction: Instruction): Uint8Array | undefined {
    const random = this.#random;
    const key = this.#key;
    const { base, index, displacement } = instruction;
    if (base === Word.zero && index === Word.zero) {
      return placeOperand(code, instruction, key, new Int32Array(8), random, dataAddress(random));
    }
    const isNearFrame = base === Word.ebp && index === Word.zero && Math.abs(displacement) <= FARTHEST;
    return isNearFrame || random.below(RARELY) === 0 ? code : undefined;
  }
}

/** A register operand that may be written is EBP or ESP. */
function changesFrame({ form, shape, rm, reg }: Instruction): boolean {
  const isFrame = (register: number) => register === Word.ebp || register === Word.esp;
  const usesRm = (shape & Shape.register) !== 0 && form.operands.some((kind) => /^[EZR]/.test(kind));
  return (usesRm && isFrame(rm)) || (form.operands.some((kind) => kind.startsWith('G')) && isFrame(reg));
}

/** CS cannot be written, and in user mode nothing is reached through FS or GS. */
function usesOddSegment({ segment }: Instruction): boolean {
  return segment === Segment.cs || segment >= Segment.fs;
}

/** Mostly in the writable pages, now and then across their ends. */
function dataAddress(random: Random): number {
  if (random.chance(99)) return WRITABLE + random.below(0x1d00);
  return random.pick([WRITABLE + 0xffd + random.below(4), READ_ONLY - 4 + random.below(8), READ_ONLY + 0xffe]);
}
