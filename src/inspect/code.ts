import type { EmitOptions } from '../../translator/emit/context.ts';
import { hex } from '../../translator/emit/names.ts';
import type { Checks } from '../../translator/opt/pipeline.ts';
import type { CodeSource, RegionLimits } from '../../translator/region/select.ts';
import { decode } from '../../translator/x86/decode.ts';
import { ConfigurationError } from '../errors.ts';

/** Guest code to look at: where it is, and all that its translation depends on. */
export interface Code {
  readonly source: CodeSource;
  /** EIP of its first instruction, and behind its last byte where that is known. */
  readonly entry: number;
  readonly end: number | null;
  readonly limits: RegionLimits;
  /** Absent: shared. */
  readonly checks?: Checks;
  readonly options: EmitOptions;
  /** A name for an address, such as `memcpy+4`. */
  readonly symbol?: (address: number) => string | undefined;
}

/** As a machine with 128 MB in host time has them. */
const usualOptions: EmitOptions = { suffix: '', memoryBytes: 128 << 20, pacing: 'poll' };

/** Enough for a whole function. */
const wholeFunction: RegionLimits = { blocks: 1000, instructions: 10_000 };

/** Code of which there are only the bytes. What is behind them doesn't decode. */
export function bareCode(bytes: Uint8Array, address: number, key: number): Code {
  const before = address & 0xfff;
  const page = new Uint8Array(before + bytes.length);
  page.set(bytes, before);
  const source: CodeSource = {
    code: page,
    start: 0,
    eip: address - before,
    key,
    decode: (code, start, end, eip, state, out) => decode(code, start, Math.min(end, page.length), eip, state, out),
  };
  const end = (address + bytes.length) | 0;
  return { source, entry: address | 0, end, limits: wholeFunction, options: usualOptions };
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

/** The mistake of giving bytes that are no instruction. */
export function undecodable(code: Uint8Array, start: number, eip: number): ConfigurationError {
  const shown = Array.from(code.subarray(start, start + 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return new ConfigurationError(`the bytes at ${hex(eip)} don't decode here: ${shown || 'none are left'}`);
}
