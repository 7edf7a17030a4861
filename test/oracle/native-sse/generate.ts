import { encodings } from '../../../translator/x86/lookup.ts';
import { opcodeBytes } from '../../../translator/x86/table/encoding.ts';
import type { Form } from '../../../translator/x86/table/form.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import { Random } from '../../support/random.ts';
import { integer, type Kind, mxcsr, operand } from './operands.ts';
import { type Case, MEMORY } from './record.ts';

const features = new Set<string>([
  ...['mmx', 'sse', 'sse2', 'pni', 'ssse3', 'sse4.1', 'sse4.2', 'popcnt', 'movbe', 'aes', 'pclmulqdq'],
]);
/** They have no operands that could be compared, or are those of other oracles. */
const others = /^([LMS]FENCE|PREFETCH.*|LDMXCSR|STMXCSR|FISTTP)$/;

export const testedForms: readonly Form[] = forms.filter(
  ({ feature, mnemonic }) => features.has(feature) && !others.test(mnemonic),
);

/** Operands: (X)MM1 or ECX in reg, (X)MM2 or EDX in rm, or ESI. */
const REGISTERS = 0xc0 | (1 << 3) | 2;
const SAME = 0xc0 | (1 << 3) | 1;
const AT_ESI = (1 << 3) | 6;

/** The ModR/M bytes to try with a form; 0 where it has none. */
function places(form: Form): number[] {
  const { modrm } = encodings[form.id]!;
  if (modrm.length === 0) return [-1];
  // Of a group the reg field belongs to the opcode.
  const isGroup = modrm.length <= 32;
  const wanted = isGroup ? modrm.filter((byte) => (byte & 7) === 2 && byte >= 0xc0) : [REGISTERS, SAME, AT_ESI];
  return wanted.filter((byte) => modrm.includes(byte));
}

const OPERAND_SIZE = 0x66;

function codeOf(form: Form, modrm: number, random: Random): number[] {
  const { prefix, opcode } = encodings[form.id]!;
  const bytes = form.operands.some((kind) => kind.endsWith('v')) && random.chance(40) ? [OPERAND_SIZE] : [];
  if (typeof prefix === 'number') bytes.push(prefix);
  bytes.push(...opcodeBytes(opcode));
  if (modrm >= 0) bytes.push(modrm);
  if (form.operands.includes('Ib')) bytes.push(random.chance(70) ? random.below(70) : random.below(256));
  return bytes;
}

function kindOf({ mnemonic, operands }: Form): Kind {
  if (mnemonic.startsWith('PCMP') && mnemonic.includes('STR')) return 'text';
  if (mnemonic.startsWith('ROUND')) return mnemonic.endsWith('S') ? 'single fraction' : 'double fraction';
  if (/^CVT(DQ|PI|SI)/.test(mnemonic)) return 'integer';
  const sizes = operands.map((kind) => kind.slice(1)).join();
  if (/^(CVTPS|CVTTPS|CVTSS|CVTTSS)/.test(mnemonic)) return 'single';
  if (/^(CVTPD|CVTTPD|CVTSD|CVTTSD)/.test(mnemonic)) return 'double';
  if (/p?sd|pd/.test(sizes)) return 'double';
  return /ps|ss/.test(sizes) ? 'single' : 'integer';
}

const ALIGNED = 16;

function drawCase(form: Form, modrm: number, code: readonly number[], random: Random): Case {
  const kind = kindOf(form);
  const xmm = [operand(random, 'integer'), operand(random, kind), operand(random, kind)] as const;
  const memory = new Uint8Array(MEMORY).map(() => random.word());
  const offset = modrm === AT_ESI && random.chance(8) ? ALIGNED + random.pick([1, 4, 8]) : ALIGNED;
  memory.set(operand(random, kind), offset);
  return {
    code,
    mxcsr: mxcsr(random),
    ...{
      eax: integer(random) >>> 0,
      ecx: integer(random) >>> 0,
      edx: integer(random) >>> 0,
      offset,
      flags: 0x202 | (random.word() & 0x8d5),
    },
    ...{ top: random.below(8), tags: random.chance(50) ? 0xff : random.below(256) },
    xmm,
    exponents: [exponent(random), exponent(random)],
    memory,
  };
}

/** Sign and exponent of an x87 register: as MMX leaves it, or of a number. */
const exponent = (random: Random): number =>
  random.chance(60) ? 0xffff : random.pick([0, 0x3fff, 0xbfff, 0x7fff, 0x4010]);

/** Cases of every form with every sort of operand, `count` each; for some in a row the instruction's bytes are the same. */
export function generateCases(seed: number, count: number): Case[] {
  const random = new Random(seed);
  return testedForms.flatMap((form) =>
    places(form).flatMap((modrm) => {
      let code = codeOf(form, modrm, random);
      return Array.from({ length: count }, (_, n) => {
        if (n % Math.max(8, count >> 4) === 0) code = codeOf(form, modrm, random);
        return drawCase(form, modrm, code, random);
      });
    }),
  );
}
