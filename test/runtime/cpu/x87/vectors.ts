/** Vectors that an FPU made (test/oracle/x87-vectors.ts; an AMD EPYC's), and how what is executed here is compared with them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Exception } from '../../../../runtime/cpu/x87/context.ts';
import { Status } from '../../../../runtime/cpu/x87/status.ts';
import { operations } from '../../../oracle/x87-generator.ts';
import { Field, type Outcome, outcomeOf, RECORD_BYTES } from './record.ts';

/** A record before and after its instruction. */
export interface Vector {
  readonly name: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

const transcendental = /^(f2xm1|fyl2x|fyl2xp1|fptan|fpatan|fsin|fcos|fsincos)$/;
/** The manual says that C1 becomes 0, that FPU leaves it alone. */
const comparisonToFlags = /^fu?comip?$/;
const givesBack = /^(fprem1?|fscale)$/;
const TOP_SHIFT = 11;

const nameOf = (record: Uint8Array): string | undefined => {
  const start = record[Field.code] === 0x66 ? Field.code + 1 : Field.code;
  const [opcode, modrm] = record.subarray(start);
  const matches = (o: (typeof operations)[string]) =>
    o.opcode === opcode && o.modrm === (o.indexed ? modrm & ~7 : modrm);
  return Object.keys(operations).find((name) => matches(operations[name]));
};

/** Order of a register's image among those of its sign: neighbours differ by 1. */
const rank = (image: bigint): bigint => ((image >> 64n) << 63n) | BigInt.asUintN(63, image);

/** Takes over from `expected` what may differ: C1 and, in results of series, the last bit. */
function allowDifferences(name: string, actual: Outcome, expected: Outcome): void {
  if (!transcendental.test(name) && !comparisonToFlags.test(name)) return;
  actual.status = (actual.status & ~Status.c1) | (expected.status & Status.c1);
  if (!transcendental.test(name)) return;
  for (const i of [0, 1]) {
    const difference = rank(actual.registers[i]) - rank(expected.registers[i]);
    if (difference === 1n || difference === -1n) takeOver(actual, expected, i);
  }
}

/** Takes a register of the stack over, with its tag: the last bit may be that between denormal and normal numbers. */
function takeOver(actual: Outcome, expected: Outcome, i: number): void {
  const tag = 3 << (2 * (((expected.status >>> TOP_SHIFT) + i) & 7));
  actual.registers[i] = expected.registers[i];
  actual.tags = (actual.tags & ~tag) | (expected.tags & tag);
}

/**
 * A denormal operand that FPREM, FPREM1 and FSCALE give back as it was: with underflow unmasked an AMD's FPU has that exception and
 * the biased result, as it is here, an Intel's (a Xeon's) neither. Takes over what is expected if it is that of an Intel's.
 */
function allowUnchangedDenormal(name: string, before: Outcome, actual: Outcome, expected: Outcome): void {
  const [operand] = before.registers;
  const isDenormal = operand !== 0n && ((operand >> 64n) & 0x7fffn) === 0n;
  const isUnmasked = (before.control & Exception.underflow) === 0;
  if (!givesBack.test(name) || !isDenormal || !isUnmasked || expected.registers[0] !== operand) return;
  const isUnderflow = actual.status === (expected.status | Exception.underflow | Status.errorSummary | Status.busy);
  if (!isUnderflow || actual.registers[0] !== biased(operand)) return;
  actual.status = expected.status;
  takeOver(actual, expected, 0);
}

/** A denormal number's image with 24,576 added to its exponent (SDM vol. 1, 8.5.5). */
function biased(image: bigint): bigint {
  const fraction = BigInt.asUintN(64, image);
  const shift = 64 - fraction.toString(2).length;
  return ((image >> 79n) << 79n) | (BigInt(1 + 24_576 - shift) << 64n) | (fraction << BigInt(shift));
}

/** Outcome of executing a vector's record, and the one that it should have. */
export function compare(vector: Vector, executed: Uint8Array): { actual: Outcome; expected: Outcome } {
  const [actual, expected] = [outcomeOf(executed), outcomeOf(vector.after)];
  allowDifferences(vector.name, actual, expected);
  allowUnchangedDenormal(vector.name, outcomeOf(vector.before), actual, expected);
  return { actual, expected };
}

export function splitVectors(bytes: Uint8Array): Vector[] {
  const count = bytes.length / (2 * RECORD_BYTES);
  return Array.from({ length: count }, (_, n) => {
    const before = bytes.subarray(2 * n * RECORD_BYTES, (2 * n + 1) * RECORD_BYTES);
    const after = bytes.subarray((2 * n + 1) * RECORD_BYTES, (2 * n + 2) * RECORD_BYTES);
    return { name: nameOf(before) ?? '', before, after };
  });
}

/** `vectors.bin.gz`: operands and settings of all kinds; `usual.bin.gz`: those of most programs. */
export const readVectors = (file: string): Vector[] =>
  splitVectors(gunzipSync(readFileSync(join(import.meta.dirname, file))));
