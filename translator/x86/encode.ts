import { type AddressFields, encodeAddresses, littleEndian } from './encode-address.ts';
import { EncodeError, type EncoderOperand, type RegisterFile } from './encode-operand.ts';
import { encodings } from './lookup.ts';
import { type Encoding, opcodeBytes } from './table/encoding.ts';
import type { Form } from './table/form.ts';
import { forms } from './table/index.ts';

/** The encoder: from a mnemonic and operands to bytes, by the rows of the instruction table. */

export interface EncodeRequest {
  /** In capitals, as in the table. PUSHF, POPF, PUSHA, POPA and IRET take the default size, with W or D that one. */
  readonly mnemonic: string;
  readonly operands: readonly EncoderOperand[];
  readonly bits: 16 | 32;
  /** EIP of the first byte. */
  readonly eip: number;
  /** Prefixes put first: LOCK, REP, segment overrides. */
  readonly prefixes?: readonly number[];
  /** Sizes that were asked for by prefix. */
  readonly operandBytes?: 2 | 4 | undefined;
  readonly addressBytes?: 2 | 4 | undefined;
  /** Shorter encodings are passed over if there is a longer one: lets the passes of an assembler settle. */
  readonly atLeast?: number;
}

/** Instructions whose operands may change places. */
const commutative: ReadonlySet<string> = new Set(['XCHG', 'TEST']);

/**
 * The shortest encoding of an instruction; the first row of the table where several are equally short.
 * @throws EncodeError if no row takes the operands, or the size of a memory operand cannot be told
 */
export function encode(request: EncodeRequest): Uint8Array {
  const { mnemonic, operands, atLeast = 0 } = request;
  const orders = commutative.has(mnemonic) ? [operands, operands.toReversed()] : [operands];
  const rows = rowsByName.get(mnemonic) ?? [];
  const candidates = rows.flatMap((row) => orders.flatMap((order) => encodeRow(row, order, request)));
  if (candidates.length === 0) throw new EncodeError(`${mnemonic} does not take these operands`);
  if (new Set(candidates.map(({ accessed }) => accessed)).size > 1) {
    throw new EncodeError(`the size of the memory operand of ${mnemonic} is not known`);
  }
  const texts = candidates.flatMap(({ encoded }) => encoded);
  const long = texts.filter((bytes) => bytes.length >= atLeast);
  const shortest = (long.length > 0 ? long : texts).reduce((best, next) => (next.length < best.length ? next : best));
  return Uint8Array.from(shortest);
}

export const knowsMnemonic = (mnemonic: string): boolean => rowsByName.has(mnemonic);

/** Whether an instruction may have a relative target: its encoding follows from where it stands. */
export const dependsOnPlace = (mnemonic: string): boolean =>
  rowsByName.get(mnemonic)?.some(({ form }) => form.operands.some((kind) => kind[0] === 'J')) ?? false;

// The table, by name.

interface Row {
  readonly name: string;
  readonly form: Form;
  readonly encoding: Encoding;
  /** Sizes that the name stands for, if it tells one. */
  readonly operandBytes?: 2 | 4;
  readonly addressBytes?: 2 | 4;
}

const rowsByName: ReadonlyMap<string, Row[]> = Map.groupBy(forms.flatMap(rowsOf), ({ name }) => name);

/** A form under each of its names. */
function rowsOf(form: Form): Row[] {
  const encoding = encodings[form.id];
  if (encoding === undefined) return [];
  const { mnemonic, mnemonic16, operands } = form;
  if (mnemonic === mnemonic16) return [{ name: mnemonic, form, encoding }];
  // Of JCXZ and JECXZ the name tells the size of the address.
  const sized = (bytes: 2 | 4) => (operands[0] === 'Jb' ? { addressBytes: bytes } : { operandBytes: bytes });
  const wide: Row = { name: mnemonic, form, encoding, ...sized(4) };
  // PUSHF is both the 16-bit name and, for an assembler, the one that leaves the size open.
  const isOpen = mnemonic === `${mnemonic16}D`;
  const narrow: Row = { name: isOpen ? `${mnemonic16}W` : mnemonic16, form, encoding, ...sized(2) };
  return isOpen ? [wide, { name: mnemonic16, form, encoding }, narrow] : [wide, narrow];
}

// Operands.

/** The fields of the encoding that an operand gives. */
interface Fields extends AddressFields {
  readonly opcodeRegister?: number;
  /** Bytes after ModR/M. */
  readonly tail?: readonly number[];
  readonly relative?: { readonly target: number; readonly bytes: number };
  /** The operand tells its size itself. */
  readonly sized?: boolean;
}

/** Matches an operand against a kind; `sizes` are those that the kind takes, undefined for any. */
type Matcher = (operand: EncoderOperand, sizes: readonly number[] | undefined) => Fields | undefined;

const takes = (sizes: readonly number[] | undefined, bytes: number | undefined): boolean =>
  sizes === undefined || bytes === undefined || sizes.includes(bytes);

const register =
  (file: RegisterFile, field: 'rm' | 'reg' | 'opcodeRegister'): Matcher =>
  (operand, sizes) =>
    operand.kind === 'register' && operand.file === file && takes(sizes, operand.bytes)
      ? { [field]: operand.number, sized: true }
      : undefined;

const memory: Matcher = (operand, sizes) =>
  operand.kind === 'memory' && takes(sizes, operand.bytes)
    ? { memory: operand, sized: operand.bytes !== undefined }
    : undefined;

const offset: Matcher = (operand, sizes) => {
  const fields = memory(operand, sizes);
  const place = fields?.memory;
  if (place === undefined || place.base !== undefined || place.index !== undefined) return undefined;
  return { ...fields, tail: littleEndian(place.displacement, place.addressBytes) };
};

const relative: Matcher = (operand, sizes) =>
  operand.kind === 'immediate' && takes(sizes, operand.bytes)
    ? { relative: { target: operand.value, bytes: sizes![0]! }, sized: operand.bytes !== undefined }
    : undefined;

const farPointer: Matcher = (operand, sizes) =>
  operand.kind === 'far' && takes(sizes, operand.bytes)
    ? {
        tail: [...littleEndian(operand.offset, sizes![0]!), ...littleEndian(operand.selector, 2)],
        sized: operand.bytes !== undefined,
      }
    : undefined;

const immediate: Matcher = (operand, sizes) => {
  const bytes = sizes![0]!;
  if (operand.kind !== 'immediate' || !takes(sizes, operand.bytes) || !fits(operand.value, bytes)) return undefined;
  return { tail: littleEndian(operand.value, bytes), sized: operand.bytes !== undefined };
};

/** An MMX or XMM register: the size of the operand is that of memory. */
const vector = (file: 'mmx' | 'xmm', field: 'rm' | 'reg'): Matcher => {
  const match = register(file, field);
  return (operand) => match(operand, undefined);
};
const registerOrMemory =
  (match: Matcher): Matcher =>
  (operand, sizes) =>
    match(operand, sizes) ?? memory(operand, sizes);

const matchers: Record<string, Matcher> = {
  E: registerOrMemory(register('general', 'rm')),
  V: vector('xmm', 'reg'),
  W: registerOrMemory(vector('xmm', 'rm')),
  U: vector('xmm', 'rm'),
  P: vector('mmx', 'reg'),
  Q: registerOrMemory(vector('mmx', 'rm')),
  N: vector('mmx', 'rm'),
  M: memory,
  R: register('general', 'rm'),
  G: register('general', 'reg'),
  Z: register('general', 'opcodeRegister'),
  S: register('segment', 'reg'),
  C: register('control', 'reg'),
  D: register('debug', 'reg'),
  STi: register('x87', 'rm'),
  I: immediate,
  J: relative,
  O: offset,
  A: farPointer,
};

/** A byte that the processor extends to the operand size. */
function signedByte(operand: EncoderOperand, operandBytes: number): Fields | undefined {
  if (operand.kind !== 'immediate' || !fits(operand.value, operandBytes)) return undefined;
  const shift = 32 - operandBytes * 8;
  const value = (operand.value << shift) >> shift;
  const asked = operand.bytes === undefined || operand.bytes === 1 || operand.bytes === operandBytes;
  if (!asked || value !== (value << 24) >> 24) return undefined;
  return { tail: [value & 0xff], sized: operand.bytes === operandBytes };
}

const fixedRegisters: Record<
  string,
  { readonly file: RegisterFile; readonly number: number; readonly bytes?: number }
> = {
  AL: { file: 'general', number: 0, bytes: 1 },
  AX: { file: 'general', number: 0, bytes: 2 },
  eAX: { file: 'general', number: 0 },
  CL: { file: 'general', number: 1, bytes: 1 },
  DX: { file: 'general', number: 2, bytes: 2 },
  ES: { file: 'segment', number: 0 },
  CS: { file: 'segment', number: 1 },
  SS: { file: 'segment', number: 2 },
  DS: { file: 'segment', number: 3 },
  FS: { file: 'segment', number: 4 },
  GS: { file: 'segment', number: 5 },
  ST0: { file: 'x87', number: 0 },
};

/** A register or number that the form itself names. */
function fixed(kind: string, operand: EncoderOperand, operandBytes: number): Fields | undefined {
  if (operand.kind === 'immediate') return kind === '1' && operand.value === 1 ? {} : undefined;
  const wanted = fixedRegisters[kind];
  if (operand.kind !== 'register' || operand.file !== wanted?.file || operand.number !== wanted.number)
    return undefined;
  const bytes = kind === 'eAX' ? operandBytes : wanted.bytes;
  return bytes === undefined || bytes === operand.bytes ? { sized: kind === 'eAX' } : undefined;
}

function matchOperand(kind: string, operand: EncoderOperand, operandBytes: number, form: Form): Fields | undefined {
  if (kind in fixedRegisters || kind === '1') return fixed(kind, operand, operandBytes);
  if (kind === 'Ibs') return signedByte(operand, operandBytes);
  if (operand.kind === 'memory' && operand.far && kind !== 'Mp') return undefined;
  // Without `far`, the operand of JMP and CALL is a near pointer.
  if (kind === 'Mp' && form.operands.length === 1 && operand.kind === 'memory' && !operand.far) return undefined;
  const matcher = matchers[kind] ?? matchers[kind[0]!];
  return matcher?.(operand, sizesOf(kind, operand, operandBytes, form));
}

const fixedSizes: Record<string, number> = {
  b: 1,
  w: 2,
  d: 4,
  q: 8,
  fs: 4,
  fd: 8,
  ft: 10,
  iw: 2,
  id: 4,
  iq: 8,
  bcd: 10,
  dq: 16,
  ps: 16,
  pd: 16,
  ss: 4,
  sd: 8,
};
/** Sizes of memory operands where a register would be read or written as a whole. */
const memorySizes: Record<string, number> = { wv: 2, dw: 2, db: 1 };

function sizesOf(kind: string, operand: EncoderOperand, operandBytes: number, form: Form): number[] | undefined {
  const size = kind.slice(1);
  const isRegister = operand.kind === 'register';
  if (size === 'v' || size === 'z' || kind === 'Ap' || (size === 'wv' && isRegister)) return [operandBytes];
  if (size in memorySizes) return [isRegister ? 4 : memorySizes[size]!];
  // `far dword` tells the size of the offset.
  if (kind === 'Mp' && operand.kind === 'memory' && operand.far) return [operandBytes];
  // A selector takes the lower half of any register, and so may the assembler's text name it.
  if (size === 'w' && isRegister && form.class === 'sensitive') return [2, 4];
  return size in fixedSizes && kind !== 'STi' ? [fixedSizes[size]!] : undefined;
}

const stringOperand = /^[XYB][bv]$/;
/** MASKMOVQ's address, which no text names. */
const impliedOperand = 'Bdi';
const operandSized = /^.(v|z|wv|bs)$|^Ap$|^eAX$|^Mp$/;

/** The operands that an assembler's text names: none of a string instruction, and of x87 not a leading ST0. */
function namedKinds({ operands }: Form, count: number): readonly string[] | undefined {
  const isString = operands.some((kind) => stringOperand.test(kind));
  const named = isString ? [] : operands.filter((kind) => kind !== impliedOperand);
  if (named.length === count) return named;
  const withoutTop = named.filter((kind) => kind !== 'ST0');
  return withoutTop.length === count ? withoutTop : undefined;
}

// Bytes.

/** The encodings of one row, and the size of the memory operand by the row where the text does not tell it. */
interface Candidate {
  readonly encoded: readonly number[][];
  readonly accessed: number | undefined;
}

function encodeRow(row: Row, operands: readonly EncoderOperand[], request: EncodeRequest): Candidate[] {
  const kinds = namedKinds(row.form, operands.length);
  if (kinds === undefined) return [];
  const defaultBytes = request.bits / 8;
  const asked = row.operandBytes ?? request.operandBytes;
  const dependsOnSize = kinds.some((kind) => operandSized.test(kind));
  const sizes = asked ? [asked] : dependsOnSize ? [defaultBytes, 6 - defaultBytes] : [defaultBytes];
  return sizes.flatMap((operandBytes) => {
    const matched = kinds.map((kind, n) => matchOperand(kind, operands[n]!, operandBytes, row.form));
    if (!matched.every((fields) => fields !== undefined)) return [];
    // Only what the text says leads away from the default size.
    if (operandBytes !== defaultBytes && !asked && !matched.some((fields) => fields.sized)) return [];
    const encoded = assembleRow(row, merge(matched), operandBytes, request);
    return encoded.length > 0 ? [{ encoded, accessed: accessedBytes(kinds, operands, operandBytes, row.form) }] : [];
  });
}

function merge(matched: readonly Fields[]): Fields {
  return { ...Object.assign({}, ...matched), tail: matched.flatMap(({ tail }) => tail ?? []) };
}

function accessedBytes(
  kinds: readonly string[],
  operands: readonly EncoderOperand[],
  operandBytes: number,
  form: Form,
): number | undefined {
  const at = operands.findIndex((operand) => operand.kind === 'memory' && operand.bytes === undefined);
  return at < 0 ? undefined : sizesOf(kinds[at]!, operands[at]!, operandBytes, form)?.[0];
}

const segmentPrefixes = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];

function assembleRow(row: Row, fields: Fields, operandBytes: number, request: EncodeRequest): number[][] {
  const { encoding } = row;
  const defaultBytes = request.bits / 8;
  const addressBytes = fields.memory?.addressBytes ?? row.addressBytes ?? request.addressBytes ?? defaultBytes;
  const head = [...(request.prefixes ?? [])];
  if (fields.memory?.segment !== undefined) head.push(segmentPrefixes[fields.memory.segment]!);
  if (operandBytes !== defaultBytes) head.push(0x66);
  if (addressBytes !== defaultBytes) head.push(0x67);
  if (typeof encoding.prefix === 'number') head.push(encoding.prefix);
  head.push(...opcodeBytes(encoding.opcode + (fields.opcodeRegister ?? 0)));
  return encodeAddresses(encoding, fields)
    .map((address) => [...head, ...address, ...(fields.tail ?? [])])
    .flatMap((bytes) => appendRelative(bytes, fields, request));
}

/** A relative displacement counts from the end of the instruction; in 16-bit code EIP wraps at 64 KB. */
function appendRelative(bytes: number[], { relative }: Fields, request: EncodeRequest): number[][] {
  if (relative === undefined) return [bytes];
  const distance = (relative.target - (request.eip + bytes.length + relative.bytes)) | 0;
  const wrapped = request.bits === 16 && relative.bytes < 4 ? (distance << 16) >> 16 : distance;
  const reaches = relative.bytes > 1 || wrapped === (wrapped << 24) >> 24;
  return reaches ? [[...bytes, ...littleEndian(wrapped, relative.bytes)]] : [];
}

/** Whether a number can be stored in so many bytes, signed or unsigned. */
function fits(value: number, bytes: number): boolean {
  return value >= -(2 ** (bytes * 8 - 1)) && value < 2 ** (bytes * 8);
}
