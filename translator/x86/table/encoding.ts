import type { FormRow } from './form.ts';

/**
 * Mandatory prefixes: 'any' where no prefix takes part, 'none' where 66, F2 and F3 must all be absent, 'unrepeated' where
 * F2 and F3 must be.
 */
export type EncodingPrefix = 'any' | 'none' | 'unrepeated' | 0x66 | 0xf2 | 0xf3;

/** The opcode maps, by the bytes in front of the opcode (Intel SDM vol. 2, 2.1.2): a map's opcodes count from 256 times its place. */
const maps: readonly (readonly number[])[] = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
export const OPCODES = maps.length << 8;

/** The bytes of an opcode. */
export function opcodeBytes(opcode: number): number[] {
  return [...maps[opcode >> 8]!, opcode & 0xff];
}

/** The encoding of a row, as numbers. */
export interface Encoding {
  readonly prefix: EncodingPrefix;
  /** First opcode byte, 0x100 + the byte after 0F, 0x200 + that after 0F 38, 0x300 + that after 0F 3A. */
  readonly opcode: number;
  /** 8 where the low three bits of the opcode name a register, else 1. */
  readonly opcodeCount: 1 | 8;
  /** The ModR/M bytes that belong to the form; empty where there is none. */
  readonly modrm: readonly number[];
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte);

/** `/r`, `/4`, `/0234` (some of the reg values), `E9` or `C0+i` (second opcode bytes, which are ModR/M bytes). */
function parseModrm(text: string | undefined, operands: readonly string[]): readonly number[] {
  if (text === undefined) return [];
  if (!text.startsWith('/')) return bytes.slice(Number.parseInt(text, 16)).slice(0, text.endsWith('+i') ? 8 : 1);
  // x87 memory forms and groups say by their operand that they leave mod 3 to others; U, N and Rv leave memory to others.
  const memoryOnly = operands.some((kind) => kind.startsWith('M'));
  const registerOnly = operands.some((kind) => /^([UN]|Rv$)/.test(kind));
  return bytes.filter((byte) => {
    const matches = text === '/r' || text.includes(String((byte >> 3) & 7), 1);
    return matches && !(memoryOnly && byte >= 0xc0) && !(registerOnly && byte < 0xc0);
  });
}

function parsePrefix(token: string | undefined): EncodingPrefix {
  if (token === 'NP') return 'none';
  if (token === 'NFx') return 'unrepeated';
  if (token === '66') return 0x66;
  if (token === 'F2') return 0xf2;
  return token === 'F3' ? 0xf3 : 'any';
}

const hexByte = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');

/** Reads a row's encoding: an optional prefix (66 F2 F3, NP for none of them, NFx for no F2 F3), bytes of a map, opcode, ModR/M. */
export function parseEncoding({ encoding, operands }: Pick<FormRow, 'encoding' | 'operands'>): Encoding {
  const tokens = encoding.split(' ');
  const prefix = parsePrefix(tokens[0]);
  if (prefix !== 'any') tokens.shift();
  const map = maps.findLastIndex((bytes) => bytes.every((byte, n) => tokens[n] === hexByte(byte)));
  tokens.splice(0, maps[map]!.length);
  const opcode = Number.parseInt(tokens[0]!, 16);
  if (!(opcode >= 0)) throw new Error(`not an encoding: ${encoding}`);
  return {
    prefix,
    opcode: opcode + (map << 8),
    opcodeCount: tokens[0]!.endsWith('+r') ? 8 : 1,
    modrm: parseModrm(tokens[1], operands),
  };
}
