import { Eflags } from '../../../translator/abi/state.ts';
import { decode } from '../../../translator/x86/decode.ts';
import { Instruction, Shape } from '../../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../../translator/x86/table/index.ts';
import type { Random } from '../../support/random.ts';
import { VECTOR_KEY } from '../native/generate.ts';
import { ALIAS, CODE, CODE_BYTES } from './layout.ts';
import type { Place } from './program.ts';

/** CMP EAX, imm8: defines all arithmetic flags, and cannot fault. */
const defineFlags = [0x83, 0xf8];
/** MOV word [ESP+2], 0: what PUSH of a segment register has stored there is open (SDM vol. 2, PUSH). */
const clearUpperHalf = [0x66, 0xc7, 0x44, 0x24, 2, 0, 0];

/** A place in the code that is known when it is bound. */
export interface Label {
  offset: number;
  /** Flags that are undefined at some jump to it. */
  undefinedFlags: number;
}

/** An instruction with those that prepare its registers. */
export type Draft = readonly (readonly number[])[];

/** Writes some instructions that belong together. */
export type Snippet = (writer: Writer, random: Random) => void;

/** A word of the code that tells where a label is: relative to its own end, or as an address, in the code or in its alias. */
interface Fixup {
  readonly at: number;
  readonly label: Label;
  readonly kind: 'relative' | 'code' | 'alias';
  readonly addend: number;
}

/** Writes instructions one behind the other, and keeps account of the flags that they leave undefined. */
export class Writer {
  readonly code = new Uint8Array(CODE_BYTES).fill(0xcc);
  readonly places: Place[] = [];
  /** Offset of the next instruction. */
  offset: number;
  #undefinedFlags = 0;
  readonly #fixups: Fixup[] = [];

  constructor(offset: number) {
    this.offset = offset;
  }

  /** One instruction. */
  put(...bytes: readonly number[]): void {
    const code = Uint8Array.from(bytes);
    const instruction = new Instruction(forms[INVALID_FORM]!);
    decode(code, 0, code.length, CODE + this.offset, VECTOR_KEY, instruction);
    if (instruction.form.flagsRead & this.#undefinedFlags) this.#defineFlags();
    this.places.push({ offset: this.offset, undefinedFlags: this.#undefinedFlags });
    this.code.set(code, this.offset);
    this.offset += code.length;
    this.#undefinedFlags = undefinedAfter(instruction, this.#undefinedFlags);
    if (instruction.form.mnemonic === 'PUSH' && accessesSelector(instruction)) this.put(...clearUpperHalf);
  }

  /** One instruction whose last word, before `rest`, is about a label. */
  putLabel(
    bytes: readonly number[],
    label: Label,
    kind: Fixup['kind'],
    addend = 0,
    rest: readonly number[] = [],
  ): void {
    this.put(...bytes, 0, 0, 0, 0, ...rest);
    label.undefinedFlags |= this.#undefinedFlags;
    this.#fixups.push({ at: this.offset - rest.length - 4, label, kind, addend });
  }

  label(): Label {
    return { offset: -1, undefinedFlags: 0 };
  }

  /** Lets a label be here that nothing jumps to. */
  place(label: Label): void {
    label.offset = this.offset;
  }

  /** Lets a label be here that was jumped to. */
  bind(label: Label): void {
    label.offset = this.offset;
    this.#undefinedFlags |= label.undefinedFlags;
    if (this.#undefinedFlags !== 0) this.#defineFlags();
  }

  /** A label that later code jumps to as well. */
  bindAgain(): Label {
    const label = this.label();
    label.undefinedFlags = Eflags.arithmetic;
    this.bind(label);
    return label;
  }

  #defineFlags(): void {
    this.put(...defineFlags, this.offset & 0x7f);
  }

  /** When all labels are bound. */
  finish(): void {
    const view = new DataView(this.code.buffer);
    for (const { at, label, kind, addend } of this.#fixups) {
      const base = { relative: -(at + 4), code: CODE, alias: ALIAS }[kind];
      view.setInt32(at, label.offset + base + addend, true);
    }
  }
}

/** Those that may fault, or that change flags or not as their operands say, may leave them as they were. */
function undefinedAfter({ form, shape }: Instruction, before: number): number {
  const isCertain =
    form.class === 'plain' &&
    form.feature === 'base' &&
    !/^(DIV|IDIV|AAM|RO|RC|S[AH][LR]|SH[LR]D|CMPS|SCAS|BS)/.test(form.mnemonic) &&
    (shape & Shape.register || !form.operands.some((kind) => /^[EMO]/.test(kind)));
  return (isCertain ? before & ~form.flagsWritten : before) | form.flagsUndefined;
}

/** PUSH or POP of a segment register with 32 bits: processors of AMD and older ones access all, newer ones of Intel 16 bits. */
export function accessesSelector({ form, shape }: Instruction): boolean {
  return /^(PUSH|POP)$/.test(form.mnemonic) && /^[C-GS]S$/.test(form.operands[0] ?? '') && !(shape & Shape.operand16);
}
