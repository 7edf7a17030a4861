import { dependsOnPlace, type EncodeRequest, encode } from '../../../translator/x86/encode.ts';
import type { EncoderOperand } from '../../../translator/x86/encode-operand.ts';
import { encodeUtf8 } from '../load/text.ts';
import type { Cursor } from './cursor.ts';
import { readInteger, readNumber, type Scope } from './expression.ts';
import type { AssembleOptions, Assembly } from './index.ts';
import { SyntaxFault } from './lexer.ts';
import { completeOperands, prefixWords, sizeWords, tableMnemonic, waitingMnemonic } from './mnemonics.ts';
import { readOperand } from './operand.ts';

const dataBytes: ReadonlyMap<string, number> = new Map([
  ['db', 1],
  ['dw', 2],
  ['dd', 4],
  ['dq', 8],
]);
const reservedBytes: ReadonlyMap<string, number> = new Map([
  ['resb', 1],
  ['resw', 2],
  ['resd', 4],
]);
const NOP = 0x90;

/**
 * One pass over the text. A name that is not yet known has, in the first pass only, the address of the line itself;
 * later passes take names from the pass before. Instructions never get shorter from pass to pass, so passes settle.
 */
export class Pass implements Scope {
  readonly symbols: Map<string, bigint>;
  origin: bigint;
  here = 0n;
  #bits: 16 | 32;
  readonly #output: number[] = [];
  readonly #before: Pass | undefined;
  readonly #defined = new Set<string>();
  /** Encodings of all requests, in all passes. */
  readonly #encodings: Map<string, Uint8Array>;
  /** Length of the longest instruction of a line. */
  readonly #lengths = new Map<number, number>();
  #global = '';
  /** Whether the line named what is not known yet. */
  #isGuessing = false;
  readonly #directives: ReadonlyMap<string, (cursor: Cursor, line: number) => void> = new Map([
    ['org', (cursor) => this.#setOrigin(readInteger(cursor, this))],
    ['bits', (cursor) => this.#setBits(readNumber(cursor, this))],
    ['align', (cursor) => this.#align(readNumber(cursor, this))],
    ['times', (cursor, line) => this.#repeat(readNumber(cursor, this), cursor, line)],
  ]);

  constructor({ origin = 0, bits = 32, symbols = {} }: AssembleOptions, before?: Pass) {
    this.origin = BigInt(origin);
    this.#bits = bits;
    this.#before = before;
    this.#encodings = before ? before.#encodings : new Map();
    this.symbols = new Map(Object.entries(symbols).map(([name, value]) => [name, BigInt(value)]));
  }

  result(): Assembly {
    const symbols = new Map([...this.symbols].map(([name, value]) => [name, Number(value)]));
    return { bytes: Uint8Array.from(this.#output), origin: Number(this.origin), symbols };
  }

  /** Whether names and lengths came out as in another pass. */
  agreesWith(other: Pass): boolean {
    const same = [...this.symbols].every(([name, value]) => other.symbols.get(name) === value);
    return same && this.#output.length === other.#output.length;
  }

  lookup(name: string): bigint {
    const full = this.#fullName(name);
    const value = this.symbols.get(full) ?? this.#before?.symbols.get(full);
    if (value === undefined && this.#before !== undefined) throw new SyntaxFault(`${name} is not defined`);
    if (value === undefined) this.#isGuessing = true;
    return value ?? this.here;
  }

  line(number: number, cursor: Cursor): void {
    this.#isGuessing = false;
    this.#markPlace();
    if (this.#readLabel(cursor)) this.#markPlace();
    this.#statement(number, cursor);
  }

  #markPlace(): void {
    this.here = this.origin + BigInt(this.#output.length);
  }

  #fullName(name: string): string {
    return name.startsWith('.') ? this.#global + name : name;
  }

  /** `name:`, `name equ value`, or `name` before data. */
  #readLabel(cursor: Cursor): boolean {
    const token = cursor.peek();
    const after = cursor.peek(1);
    if (token?.kind !== 'name') return false;
    const isEqu = cursor.peekWord(1) === 'equ';
    const isColon = after?.kind === 'symbol' && after.text === ':';
    if (!isEqu && !isColon && !isData(cursor.peekWord(1))) return false;
    cursor.position += isEqu || isColon ? 2 : 1;
    this.#define(token.text, isEqu ? readInteger(cursor, this) : this.here);
    return true;
  }

  #define(name: string, value: bigint): void {
    const full = this.#fullName(name);
    if (this.#defined.has(full)) throw new SyntaxFault(`${name} is defined twice`);
    this.#defined.add(full);
    this.symbols.set(full, value);
    if (!name.startsWith('.')) this.#global = name;
  }

  #statement(line: number, cursor: Cursor): void {
    if (cursor.atEnd) return;
    const directive = cursor.takeWord(this.#directives);
    const data = cursor.takeWord(dataBytes);
    const reserved = cursor.takeWord(reservedBytes);
    if (directive !== undefined) directive(cursor, line);
    else if (data !== undefined) this.#data(data, cursor);
    else if (reserved !== undefined) this.#reserve(reserved * readNumber(cursor, this));
    else this.#instruction(line, cursor);
    cursor.expectEnd();
  }

  #setOrigin(origin: bigint): void {
    if (this.#output.length > 0) throw new SyntaxFault('org stands before the first byte');
    this.origin = origin;
  }

  #setBits(bits: number): void {
    if (bits !== 16 && bits !== 32) throw new SyntaxFault('bits is 16 or 32');
    this.#bits = bits;
  }

  #align(boundary: number): void {
    if (!(boundary > 0)) throw new SyntaxFault('align needs a number above 0');
    this.#fill((boundary - (this.#output.length % boundary)) % boundary, NOP);
  }

  #fill(count: number, byte: number): void {
    for (let n = 0; n < count; n++) this.#output.push(byte);
  }

  #reserve(count: number): void {
    // Before addresses are known the count can be anything.
    if (count < 0 && this.#before !== undefined) throw new SyntaxFault(`${count} bytes cannot be reserved`);
    this.#fill(count, 0);
  }

  #repeat(count: number, cursor: Cursor, line: number): void {
    // Before addresses are known the count can be anything.
    if (count < 0 && this.#before !== undefined) throw new SyntaxFault(`times ${count}: the count is negative`);
    const start = cursor.position;
    for (let n = 0; n < count; n++) {
      cursor.position = start;
      this.#statement(line, cursor);
    }
    if (count <= 0) while (!cursor.atEnd) cursor.next();
  }

  #data(bytes: number, cursor: Cursor): void {
    do {
      const token = cursor.peek();
      if (token?.kind === 'string' && (bytes === 1 || token.text.length > 8)) {
        cursor.next();
        this.#text(token.text, bytes);
      } else {
        this.#integer(readInteger(cursor, this), bytes);
      }
    } while (cursor.skipSymbol(','));
  }

  /** A string in UTF-8, filled up with zeros to whole units. */
  #text(text: string, bytes: number): void {
    this.#output.push(...encodeUtf8(text));
    const length = encodeUtf8(text).length;
    this.#fill((bytes - (length % bytes)) % bytes, 0);
  }

  #integer(value: bigint, bytes: number): void {
    for (let n = 0; n < bytes; n++) this.#output.push(Number((value >> BigInt(8 * n)) & 0xffn));
  }

  #instruction(line: number, cursor: Cursor): void {
    const prefixes: number[] = [];
    const sizes: { operandBytes?: 2 | 4; addressBytes?: 2 | 4 } = {};
    this.#readPrefixes(cursor, prefixes, sizes);
    if (cursor.atEnd) {
      this.#output.push(...prefixes);
      return;
    }
    const { mnemonic, before } = readMnemonic(cursor);
    const operands = completeOperands(mnemonic, this.#readOperands(cursor));
    const eip = Number(this.origin) + this.#output.length + before.length;
    const atLeast = this.#before ? (this.#before.#lengths.get(line) ?? 0) : 0;
    const encoded = this.#encode({ mnemonic, operands, bits: this.#bits, eip, prefixes, atLeast, ...sizes });
    this.#lengths.set(line, Math.max(this.#lengths.get(line) ?? 0, encoded.length));
    this.#output.push(...before, ...encoded);
  }

  /** Before addresses are known a number may be too large for the instruction: the next pass sees what it really is. */
  #encode(request: EncodeRequest): Uint8Array {
    const key = JSON.stringify(dependsOnPlace(request.mnemonic) ? request : { ...request, eip: 0 });
    try {
      const encoded = this.#encodings.get(key) ?? encode(request);
      this.#encodings.set(key, encoded);
      return encoded;
    } catch (error) {
      if (!this.#isGuessing) throw error;
      return new Uint8Array(0);
    }
  }

  #readPrefixes(cursor: Cursor, prefixes: number[], sizes: object): void {
    for (;;) {
      const prefix = cursor.takeWord(prefixWords);
      const size = cursor.takeWord(sizeWords);
      if (prefix !== undefined) prefixes.push(prefix);
      if (size !== undefined) Object.assign(sizes, size);
      if (prefix === undefined && size === undefined) return;
    }
  }

  #readOperands(cursor: Cursor): EncoderOperand[] {
    const operands: EncoderOperand[] = [];
    if (cursor.atEnd) return operands;
    do operands.push(readOperand(cursor, this, this.#bits));
    while (cursor.skipSymbol(','));
    return operands;
  }
}

function isData(word: string | undefined): boolean {
  return word !== undefined && (dataBytes.has(word) || reservedBytes.has(word));
}

function readMnemonic(cursor: Cursor): { mnemonic: string; before: number[] } {
  const token = cursor.next();
  if (token.kind !== 'name') throw new SyntaxFault('an instruction expected');
  const mnemonic = tableMnemonic(token.text);
  const found = mnemonic ? { mnemonic, before: [] } : waitingMnemonic(token.text);
  if (found === undefined) throw new SyntaxFault(`there is no instruction ${token.text}`);
  return found;
}
