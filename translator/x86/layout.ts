import { encodings } from './lookup.ts';
import type { Form, OperandKind } from './table/form.ts';
import { forms } from './table/index.ts';

/** Facts about a form that the decoder asks for, as bits. */
export const Layout = {
  modrm: 1 << 0,
  /** ModR/M names a register whatever its mod field says. */
  registerOnly: 1 << 1,
  /** The E or Z operand, and the G operand, is a byte: register numbers 4-7 are AH CH DH BH. */
  rmByte: 1 << 2,
  regByte: 1 << 3,
  /** The opcode's low bits name the register. */
  opcodeRegister: 1 << 4,
  /** Memory is accessed: by ModR/M, or by what follows. */
  memory: 1 << 5,
  /** Only ES:EDI is accessed. */
  destinationString: 1 << 6,
  /** The address is EBX + AL. */
  table: 1 << 7,
  /** REP and REPNE mean something. */
  string: 1 << 8,
  lock: 1 << 9,
  /** POP Ev: an address by ESP is formed after the pop. */
  pop: 1 << 10,
  x87: 1 << 11,
  /** Memory at DS:EDI is accessed, besides what ModR/M names. */
  maskedStore: 1 << 12,
} as const;

/** Layout bits from here up: what follows the opcode or ModR/M, see `Trailer`. */
export const TRAILER_SHIFT = 16;

/** The bytes after the opcode or the address. */
export const Trailer = {
  none: 0,
  byte: 1,
  signedByte: 2,
  word: 3,
  /** Word or doubleword by operand size. */
  full: 4,
  /** A word, then a byte. */
  wordAndByte: 5,
  farPointer: 6,
  /** An offset, by address size. */
  offset: 7,
  relativeByte: 8,
  relativeFull: 9,
} as const;

const trailers: Record<string, number> = {
  Ib: Trailer.byte,
  Ibs: Trailer.signedByte,
  Iw: Trailer.word,
  Iz: Trailer.full,
  Ap: Trailer.farPointer,
  Ob: Trailer.offset,
  Ov: Trailer.offset,
  Jb: Trailer.relativeByte,
  Jz: Trailer.relativeFull,
};

function trailerOf(operands: readonly OperandKind[]): number {
  const found = operands.filter((kind) => kind in trailers);
  if (found.length > 1) return Trailer.wordAndByte;
  return found.length ? trailers[found[0]!]! : Trailer.none;
}

const operandBits: Record<string, number> = {
  Eb: Layout.rmByte,
  Gb: Layout.regByte,
  Zb: Layout.opcodeRegister | Layout.rmByte,
  Zv: Layout.opcodeRegister,
  Rd: Layout.registerOnly,
  Bb: Layout.table,
  Bdi: Layout.maskedStore,
};
/** A letter and a size: with no size (LEA) nothing is accessed, and ES is a register. */
const memoryKind = /^[EMWQXYOB][a-z]/;
const stringKind = /^[XY][a-z]/;

function bitsOf(kind: OperandKind): number {
  const accesses = memoryKind.test(kind) ? Layout.memory : 0;
  const string = stringKind.test(kind) ? Layout.string : 0;
  return (operandBits[kind] ?? 0) | accesses | string;
}

function layoutOf(form: Form): number {
  let bits = trailerOf(form.operands) << TRAILER_SHIFT;
  for (const kind of form.operands) bits |= bitsOf(kind);
  if (encodings[form.id]?.modrm.length) bits |= Layout.modrm;
  const strings = form.operands.filter((kind) => stringKind.test(kind)).join('');
  if (strings.startsWith('Y') && strings.length === 2) bits |= Layout.destinationString;
  if (form.lock) bits |= Layout.lock;
  if (form.encoding === '8F /0') bits |= Layout.pop;
  if (form.encoding.startsWith('D') && form.feature !== 'base') bits |= Layout.x87;
  return bits;
}

/** Layout bits of each form, by id. */
export const layouts: Uint32Array = Uint32Array.from(forms, layoutOf);
