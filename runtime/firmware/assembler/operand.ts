import type { EncoderOperand, MemoryOperand } from '../../../translator/x86/encode-operand.ts';
import type { Cursor } from './cursor.ts';
import { type Linear, readLinear, readNumber, type Scope, type Term } from './expression.ts';
import { SyntaxFault } from './lexer.ts';
import { registers } from './registers.ts';

const sizes: ReadonlyMap<string, number> = new Map([
  ['byte', 1],
  ['word', 2],
  ['dword', 4],
  ['qword', 8],
  ['tword', 10],
  ['oword', 16],
]);

/** Words before an operand: its size, and what sort of jump it is the target of. */
interface Qualifiers {
  bytes: number | undefined;
  far: boolean;
}

const distances: ReadonlyMap<string, 'short' | 'near' | 'far' | 'strict'> = new Map([
  ['short', 'short'],
  ['near', 'near'],
  ['far', 'far'],
  ['strict', 'strict'],
]);

/** Reads one operand; `bits` is the code's default address size. */
export function readOperand(cursor: Cursor, scope: Scope, bits: 16 | 32): EncoderOperand {
  const { bytes, far } = readQualifiers(cursor, bits);
  if (cursor.skipSymbol('[')) return { ...readMemory(cursor, scope, bits), bytes, far };
  const register = cursor.takeWord(registers);
  if (register !== undefined) return register;
  const value = readNumber(cursor, scope);
  if (cursor.skipSymbol(':')) return { kind: 'far', selector: value, offset: readNumber(cursor, scope), bytes };
  return { kind: 'immediate', value, bytes };
}

function readQualifiers(cursor: Cursor, bits: 16 | 32): Qualifiers {
  const found: Qualifiers = { bytes: undefined, far: false };
  for (;;) {
    const bytes = cursor.takeWord(sizes);
    const distance = cursor.takeWord(distances);
    if (bytes === undefined && distance === undefined) return found;
    if (bytes !== undefined) found.bytes = bytes;
    if (distance === 'short') found.bytes = 1;
    if (distance === 'near') found.bytes ??= bits / 8;
    if (distance === 'far') found.far = true;
  }
}

type Address = Pick<MemoryOperand, 'kind' | 'addressBytes' | 'base' | 'index' | 'scale' | 'displacement' | 'segment'>;

/** Reads the address between brackets: `fs:ebx + ecx*4 + 8`. */
function readMemory(cursor: Cursor, scope: Scope, bits: 16 | 32): Address {
  const asked = cursor.takeWord(sizes);
  const segment = readSegment(cursor);
  const linear = readLinear(cursor, scope);
  cursor.expectSymbol(']');
  return { ...address(linear, asked ?? bits / 8), segment };
}

function readSegment(cursor: Cursor): number | undefined {
  const register = registers.get(cursor.peekWord() ?? '');
  const colon = cursor.peek(1);
  if (register?.file !== 'segment' || colon?.kind !== 'symbol' || colon.text !== ':') return undefined;
  cursor.position += 2;
  return register.number;
}

function address({ constant, terms }: Linear, defaultBytes: number): Address {
  const merged = mergeTerms(terms);
  const bytes = merged[0]?.register.bytes ?? defaultBytes;
  if (bytes !== 2 && bytes !== 4) throw new SyntaxFault('an address has 16 or 32 bits');
  if (merged.some(({ register }) => register.file !== 'general' || register.bytes !== bytes)) {
    throw new SyntaxFault('these registers cannot stand in one address');
  }
  return { kind: 'memory', addressBytes: bytes, displacement: Number(constant), ...baseAndIndex(merged) };
}

/** Adds up the factors of each register, in the order of their appearance. */
function mergeTerms(terms: readonly Term[]): Term[] {
  const merged = new Map<Term['register'], bigint>();
  for (const { register, factor } of terms) merged.set(register, (merged.get(register) ?? 0n) + factor);
  return [...merged].map(([register, factor]) => ({ register, factor })).filter(({ factor }) => factor !== 0n);
}

const ESP = 4;

function baseAndIndex(terms: readonly Term[]): Pick<Address, 'base' | 'index' | 'scale'> {
  if (terms.length > 2) throw new SyntaxFault('an address has a base and an index at most');
  const [only] = terms;
  if (only === undefined) return { scale: 0 };
  // 2, 3, 5 and 9 times a register: it is its own base, which saves a displacement.
  if (terms.length === 1)
    return isOwnBase(only.factor) ? indexed(only, only.factor - 1n, only) : indexed(only, only.factor);
  const base =
    terms.find(({ factor, register }) => factor === 1n && register.number === ESP) ??
    terms.find(({ factor }) => factor === 1n);
  const index = terms.find((term) => term !== base)!;
  if (base === undefined) throw new SyntaxFault('one register of an address must stand without a factor');
  return indexed(index, index.factor, base);
}

const isOwnBase = (factor: bigint): boolean => [2n, 3n, 5n, 9n].includes(factor);

function indexed({ register }: Term, factor: bigint, base?: Term): Pick<Address, 'base' | 'index' | 'scale'> {
  if (base === undefined && factor === 1n) return { base: register.number, scale: 0 };
  const scale = [1n, 2n, 4n, 8n].indexOf(factor);
  if (scale < 0) throw new SyntaxFault(`a register cannot be multiplied by ${factor}`);
  return { base: base?.register.number, index: register.number, scale };
}
