import { expect, test } from 'vitest';
import { constant } from '../../../translator/ir/builder.ts';
import { resolveCondition } from '../../../translator/ir/conditions.ts';
import type { FlagKind } from '../../../translator/ir/operations.ts';
import { type FlagsStatement, make } from '../../../translator/ir/statement.ts';
import { conditionHolds, flagsAfter } from '../../support/ir-flags.ts';
import { randomFrom } from '../../support/samples.ts';

const random = randomFrom(61);
const edges = [0, 1, 2, -1, -2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, -0x80000000];
const codes = Array.from({ length: 16 }, (_, code) => code);

function number(): number {
  const random32 = Math.floor(random() * 2 ** 32) | 0;
  return random() < 0.7 ? edges[Math.floor(random() * edges.length)] : random32 >> Math.floor(random() * 32);
}

const bit = (): number => Math.floor(random() * 2);

/** Arguments of a flags statement; `carry` is what an operation with carry takes in. */
function argumentsOf(kind: string, carry: number): number[] {
  const [a, b] = [number(), number()];
  switch (kind) {
    case 'add':
      return [a, b, (a + b) | 0];
    case 'adc':
      return [a, b, (a + b + carry) | 0];
    case 'sub':
      return [a, b, (a - b) | 0];
    case 'sbb':
      return [a, b, (a - b - carry) | 0];
    case 'other':
      return [a, bit(), bit(), bit()];
    case 'carryOverflow':
      return [bit(), bit()];
    case 'carry':
    case 'zero':
      return [bit()];
    case 'compare':
      return [
        ...[
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
          [0, 0, 0],
        ][Math.floor(random() * 4)],
      ];
    default:
      return [a];
  }
}

const statement = (kind: FlagKind, size: number, args: number[]) => make.flags(kind, size, args.map(constant));

const full: readonly FlagKind[] = ['add', 'adc', 'sub', 'sbb', 'logic', 'other', 'compare', 'all'];
const partial: readonly FlagKind[] = ['inc', 'dec', 'carry', 'carryOverflow', 'zero'];

/** With constants for arguments a condition becomes a constant: compares it with the flags by the manual's definitions. */
function check(statements: readonly FlagsStatement[], flags: number, known: Set<number>): void {
  for (const code of codes) {
    const value = resolveCondition(code, statements);
    if (value === null) continue;
    known.add(code);
    expect(value.op).toBe('constant');
    expect(value.number, `${statements.map((s) => s.kind + s.size)} cc${code}`).toBe(
      Number(conditionHolds(code, flags)),
    );
  }
}

test.each([...full, ...partial])('conditions after %s', (kind) => {
  const known = new Set<number>();
  for (let n = 0; n < 500; n++) {
    for (const size of [1, 2, 4]) {
      const before = random() < 0.5 ? 0x8d5 : 0;
      const args = argumentsOf(kind, before & 1);
      check([statement(kind, size, args)], flagsAfter(kind, size, args, before), known);
    }
  }
  expect(known.size).toBeGreaterThan(kind === 'carry' || kind === 'zero' || kind === 'carryOverflow' ? 1 : 5);
});

test.each(partial)('conditions after %s on top of others', (kind) => {
  for (const below of full) {
    const known = new Set<number>();
    for (let n = 0; n < 100; n++) {
      const size = [1, 2, 4][n % 3];
      const first = argumentsOf(below, 1);
      const flags = flagsAfter(below, size, first, 1);
      const args = argumentsOf(kind, flags & 1);
      check([statement(below, size, first), statement(kind, size, args)], flagsAfter(kind, size, args, flags), known);
    }
    expect(known.size).toBeGreaterThanOrEqual(14);
  }
});
