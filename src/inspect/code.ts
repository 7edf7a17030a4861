import { type EmitOptions, usualOptions } from '../../translator/emit/context.ts';
import { hex } from '../../translator/emit/names.ts';
import type { Assumptions } from '../../translator/opt/assumptions.ts';
import { type CodeSource, flatSegment, type RegionLimits } from '../../translator/region/select.ts';
import { decode } from '../../translator/x86/decode.ts';
import { Instruction } from '../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import { ConfigurationError } from '../util/errors.ts';

/** Guest code to look at: where it is, and all that its translation depends on. */
export interface Code {
  readonly source: CodeSource;
  /** EIPs by which it is entered, its first instruction first, and after its last byte where that is known. */
  readonly entries: readonly number[];
  readonly end: number | null;
  readonly limits: RegionLimits;
  /** Absent: the usual ones. */
  readonly assumptions?: Assumptions;
  readonly options: EmitOptions;
  /** Name of the function; absent: it is named by its address. */
  readonly name?: string;
  /** A name for an address, such as `memcpy+4`. */
  readonly symbol?: (address: number) => string | undefined;
}

/** Enough for a whole function. */
const wholeFunction: RegionLimits = { blocks: 1000, instructions: 10_000 };

/** Code of which there are only the bytes. What is after them doesn't decode. Its segment is taken to begin at 0. */
export function bareCode(bytes: Uint8Array, address: number, key: number): Code {
  const before = address & 0xfff;
  const page = new Uint8Array(before + bytes.length);
  page.set(bytes, before);
  const source: CodeSource = {
    code: page,
    start: 0,
    eip: address - before,
    key,
    segment: flatSegment,
    decode: (code, start, end, eip, state, out) => decode(code, start, Math.min(end, page.length), eip, state, out),
  };
  const end = (address + bytes.length) | 0;
  return { source, entries: [address | 0], end, limits: wholeFunction, options: usualOptions };
}

/**
 * Bytes from text such as `8b 44 24 04`, `0x90,0x90` or `8b442404`.
 * @throws ConfigurationError if it is something else
 */
export function bytesOfHex(text: string): Uint8Array {
  const digits = text.replace(/0x|\\x|[\s,]/gi, '');
  if (digits === '') throw new ConfigurationError('there are no bytes');
  const strange = /[^0-9a-f]/i.exec(digits);
  if (strange) throw new ConfigurationError(`'${strange[0]}' is not a hexadecimal digit`);
  if (digits.length % 2 !== 0)
    throw new ConfigurationError(`${digits.length} hexadecimal digits are not a whole number of bytes`);
  return Uint8Array.from(digits.match(/../g)!, (byte) => Number.parseInt(byte, 16));
}

/** The mistake of giving bytes that are no instruction, or not all of one. */
export function undecodable(source: CodeSource, eip: number): ConfigurationError {
  const { code } = source;
  const start = source.start + ((eip - source.eip) | 0);
  const shown = Array.from(code.subarray(start, start + 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  if (shown !== '' && decodeAt(source, eip, code.length) === null)
    return new ConfigurationError(`the instruction at ${hex(eip)} is incomplete: ${shown}`);
  return new ConfigurationError(`the bytes at ${hex(eip)} don't decode here: ${shown || 'none are left'}`);
}

/** The instruction at an address, INVALID_FORM for what is none; null if the bytes (up to `end`) end before it does. */
export function decodeAt(source: CodeSource, eip: number, end: number): Instruction | null {
  const i = new Instruction(forms[INVALID_FORM]);
  const start = source.start + ((eip - source.eip) | 0);
  return (source.decode ?? decode)(source.code, start, end, eip, source.key, i) === 0 ? null : i;
}
