import { GraphFields } from '../abi/graph-fields.ts';
import { Segment, Word } from '../abi/state.ts';
import type { Form } from './table/form.ts';

/**
 * Static facts about a decoded instruction, beyond its form, that decide what its handler looks like.
 * Two instructions of the same form, shape and key share one handler.
 */
export const Shape = {
  /** The E operand is a register (ModR/M mod = 3), or the register is in the opcode. */
  register: 1 << 0,
  /** The E (or Z) operand is AH, CH, DH or BH; `rm` then holds the register that contains it. */
  rmHigh: 1 << 1,
  /** The G operand is AH, CH, DH or BH; `reg` then holds the register that contains it. */
  regHigh: 1 << 2,
  /** The operand size is 16 bits. */
  operand16: 1 << 3,
  /** The address size is 16 bits. */
  address16: 1 << 4,
  /** REP or REPE. */
  repeat: 1 << 5,
  /** REPNE. */
  repeatNot: 1 << 6,
  lock: 1 << 7,
  /** The memory operand goes through a segment that the key does not declare flat: base added, limit checked. */
  segmented: 1 << 8,
  /** Where an x87 instruction is on registers, i of ST(i). */
  stackIndex: 7 << 9,
} as const;
export const SHAPE_BITS = 12;

/** I of ST(i) as bits of a shape, and back. */
export const shapeOfIndex = (index: number): number => index << 9;
export const stackIndexOf = (shape: number): number => (shape & Shape.stackIndex) >> 9;

/** Where the small numbers of an instruction are in `operands`: first bit, and mask of what is shifted down. */
export const packed = {
  rm: { shift: 0, mask: 255 },
  reg: { shift: 8, mask: 255 },
  base: { shift: 16, mask: 15 },
  index: { shift: 20, mask: 15 },
  scale: { shift: 24, mask: 3 },
  segment: { shift: 26, mask: 7 },
} as const;

/** The packed operands of an instruction that names no register and no memory: no base, no index, and DS. */
export const NO_OPERANDS =
  (Word.zero << packed.base.shift) | (Word.zero << packed.index.shift) | (Segment.ds << packed.segment.shift);

/**
 * A decoded instruction: numbers, and places for what the runtime's node has, which extends it. Handlers read these fields by
 * name, and what is packed by its bits. V8 lays them out in this order: what most handlers read is in the first 128 bytes.
 */
export class Instruction extends GraphFields {
  /** The numbers of `packed`, so that they take one word of V8's. */
  operands: number = NO_OPERANDS;
  displacement = 0;
  /**
   * Immediate, sign-extended to 32 bits where the form says so, else zero-extended; the offset of a far pointer. Of an
   * x87 instruction the 11-bit opcode that FNSTENV and FXSAVE give: low 3 bits of the first byte, then ModR/M.
   */
  immediate = 0;
  /** EIP of the byte after the last one, wrapped to 16 bits in 16-bit code. */
  nextEip = 0;
  /** EIP a relative jump or call goes to. */
  target = 0;
  /** EIP of the first byte. */
  eip = 0;
  /** Second immediate (ENTER's level, the selector of a far pointer). */
  immediate2 = 0;
  shape = 0;
  form: Form;

  constructor(form: Form) {
    super();
    this.form = form;
  }

  /** Word of the register of the E or Z operand; i of ST(i). */
  get rm(): number {
    return this.#unpack(packed.rm);
  }
  set rm(value: number) {
    this.#pack(packed.rm, value);
  }

  /** ModR/M reg field: word of the G operand's register, or number of a segment, control or debug register. */
  get reg(): number {
    return this.#unpack(packed.reg);
  }
  set reg(value: number) {
    this.#pack(packed.reg, value);
  }

  /**
   * Effective address: word[base] + (word[index] << scale) + displacement. 8 (Word.zero) where there is none. XLAT has
   * base EBX, and its lifter adds AL; string instructions have neither, as their lifters know the registers.
   */
  get base(): number {
    return this.#unpack(packed.base);
  }
  set base(value: number) {
    this.#pack(packed.base, value);
  }

  get index(): number {
    return this.#unpack(packed.index);
  }
  set index(value: number) {
    this.#pack(packed.index, value);
  }

  get scale(): number {
    return this.#unpack(packed.scale);
  }
  set scale(value: number) {
    this.#pack(packed.scale, value);
  }

  /**
   * Segment of the memory operand (Segment.ds or ss by default, or the override). Of MOVS and CMPS that of the source;
   * Segment.es of STOS, SCAS and INS, which none overrides.
   */
  get segment(): number {
    return this.#unpack(packed.segment);
  }
  set segment(value: number) {
    this.#pack(packed.segment, value);
  }

  #unpack({ shift, mask }: Packed): number {
    return (this.operands >>> shift) & mask;
  }

  #pack({ shift, mask }: Packed, value: number): void {
    this.operands = (this.operands & ~(mask << shift)) | (value << shift);
  }
}

type Packed = (typeof packed)[keyof typeof packed];
