import { Key } from '../abi/key.ts';
import { decode, MAX_LENGTH } from './decode.ts';
import { Instruction } from './instruction.ts';
import { Layout, layouts, TRAILER_SHIFT, Trailer } from './layout.ts';
import { encodings } from './lookup.ts';
import { type Encoding, opcodeBytes } from './table/encoding.ts';
import type { Form } from './table/form.ts';
import { forms, INVALID_FORM } from './table/index.ts';

/** Numbers from 0 (included) to 1. */
export type Random = () => number;

/** The sizes that hold for one instruction. */
interface Sizes {
  readonly operandBytes: 2 | 4;
  readonly addressBytes: 2 | 4;
}

const OPERAND_SIZE = 0x66;
const ADDRESS_SIZE = 0x67;
const LOCK = 0xf0;
const REPEAT_NOT = 0xf2;
const REPEAT = 0xf3;
const SEGMENTS = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
/** Bytes at which carries, signs and widths change. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0x81, 0xff];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

function shuffle<T>(random: Random, items: T[]): T[] {
  for (let n = items.length - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1));
    [items[n], items[other]] = [items[other]!, items[n]!];
  }
  return items;
}

/** A number of some bytes: random, or an edge of one byte, sign-extended, or one such as 80000000h and 7FFFFFFFh. */
function randomBytes(random: Random, count: number): number[] {
  if (random() < 0.5) return Array.from({ length: count }, () => Math.floor(random() * 256));
  const edge = pick(random, EDGES);
  const small = random() < 0.5;
  const negative = small ? edge >= 0x80 : random() < 0.5;
  const bytes = new Array<number>(count).fill(negative ? 0xff : 0);
  bytes[small ? 0 : count - 1] = edge;
  return bytes;
}

/** Whether 66 changes the operand size and nothing else. */
const isSized = ({ prefix }: Encoding): boolean => prefix === 'any' || prefix === 'unrepeated';

/** Prefixes that mean something to the form, each now and then, in any order. */
function randomPrefixes(random: Random, encoding: Encoding, layout: number): number[] {
  const prefixes: number[] = typeof encoding.prefix === 'number' ? [encoding.prefix] : [];
  const addresses = layout & (Layout.memory | Layout.modrm) || layout >>> TRAILER_SHIFT === Trailer.relativeByte;
  if (isSized(encoding) && random() < 0.25) prefixes.push(OPERAND_SIZE);
  if (addresses && random() < 0.2) prefixes.push(ADDRESS_SIZE);
  if (layout & Layout.memory && random() < 0.2) prefixes.push(pick(random, SEGMENTS));
  if (layout & Layout.lock && random() < 0.2) prefixes.push(LOCK);
  if (layout & Layout.string && random() < 0.5) prefixes.push(random() < 0.5 ? REPEAT : REPEAT_NOT);
  return shuffle(random, prefixes);
}

function sizesOf(prefixes: readonly number[], key: number): Sizes {
  const code32 = (key & Key.code32) !== 0;
  return {
    operandBytes: code32 === prefixes.includes(OPERAND_SIZE) ? 2 : 4,
    addressBytes: code32 === prefixes.includes(ADDRESS_SIZE) ? 2 : 4,
  };
}

/** SIB byte and displacement that belong to a ModR/M byte (Intel SDM vol. 2, tables 2-1 to 2-3). */
function randomAddress(random: Random, modrm: number, { addressBytes }: Sizes): number[] {
  const mod = modrm >> 6;
  const rm = modrm & 7;
  const sib = addressBytes === 4 && rm === 4 ? [Math.floor(random() * 256)] : [];
  const base = sib.length ? sib[0]! & 7 : rm;
  const absolute = mod === 0 && base === (addressBytes === 4 ? 5 : 6);
  const length = absolute || mod === 2 ? addressBytes : mod;
  return [...sib, ...randomBytes(random, length)];
}

/** One of the form's ModR/M bytes; those with a SIB byte, which are few, more often than by chance. */
function randomModrm(random: Random, modrm: readonly number[]): number {
  const withSib = random() < 0.25 ? modrm.filter((byte) => byte < 0xc0 && (byte & 7) === 4) : [];
  return pick(random, withSib.length ? withSib : modrm);
}

function trailerLength(trailer: number, { operandBytes, addressBytes }: Sizes): number {
  switch (trailer) {
    case Trailer.byte:
    case Trailer.signedByte:
    case Trailer.relativeByte:
      return 1;
    case Trailer.word:
      return 2;
    case Trailer.wordAndByte:
      return 3;
    case Trailer.full:
    case Trailer.relativeFull:
      return operandBytes;
    case Trailer.farPointer:
      return operandBytes + 2;
    case Trailer.offset:
      return addressBytes;
    default:
      return 0;
  }
}

function attempt(random: Random, encoding: Encoding, layout: number, key: number): number[] {
  const prefixes = randomPrefixes(random, encoding, layout);
  const sizes = sizesOf(prefixes, key);
  const opcode = encoding.opcode + Math.floor(random() * encoding.opcodeCount);
  const bytes = [...prefixes, ...opcodeBytes(opcode)];
  if (layout & Layout.modrm) {
    const modrm = randomModrm(random, encoding.modrm);
    bytes.push(modrm);
    if (modrm < 0xc0 && !(layout & Layout.registerOnly)) bytes.push(...randomAddress(random, modrm, sizes));
  }
  bytes.push(...randomBytes(random, trailerLength(layout >>> TRAILER_SHIFT, sizes)));
  return bytes;
}

/**
 * A valid encoding of the form, with random operands and, where they mean something, prefixes, for code of the mode
 * that `key` says. Of the special forms: an opcode that no form has, and one prefix too many.
 */
export function generate(form: Form, random: Random, key: number): Uint8Array {
  const encoding = encodings[form.id];
  if (!encoding) {
    return form.id === INVALID_FORM ? Uint8Array.of(0x0f, 0x04) : new Uint8Array(MAX_LENGTH + 1).fill(SEGMENTS[0]!);
  }
  const instruction = new Instruction(forms[INVALID_FORM]!);
  for (;;) {
    // Another form may take some of these encodings (PAUSE those of NOP), or not allow a prefix (LOCK with a register).
    const bytes = Uint8Array.from(attempt(random, encoding, layouts[form.id]!, key));
    const length = decode(bytes, 0, bytes.length, 0, key, instruction);
    if (length === bytes.length && instruction.form.id === form.id) return bytes;
  }
}
