/** Random x87 instructions and machine states, with the values that matter more often than chance would have them. */
import { Field } from '../runtime/cpu/x87/record.ts';

/** How a memory operand is filled. */
type OperandKind =
  | 'none'
  | 'single'
  | 'double'
  | 'extended'
  | 'integer'
  | 'decimal'
  | 'control'
  | 'environment'
  | 'state';

interface Operation {
  readonly opcode: number;
  /** ModR/M: of a memory form with mod = 0 and rm = 1 ([ECX]). */
  readonly modrm: number;
  /** Bits of ModR/M that select ST(i). */
  readonly indexed: boolean;
  readonly operand: OperandKind;
}

const arithmeticNames = ['add', 'mul', 'com', 'comp', 'sub', 'subr', 'div', 'divr'];

const memory = (opcode: number, reg: number, operand: OperandKind): Operation => ({
  opcode,
  modrm: (reg << 3) | 1,
  indexed: false,
  operand,
});
const register = (opcode: number, modrm: number): Operation => ({ opcode, modrm, indexed: true, operand: 'none' });
const fixed = (opcode: number, modrm: number): Operation => ({ opcode, modrm, indexed: false, operand: 'none' });

function arithmeticOperations(): [string, Operation][] {
  return arithmeticNames.flatMap((name, reg): [string, Operation][] => [
    [`f${name} m32`, memory(0xd8, reg, 'single')],
    [`f${name} m64`, memory(0xdc, reg, 'double')],
    [`fi${name} m32`, memory(0xda, reg, 'integer')],
    [`fi${name} m16`, memory(0xde, reg, 'integer')],
    [`f${name} st0,sti`, register(0xd8, 0xc0 | (reg << 3))],
    [`dc /${reg} sti`, register(0xdc, 0xc0 | (reg << 3))],
    ...(reg === 3 ? [] : ([[`de /${reg} sti`, register(0xde, 0xc0 | (reg << 3))]] as [string, Operation][])),
  ]);
}

const functionNames: Record<number, string> = {
  208: 'fnop',
  224: 'fchs',
  225: 'fabs',
  228: 'ftst',
  229: 'fxam',
  232: 'fld1',
  233: 'fldl2t',
  234: 'fldl2e',
  235: 'fldpi',
  236: 'fldlg2',
  237: 'fldln2',
  238: 'fldz',
  240: 'f2xm1',
  241: 'fyl2x',
  242: 'fptan',
  243: 'fpatan',
  244: 'fxtract',
  245: 'fprem1',
  246: 'fdecstp',
  247: 'fincstp',
  248: 'fprem',
  249: 'fyl2xp1',
  250: 'fsqrt',
  251: 'fsincos',
  252: 'frndint',
  253: 'fscale',
  254: 'fsin',
  255: 'fcos',
};

export const operations: Record<string, Operation> = {
  ...Object.fromEntries(arithmeticOperations()),
  ...Object.fromEntries(Object.entries(functionNames).map(([modrm, name]) => [name, fixed(0xd9, Number(modrm))])),
  'fld m32': memory(0xd9, 0, 'single'),
  'fst m32': memory(0xd9, 2, 'none'),
  'fstp m32': memory(0xd9, 3, 'none'),
  fldenv: memory(0xd9, 4, 'environment'),
  fldcw: memory(0xd9, 5, 'control'),
  fnstenv: memory(0xd9, 6, 'environment'),
  fnstcw: memory(0xd9, 7, 'none'),
  'fild m32': memory(0xdb, 0, 'integer'),
  'fist m32': memory(0xdb, 2, 'none'),
  'fistp m32': memory(0xdb, 3, 'none'),
  'fld m80': memory(0xdb, 5, 'extended'),
  'fstp m80': memory(0xdb, 7, 'none'),
  'fld m64': memory(0xdd, 0, 'double'),
  'fst m64': memory(0xdd, 2, 'none'),
  'fstp m64': memory(0xdd, 3, 'none'),
  frstor: memory(0xdd, 4, 'state'),
  fnsave: memory(0xdd, 6, 'state'),
  'fnstsw m16': memory(0xdd, 7, 'none'),
  'fild m16': memory(0xdf, 0, 'integer'),
  'fist m16': memory(0xdf, 2, 'none'),
  'fistp m16': memory(0xdf, 3, 'none'),
  fbld: memory(0xdf, 4, 'decimal'),
  'fild m64': memory(0xdf, 5, 'integer'),
  fbstp: memory(0xdf, 6, 'none'),
  'fistp m64': memory(0xdf, 7, 'none'),
  'fisttp m16': memory(0xdf, 1, 'none'),
  'fisttp m32': memory(0xdb, 1, 'none'),
  'fisttp m64': memory(0xdd, 1, 'none'),
  'fld sti': register(0xd9, 0xc0),
  'fxch sti': register(0xd9, 0xc8),
  'fstpnce sti': register(0xd9, 0xd8),
  fcmovb: register(0xda, 0xc0),
  fcmove: register(0xda, 0xc8),
  fcmovbe: register(0xda, 0xd0),
  fcmovu: register(0xda, 0xd8),
  fucompp: fixed(0xda, 0xe9),
  fcmovnb: register(0xdb, 0xc0),
  fcmovne: register(0xdb, 0xc8),
  fcmovnbe: register(0xdb, 0xd0),
  fcmovnu: register(0xdb, 0xd8),
  fneni: fixed(0xdb, 0xe0),
  fndisi: fixed(0xdb, 0xe1),
  fnclex: fixed(0xdb, 0xe2),
  fninit: fixed(0xdb, 0xe3),
  fnsetpm: fixed(0xdb, 0xe4),
  fucomi: register(0xdb, 0xe8),
  fcomi: register(0xdb, 0xf0),
  'ffree sti': register(0xdd, 0xc0),
  'fxch4 sti': register(0xdd, 0xc8),
  'fst sti': register(0xdd, 0xd0),
  'fstp sti': register(0xdd, 0xd8),
  'fucom sti': register(0xdd, 0xe0),
  'fucomp sti': register(0xdd, 0xe8),
  fcompp: fixed(0xde, 0xd9),
  'ffreep sti': register(0xdf, 0xc0),
  'fxch7 sti': register(0xdf, 0xc8),
  'fstp8 sti': register(0xdf, 0xd0),
  'fstp9 sti': register(0xdf, 0xd8),
  'fnstsw ax': fixed(0xdf, 0xe0),
  fucomip: register(0xdf, 0xe8),
  fcomip: register(0xdf, 0xf0),
};

/** Operations whose environment also has a layout with 16-bit items. */
const sized = new Set<OperandKind>(['environment', 'state']);

export function codesOf(operation: Operation, generator: Generator): number[] {
  const modrm = operation.indexed ? operation.modrm | generator.stackIndex() : operation.modrm;
  const prefix = sized.has(operation.operand) && generator.chance(0.4) ? [0x66] : [];
  return [...prefix, operation.opcode, modrm];
}

/** mulberry32, and what is made of it. */
export class Generator {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 32 random bits, unsigned. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  below(limit: number): number {
    return this.word() % limit;
  }

  chance(probability: number): boolean {
    return this.word() < probability * 2 ** 32;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  bits(count: number): bigint {
    let value = 0n;
    for (let have = 0; have < count; have += 32) value = (value << 32n) | BigInt(this.word());
    return BigInt.asUintN(count, value);
  }

  /** Mostly ST(1), so that a record's interesting registers are the top two. */
  stackIndex(): number {
    return this.pick([0, 1, 1, 1, 1, 2, 3, 7]);
  }

  /** Bits of a fraction: random, or with few ones, or almost all. */
  fraction(count: number): bigint {
    const ones = (1n << BigInt(count)) - 1n;
    switch (this.below(6)) {
      case 0:
        return 0n;
      case 1:
        return ones;
      case 2:
        return (1n << BigInt(this.below(count))) & ones;
      case 3:
        return (ones << BigInt(this.below(count))) & ones;
      case 4:
        return this.bits(count) & (ones << BigInt(this.below(count)));
      default:
        return this.bits(count);
    }
  }

  /** A biased exponent: near 1.0, at both ends, or anywhere. */
  exponent(bits: number): number {
    const maximum = 2 ** bits - 1;
    const bias = maximum >> 1;
    switch (this.below(8)) {
      case 0:
        return 0;
      case 1:
        return maximum;
      case 2:
        return this.below(70);
      case 3:
        return maximum - this.below(70);
      case 4:
        return this.below(maximum + 1);
      default:
        return Math.max(0, bias + this.below(140) - 70) & maximum;
    }
  }

  real(exponentBits: number, fractionBits: number): bigint {
    const exponent = BigInt(this.exponent(exponentBits));
    const sign = BigInt(this.below(2)) << BigInt(exponentBits);
    return ((sign | exponent) << BigInt(fractionBits)) | this.fraction(fractionBits);
  }

  /** Any encoding of the 80-bit format; most have the integer bit that they should have. */
  extended(): bigint {
    const exponent = this.exponent(15);
    const integer = this.chance(0.05) === (exponent === 0) ? 1n << 63n : 0n;
    const high = BigInt((this.below(2) << 15) | exponent) << 64n;
    return high | integer | this.fraction(63);
  }

  /** An operand that has something to do with another: so close that a sum cancels, or some exponents away. */
  near(other: bigint): bigint {
    const exponent = Number(other >> 64n) & 0x7fff;
    const moved = Math.min(0x7ffe, Math.max(0, exponent + this.below(141) - 70));
    const sign = BigInt(this.below(2)) << 79n;
    const kept = this.chance(0.5) ? BigInt(exponent) : BigInt(moved);
    const integer = kept === 0n ? 0n : 1n << 63n;
    const fraction = this.chance(0.5) ? BigInt.asUintN(63, other + BigInt(this.below(5)) - 2n) : this.fraction(63);
    return sign | (kept << 64n) | integer | fraction;
  }

  /** Control word: all precisions and rounding modes, mostly masked. */
  control(): number {
    const masks = this.chance(0.7) ? 0x3f : this.below(0x40);
    const precision = this.pick([0x300, 0x300, 0x300, 0x200, 0x000, 0x100]);
    return masks | 0x40 | precision | (this.below(4) << 10);
  }

  /** Exception flags, all of them masked. */
  flags(control: number): number {
    return this.chance(0.2) ? this.below(0x80) & (control | 0x40) & 0x7f : 0;
  }

  /** Whether a register is empty that could be so with a probability. */
  empty(probability: number): boolean {
    return this.chance(probability);
  }
}

/** Within the range of each function, arguments are more telling. */
function argument(generator: Generator, name: string): bigint {
  if (name === 'f2xm1' || name === 'fyl2xp1') return withExponent(generator, 0x3fff - 1 - generator.below(75));
  if (/^f(sin|cos|sincos|ptan)$/.test(name)) return withExponent(generator, 0x3fff + generator.below(110) - 46);
  if (name === 'fyl2x') return withExponent(generator, 0x3fff + generator.below(20) - 10) & ~(1n << 79n);
  return generator.extended();
}

function withExponent(generator: Generator, exponent: number): bigint {
  const high = (generator.below(2) << 15) | exponent;
  return (BigInt(high) << 64n) | (1n << 63n) | generator.fraction(63);
}

/** Fills in the state before: FSAVE image, memory operand, EAX and EFLAGS. */
export function fillRecord(record: Uint8Array, generator: Generator, name: string): void {
  const view = new DataView(record.buffer, record.byteOffset);
  const control = generator.control();
  fillImage(record, Field.image, 4, generator, control, name);
  fillOperand(record, generator, name);
  view.setUint32(Field.eax, 0x12345678, true);
  view.setUint32(Field.eflags, 0x202 | (generator.word() & 0x8d5), true);
}

function statusWord(generator: Generator, control: number): number {
  const flags = generator.flags(control);
  const conditions = generator.chance(0.5) ? generator.word() & 0x4700 : 0;
  return flags | conditions | (generator.below(8) << 11);
}

/** The registers that matter: ST(0), ST(1), sometimes the others. */
function fillImage(
  record: Uint8Array,
  at: number,
  size: number,
  generator: Generator,
  control: number,
  name: string,
): void {
  const view = new DataView(record.buffer, record.byteOffset);
  const status = statusWord(generator, control);
  const items = [control, status, tagWord(generator, status, name)];
  items.forEach((item, i) => {
    view.setUint16(at + i * size, item, true);
    if (size === 4) view.setUint16(at + i * size + 2, 0xffff, true);
  });
  const first = generator.chance(0.7) ? argument(generator, name) : generator.extended();
  const others = [1, 2, 3, 7].map((i) => [i, generator.chance(0.4) ? generator.near(first) : generator.extended()]);
  for (const [i, value] of [[0, first], ...others]) {
    if (Number(i) > 1 && generator.chance(0.7)) continue;
    writeBits(record, at + 7 * size + 10 * Number(i), 10, BigInt(value));
  }
}

/** Pushing instructions want ST(7) empty. */
const pushes = /^(fld|fild|fbld|fxtract|fptan|fsincos)/;

function tagWord(generator: Generator, status: number, name: string): number {
  const top = (status >> 11) & 7;
  let tags = 0;
  for (let i = 0; i < 8; i++) {
    const empty = i === 7 && pushes.test(name) ? generator.empty(0.9) : generator.empty(i < 2 ? 0.04 : 0.3);
    if (empty) tags |= 3 << (2 * ((top + i) & 7));
  }
  return tags;
}

function fillOperand(record: Uint8Array, generator: Generator, name: string): void {
  const { operand } = operations[name];
  if (sized.has(operand)) {
    const size = record[Field.code] === 0x66 ? 2 : 4;
    fillImage(record, Field.memory, size, generator, generator.control(), name);
  } else {
    writeBits(record, Field.memory, 10, operandBits(generator, operand));
  }
}

function operandBits(generator: Generator, operand: OperandKind): bigint {
  switch (operand) {
    case 'single':
      return generator.real(8, 23);
    case 'double':
      return generator.real(11, 52);
    case 'extended':
      return generator.extended();
    case 'integer':
      return generator.pick([0n, generator.fraction(64), generator.fraction(64)]);
    case 'decimal':
      return decimal(generator);
    case 'control':
      return generator.chance(0.5) ? generator.bits(16) : BigInt(generator.control());
    default:
      return 0n;
  }
}

function decimal(generator: Generator): bigint {
  let bits = BigInt(generator.below(2)) << 79n;
  const digits = generator.below(19);
  for (let i = 0; i < digits; i++) bits |= BigInt(generator.below(10)) << BigInt(4 * i);
  return bits;
}

function writeBits(bytes: Uint8Array, offset: number, length: number, bits: bigint): void {
  for (let i = 0; i < length; i++) bytes[offset + i] = Number((bits >> BigInt(8 * i)) & 0xffn);
}
