import { expect, test } from 'vitest';
import { readModifyWrites } from '../../../translator/emit/read-modify-write.ts';
import { parseBlocks } from '../../../translator/ir/parse.ts';
import { printStatements } from '../../../translator/ir/print.ts';

/** The loads and stores of a block that share a check. */
function pairs(text: string): string[] {
  const [block] = parseBlocks(`block 0x0\nt0 = get eax\nt1 = get ebx\n${text}\njump @1000`);
  return [...readModifyWrites(block.statements)].map((s) => printStatements([s]).trim());
}

test('a load and a store to the same address share a check', () => {
  expect(pairs('t2 = load32 t0\nstore32 t0, t1')).toEqual(['t2 = load32 t0', 'store32 t0, t1']);
  expect(pairs('t2 = load8 16\nset ecx, t2\nflags logic8 t2\nstore8 16, t1')).toHaveLength(2);
});

test('in two instructions too, if both take addresses to be aligned, or neither does', () => {
  const pair = (first: string, second: string) =>
    pairs(`-- @0 ${first}\nt2 = load16 t0\n-- @4 ${second}\nstore16 t0, t1`);
  expect(pair('', '')).toHaveLength(2);
  expect(pair('misaligned', 'misaligned')).toHaveLength(2);
  expect(pair('misaligned', '')).toEqual([]);
  expect(pair('', 'misaligned')).toEqual([]);
});

test('not where the store may not come, or goes elsewhere', () => {
  expect(pairs('t2 = load32 t0\nstore32 t1, t0')).toEqual([]);
  expect(pairs('t2 = load32 t0\nstore16 t0, t1')).toEqual([]);
  expect(pairs('t2 = load32 t0\nfault 0 if t2\nstore32 t0, t1')).toEqual([]);
  expect(pairs('t2 = load32 t0\nstore32 t1, t0\nstore32 t0, t1')).toEqual([]);
  expect(pairs('t2 = load32 t0\nwhen t1 {\nt3 = load32 t1\nset ecx, t3\n}\nstore32 t0, t1')).toEqual([]);
  expect(pairs('t2 = load32 t0\nt3 = load32 t1\nstore32 t0, t3')).toEqual([]);
});
