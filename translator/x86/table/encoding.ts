import type { FormRow } from './form.ts';

/** Mandatory prefixes: 'any' where no prefix takes part, 'none' where 66, F2 and F3 must all be absent. */
export type EncodingPrefix = 'any' | 'none' | 0x66 | 0xf2 | 0xf3;

/** What a row's encoding says, as numbers. */
export interface Encoding {
  readonly prefix: EncodingPrefix;
  /** First opcode byte, or 0x100 + the byte after 0F. */
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
  // x87 memory forms and groups say by their operand that they leave mod 3 to others; U and N leave memory to others.
  const memoryOnly = operands.some((kind) => kind.startsWith('M'));
  const registerOnly = operands.some((kind) => /^[UN]/.test(kind));
  return bytes.filter((byte) => {
    const matches = text === '/r' || text.includes(String((byte >> 3) & 7), 1);
    return matches && !(memoryOnly && byte >= 0xc0) && !(registerOnly && byte < 0xc0);
  });
}

function parsePrefix(token: string | undefined): EncodingPrefix {
  if (token === 'NP') return 'none';
  if (token === '66') return 0x66;
  if (token === 'F2') return 0xf2;
  return token === 'F3' ? 0xf3 : 'any';
}

/** Reads a row's encoding: an optional prefix (66 F2 F3, NP for none of them), an optional 0F, opcode, ModR/M. */
export function parseEncoding({ encoding, operands }: Pick<FormRow, 'encoding' | 'operands'>): Encoding {
  const tokens = encoding.split(' ');
  const prefix = parsePrefix(tokens[0]);
  if (prefix !== 'any') tokens.shift();
  const twoBytes = tokens[0] === '0F';
  if (twoBytes) tokens.shift();
  const opcode = Number.parseInt(tokens[0]!, 16);
  if (!(opcode >= 0)) throw new Error(`not an encoding: ${encoding}`);
  return {
    prefix,
    opcode: opcode + (twoBytes ? 0x100 : 0),
    opcodeCount: tokens[0]!.endsWith('+r') ? 8 : 1,
    modrm: parseModrm(tokens[1], operands),
  };
}
