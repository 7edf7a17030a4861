/** Every x87 instruction against what an FPU made of the same state (test/oracle/x87-vectors.ts; an AMD EPYC's). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Status } from '../../../../runtime/cpu/x87/status.ts';
import { operations } from '../../../oracle/x87-generator.ts';
import { executeRecord, Field, type Outcome, outcomeOf, RECORD_BYTES } from './record.ts';

const vectors = gunzipSync(readFileSync(join(import.meta.dirname, 'vectors.bin.gz')));

const transcendental = /^(f2xm1|fyl2x|fyl2xp1|fptan|fpatan|fsin|fcos|fsincos)$/;
/** The manual says that C1 becomes 0, that FPU leaves it alone. */
const comparisonToFlags = /^fu?comip?$/;

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
    if (difference === 1n || difference === -1n) actual.registers[i] = expected.registers[i];
  }
}

const records = new Map<string, number[]>(Object.keys(operations).map((name) => [name, []]));
for (let offset = 0; offset < vectors.length; offset += 2 * RECORD_BYTES) {
  records.get(nameOf(vectors.subarray(offset)) ?? '')?.push(offset);
}

describe('x87 instructions as an FPU executes them', () => {
  it.each(Object.keys(operations))('%s', (name) => {
    const offsets = records.get(name)!;
    expect(offsets.length).toBeGreaterThan(20);
    for (const offset of offsets) {
      const before = vectors.subarray(offset, offset + RECORD_BYTES);
      const expected = outcomeOf(vectors.subarray(offset + RECORD_BYTES, offset + 2 * RECORD_BYTES));
      const actual = outcomeOf(executeRecord(before));
      allowDifferences(name, actual, expected);
      expect({ before: outcomeOf(before), after: actual }).toEqual({ before: outcomeOf(before), after: expected });
    }
  });
});
