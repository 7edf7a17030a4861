import { Key } from '../abi/key.ts';
import { Segment, Word } from '../abi/state.ts';
import { type Instruction, NO_OPERANDS, Shape, shapeOfIndex } from './instruction.ts';
import { Layout, layouts, TRAILER_SHIFT, Trailer } from './layout.ts';
import { type FeatureSet, type Lookup, makeLookup, Variant } from './lookup.ts';
import { forms, INVALID_FORM, TOO_LONG_FORM } from './table/index.ts';

/** Length of the instruction in bytes; 0 if the bytes end before it does. */
export type DecodeStatus = number;

/**
 * Decodes the instruction at code[start], whose address is `eip`, in the mode that `key` says, into `out`; every field
 * is set. Bytes from `end` on are not read. An encoding that no form has becomes the form INVALID_FORM (#UD), one of
 * more than 15 bytes TOO_LONG_FORM (#GP(0)); their length is what was consumed, and only form, shape, eip and nextEip
 * of them mean something.
 */
export type Decode = (
  code: Uint8Array,
  start: number,
  end: number,
  eip: number,
  key: number,
  out: Instruction,
) => DecodeStatus;

/** Longest instruction (Intel SDM vol. 2, 2.3.11). */
export const MAX_LENGTH = 15;

/** A byte's effect before the opcode: 0 for none, it is the opcode. */
const Prefix = { none: 0, operandSize: 1, addressSize: 2, lock: 3, repeatNot: 4, repeat: 5, segment: 8 } as const;
const prefixes = new Uint8Array(256);
prefixes[0x66] = Prefix.operandSize;
prefixes[0x67] = Prefix.addressSize;
prefixes[0xf0] = Prefix.lock;
prefixes[0xf2] = Prefix.repeatNot;
prefixes[0xf3] = Prefix.repeat;
[0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65].forEach((byte, segment) => {
  prefixes[byte] = Prefix.segment + segment;
});

/** Base and index registers of 16-bit addresses by rm (Intel SDM vol. 2, table 2-1). */
const bases16 = Uint8Array.of(Word.ebx, Word.ebx, Word.ebp, Word.ebp, Word.esi, Word.edi, Word.ebp, Word.ebx);
const indexes16 = Uint8Array.of(Word.esi, Word.edi, Word.esi, Word.edi, Word.zero, Word.zero, Word.zero, Word.zero);

/** A cursor over the bytes of one instruction, with its prefixes; one is used again and again. */
class Decoder {
  readonly #opcodes: Int16Array;
  readonly #pages: Int16Array;
  #code: Uint8Array = new Uint8Array(0);
  #at = 0;
  #limit = 0;
  /** A byte at or after the limit was wanted; 0 took its place. */
  #cut = false;
  #shape = 0;
  #override = -1;
  #variant: number = Variant.none;
  #lock = false;

  constructor({ opcodes, pages }: Lookup) {
    this.#opcodes = opcodes;
    this.#pages = pages;
  }

  decode(code: Uint8Array, start: number, end: number, eip: number, key: number, out: Instruction): DecodeStatus {
    this.#code = code;
    this.#at = start;
    this.#limit = end < start + MAX_LENGTH ? end : start + MAX_LENGTH;
    this.#cut = false;
    this.#shape = key & Key.code32 ? 0 : Shape.operand16 | Shape.address16;
    const opcode = this.#readPrefixesAndOpcode();
    const form = this.#readBody(opcode, key, out);
    if (this.#cut && this.#limit - start < MAX_LENGTH) return 0;

    out.eip = eip;
    // EIP has 32 bits in 16-bit code too: only transfers with 16-bit operands cut it (Intel SDM vol. 2, JMP).
    out.nextEip = (eip + this.#at - start) | 0;
    out.target = 0;
    if (this.#cut) this.#refuse(out, TOO_LONG_FORM);
    else if (form === INVALID_FORM) this.#refuse(out, INVALID_FORM);
    else this.#finish(form, out);
    return this.#at - start;
  }

  #byte(): number {
    if (this.#at < this.#limit) return this.#code[this.#at++]!;
    this.#cut = true;
    return 0;
  }
  #signedByte(): number {
    return (this.#byte() << 24) >> 24;
  }
  #word(): number {
    return this.#byte() | (this.#byte() << 8);
  }
  #doubleword(): number {
    return this.#word() | (this.#word() << 16);
  }

  /** In any order and number; of segments, and of F2 and F3, the last one counts. */
  #readPrefixesAndOpcode(): number {
    this.#override = -1;
    this.#variant = Variant.none;
    this.#lock = false;
    let byte = this.#byte();
    const defaults = this.#shape;
    for (let prefix = prefixes[byte]!; prefix !== Prefix.none; prefix = prefixes[byte]!) {
      this.#applyPrefix(prefix, defaults);
      byte = this.#byte();
    }
    return byte === 0x0f ? this.#readEscaped() : byte;
  }

  /** The opcode's number after 0F (table/encoding.ts). */
  #readEscaped(): number {
    const byte = this.#byte();
    if (byte === 0x38) return 0x200 | this.#byte();
    return byte === 0x3a ? 0x300 | this.#byte() : 0x100 | byte;
  }

  #applyPrefix(prefix: number, defaults: number): void {
    switch (prefix) {
      case Prefix.operandSize:
        this.#shape = (this.#shape & ~Shape.operand16) | (~defaults & Shape.operand16);
        if (this.#variant === Variant.none) this.#variant = Variant.operandSize;
        break;
      case Prefix.addressSize:
        this.#shape = (this.#shape & ~Shape.address16) | (~defaults & Shape.address16);
        break;
      case Prefix.lock:
        this.#lock = true;
        break;
      case Prefix.repeatNot:
        this.#variant = Variant.repeatNot;
        break;
      case Prefix.repeat:
        this.#variant = Variant.repeat;
        break;
      default:
        this.#override = prefix - Prefix.segment;
    }
  }

  /** Everything after the opcode; gives the form's id. */
  #readBody(opcode: number, key: number, out: Instruction): number {
    out.operands = NO_OPERANDS;
    out.displacement = 0;
    out.immediate = 0;
    out.immediate2 = 0;
    let form = this.#opcodes[(this.#variant << 10) | opcode]!;
    let modrm = 0;
    if (form < 0) {
      modrm = this.#byte();
      form = this.#pages[(~form << 8) | modrm]!;
    } else if (layouts[form]! & Layout.modrm) modrm = this.#byte();
    const layout = layouts[form]!;

    if (layout & Layout.modrm) this.#readModrm(modrm, layout, out);
    else if (layout & Layout.opcodeRegister) this.#setRm(opcode & 7, layout, out);
    else if (layout & Layout.memory) this.#setImpliedAddress(layout, out);
    this.#readTrailer(layout >>> TRAILER_SHIFT, out);
    if (layout & Layout.x87) this.#noteX87(opcode, modrm, out);
    const accesses = !(this.#shape & Shape.register) || layout & Layout.maskedStore;
    if (layout & Layout.memory && accesses) this.#setSegment(layout, key, out);
    if (this.#lock) return this.#applyLock(form, layout);
    return form;
  }

  #noteX87(opcode: number, modrm: number, out: Instruction): void {
    out.immediate = ((opcode & 7) << 8) | modrm;
    if (this.#shape & Shape.register) this.#shape |= shapeOfIndex(modrm & 7);
  }

  #readModrm(modrm: number, layout: number, out: Instruction): void {
    const reg = (modrm >> 3) & 7;
    if (layout & Layout.regByte && reg >= 4) {
      out.reg = reg - 4;
      this.#shape |= Shape.regHigh;
    } else out.reg = reg;
    if (modrm >= 0xc0 || layout & Layout.registerOnly) this.#setRm(modrm & 7, layout, out);
    else if (this.#shape & Shape.address16) this.#readAddress16(modrm, out);
    else this.#readAddress32(modrm, layout, out);
  }

  #setRm(register: number, layout: number, out: Instruction): void {
    this.#shape |= Shape.register;
    if (layout & Layout.rmByte && register >= 4) {
      out.rm = register - 4;
      this.#shape |= Shape.rmHigh;
    } else out.rm = register;
  }

  #readAddress16(modrm: number, out: Instruction): void {
    const mod = modrm >> 6;
    const rm = modrm & 7;
    if (mod === 0 && rm === 6) {
      out.displacement = (this.#word() << 16) >> 16;
      return;
    }
    out.base = bases16[rm]!;
    out.index = indexes16[rm]!;
    if (out.base === Word.ebp) out.segment = Segment.ss;
    if (mod === 1) out.displacement = this.#signedByte();
    else if (mod === 2) out.displacement = (this.#word() << 16) >> 16;
  }

  #readAddress32(modrm: number, layout: number, out: Instruction): void {
    const mod = modrm >> 6;
    let base = modrm & 7;
    if (base === Word.esp) base = this.#readSib(out);
    if (mod === 0) {
      if (base === Word.ebp) {
        out.displacement = this.#doubleword();
        return;
      }
    } else out.displacement = mod === 1 ? this.#signedByte() : this.#doubleword();
    out.base = base;
    if (base === Word.ebp) out.segment = Segment.ss;
    else if (base === Word.esp) {
      out.segment = Segment.ss;
      // The address is formed with the stack pointer that the pop has moved.
      if (layout & Layout.pop) out.displacement = (out.displacement + (this.#shape & Shape.operand16 ? 2 : 4)) | 0;
    }
  }

  /** Gives the base field. */
  #readSib(out: Instruction): number {
    const sib = this.#byte();
    const index = (sib >> 3) & 7;
    if (index !== Word.esp) {
      out.index = index;
      out.scale = sib >> 6;
    }
    return sib & 7;
  }

  /** The address of string instructions is known to their lifters; XLAT adds AL to what is here. */
  #setImpliedAddress(layout: number, out: Instruction): void {
    if (layout & Layout.table) out.base = Word.ebx;
    if (layout & Layout.string && this.#variant >= Variant.repeat) {
      this.#shape |= this.#variant === Variant.repeat ? Shape.repeat : Shape.repeatNot;
    }
  }

  #setSegment(layout: number, key: number, out: Instruction): void {
    if (layout & Layout.destinationString) out.segment = Segment.es;
    else if (this.#override >= 0) out.segment = this.#override;
    // Code segments cannot be written, however flat.
    const isFlat = key & Key.flat && out.segment < Segment.fs && out.segment !== Segment.cs;
    if (!isFlat) this.#shape |= Shape.segmented;
  }

  #readTrailer(trailer: number, out: Instruction): void {
    switch (trailer) {
      case Trailer.none:
        return;
      case Trailer.byte:
        out.immediate = this.#byte();
        return;
      case Trailer.signedByte:
      case Trailer.relativeByte:
        out.immediate = this.#signedByte();
        return;
      case Trailer.word:
        out.immediate = this.#word();
        return;
      case Trailer.full:
      case Trailer.relativeFull:
        out.immediate = this.#bySize(Shape.operand16);
        return;
      case Trailer.wordAndByte:
        out.immediate = this.#word();
        out.immediate2 = this.#byte();
        return;
      case Trailer.farPointer:
        out.immediate = this.#bySize(Shape.operand16);
        out.immediate2 = this.#word();
        return;
      case Trailer.offset:
        out.displacement = this.#bySize(Shape.address16);
    }
  }

  #bySize(bit: number): number {
    return this.#shape & bit ? this.#word() : this.#doubleword();
  }

  #applyLock(form: number, layout: number): number {
    if (!(layout & Layout.lock) || this.#shape & Shape.register) return INVALID_FORM;
    this.#shape |= Shape.lock;
    return form;
  }

  #refuse(out: Instruction, form: number): void {
    out.form = forms[form]!;
    out.shape = 0;
  }

  #finish(form: number, out: Instruction): void {
    out.form = forms[form]!;
    out.shape = this.#shape;
    const trailer = layouts[form]! >>> TRAILER_SHIFT;
    if (trailer < Trailer.relativeByte) return;
    const target = (out.nextEip + out.immediate) | 0;
    out.target = this.#shape & Shape.operand16 ? target & 0xffff : target;
    out.immediate = 0;
  }
}

/** A decoder for a CPU with these features. */
export function createDecoder(features: FeatureSet): Decode {
  const decoder = new Decoder(makeLookup(features));
  return (code, start, end, eip, key, out) => decoder.decode(code, start, end, eip, key, out);
}

/** Knows every form of the table. */
export const decode: Decode = createDecoder({ has: () => true });
