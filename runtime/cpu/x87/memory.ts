/** Instructions with a number in memory, by their 11-bit opcode (translator/x86/table/x87.ts). */
import { compareTop, push } from './actions.ts';
import { compareOrdered } from './compare.ts';
import { type Context, Preventing } from './context.ts';
import { type Extended, indefinite } from './extended.ts';
import { formats, type MemoryFormat, truncated } from './formats.ts';
import type { Fpu } from './fpu.ts';
import { loadBits, storeBits } from './image.ts';
import { noteDenormals, specialResult } from './operands.ts';
import { isUsual } from './quick.ts';
import { quickRounded, quickWithNumber } from './quick-arithmetic.ts';
import { arithmetic } from './register.ts';

/** Executes with the operand at a linear address. `accessed` is called when the memory has been accessed or probed. */
export type MemoryAction = (fpu: Fpu, linear: number, accessed: () => void) => void;

/** An instruction that reads its operand. */
function reading(format: MemoryFormat, action: (fpu: Fpu, bits: bigint) => void): MemoryAction {
  return (fpu, linear, accessed) => {
    const bits = loadBits(fpu.cpu.memory, linear, format.bytes);
    accessed();
    action(fpu, bits);
  };
}

/** ST(0) = ST(0) op operand, or a comparison of both. */
function arithmeticAction(format: MemoryFormat, reg: number): MemoryAction {
  const operation = arithmetic[reg];
  if (!operation) return comparing(format, reg - 2);
  return reading(format, (fpu, bits) => {
    if (isUsual(fpu) && quickWithNumber(fpu, reg, format.toNumber(bits))) return;
    const context = fpu.context();
    const full = fpu.holds(context, 0);
    const result = full ? operation(context, fpu.read(0), format.decode(context, bits)) : indefinite;
    fpu.finish(context, () => fpu.write(0, result));
  });
}

function comparing(format: MemoryFormat, pops: number): MemoryAction {
  return reading(format, (fpu, bits) =>
    compareTop(fpu, compareOrdered, 0, (context) => format.decode(context, bits), pops),
  );
}

/** FLD and its like. Conversion from a shorter real format quiets a signaling NaN; a register's image is left as it is. */
function loading(format: MemoryFormat): MemoryAction {
  const check = format === formats.extended ? () => undefined : specialResult;
  return reading(format, (fpu, bits) => push(fpu, (context) => convert(context, format.decode(context, bits), check)));
}

type Check = (context: Context, value: Extended) => Extended | undefined;
function convert(context: Context, value: Extended, check: Check): Extended {
  const special = check(context, value);
  if (special) return special;
  noteDenormals(context);
  return value;
}

/** FST and its like. */
function storing(format: MemoryFormat, pops: number): MemoryAction {
  return (fpu, linear, accessed) => {
    const { memory } = fpu.cpu;
    memory.current.probeWrite(linear, format.bytes);
    accessed();
    const write = (bits: bigint): void => {
      storeBits(memory, linear, format.bytes, bits);
      fpu.pop(pops);
    };
    const quick = quickBits(fpu, format);
    if (quick !== null) return write(quick);
    const context = fpu.context(Preventing.store);
    const value = fpu.holds(context, 0) ? fpu.read(0) : indefinite;
    const bits = format.encode(context, value);
    fpu.finish(context, () => write(bits));
  };
}

/** ST(0) in a format of real numbers that it is rounded to; null: that takes the exact way. */
function quickBits(fpu: Fpu, { rounds }: MemoryFormat): bigint | null {
  if (rounds === undefined || !isUsual(fpu)) return null;
  const rounded = quickRounded(fpu, rounds.format);
  return Number.isNaN(rounded) ? null : rounds.toBits(rounded);
}

function arithmeticRows(opcode: number, format: MemoryFormat): [number, MemoryAction][] {
  return arithmetic.map((_operation, reg) => [opcode | (reg << 3), arithmeticAction(format, reg)]);
}

export const memoryActions: ReadonlyMap<number, MemoryAction> = new Map<number, MemoryAction>([
  ...arithmeticRows(0x000, formats.single),
  ...arithmeticRows(0x200, formats.doubleword),
  ...arithmeticRows(0x400, formats.double),
  ...arithmeticRows(0x600, formats.word),
  [0x100, loading(formats.single)],
  [0x110, storing(formats.single, 0)],
  [0x118, storing(formats.single, 1)],
  [0x300, loading(formats.doubleword)],
  [0x308, storing(truncated.doubleword, 1)],
  [0x310, storing(formats.doubleword, 0)],
  [0x318, storing(formats.doubleword, 1)],
  [0x328, loading(formats.extended)],
  [0x338, storing(formats.extended, 1)],
  [0x500, loading(formats.double)],
  [0x508, storing(truncated.quadword, 1)],
  [0x510, storing(formats.double, 0)],
  [0x518, storing(formats.double, 1)],
  [0x700, loading(formats.word)],
  [0x708, storing(truncated.word, 1)],
  [0x710, storing(formats.word, 0)],
  [0x718, storing(formats.word, 1)],
  [0x720, loading(formats.decimal)],
  [0x728, loading(formats.quadword)],
  [0x730, storing(formats.decimal, 1)],
  [0x738, storing(formats.quadword, 1)],
]);
