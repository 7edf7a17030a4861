import { describe, expect, it } from 'vitest';
import { Key } from '../../../translator/abi/key.ts';
import { Eflags } from '../../../translator/abi/state.ts';
import type { FlagKind } from '../../../translator/ir/operations.ts';
import { printStatements } from '../../../translator/ir/print.ts';
import { type Statement, type StatementOp, windowOffset } from '../../../translator/ir/statement.ts';
import { Shape } from '../../../translator/x86/instruction.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import { liftSymbolic } from './lifted.ts';

const canFault = new Set<StatementOp>(['load', 'store', 'probe', 'window', 'segment', 'fault', 'fallback']);
const changes = new Set<StatementOp>(['set', 'flags']);

/** All but accesses in windows, which don't fault. */
function flatten(statements: readonly Statement[]): Statement[] {
  return statements
    .flatMap((s) => (s.body ? flatten(s.body) : [s]))
    .filter((s) => !((s.op === 'load' || s.op === 'store') && windowOffset(s) !== undefined));
}

/** A statement that can fault after one that has changed something, or undefined. */
function lateFault(statements: readonly Statement[]): Statement | undefined {
  const all = flatten(statements);
  const firstChange = all.findIndex(({ op }) => changes.has(op));
  return firstChange < 0 ? undefined : all.slice(firstChange).find(({ op }) => canFault.has(op));
}

/** Stores that may fault when an earlier one has been done: neither probed before nor alone. */
function unprobedStores(statements: readonly Statement[]): number {
  const all = flatten(statements);
  const firstStore = all.findIndex(({ op }) => op === 'store');
  const later = all.slice(firstStore + 1).filter(({ op }) => op === 'store').length;
  const probes = all.slice(0, Math.max(firstStore, 0)).filter(({ op }) => op === 'probe').length;
  return firstStore < 0 ? 0 : Math.max(0, later - probes);
}

/** Flags that a kind of `flags` statement changes; all six where it isn't here. */
const partial: Readonly<Partial<Record<FlagKind, number>>> = {
  inc: Eflags.arithmetic & ~Eflags.cf,
  dec: Eflags.arithmetic & ~Eflags.cf,
  carry: Eflags.cf,
  carryOverflow: Eflags.cf | Eflags.of,
  zero: Eflags.zf,
};

/** The flags that IR changes. `possible`: those of an image too, which may be what they were. */
function changedFlags(statements: readonly Statement[]) {
  const all = flatten(statements);
  const kinds = all.flatMap((s) => (s.op === 'flags' ? [s.kind as FlagKind] : []));
  const of = (kind: FlagKind) => partial[kind] ?? Eflags.arithmetic;
  return {
    certain: unionOf(kinds.filter((kind) => kind !== 'all').map(of)),
    possible: unionOf(kinds.map(of)),
    isTrap: all.some(({ op }) => op === 'trap'),
  };
}

const unionOf = (flags: readonly number[]): number => flags.reduce((all, one) => all | one, 0);

const sizes = [0, Shape.operand16, Shape.address16, Shape.operand16 | Shape.address16];
const places = [0, Shape.register, Shape.segmented];
const repetitions = [0, Shape.repeat, Shape.repeatNot];
const shapes = sizes.flatMap((size) => places.flatMap((place) => repetitions.map((repeat) => size | place | repeat)));
const keys = [0, Key.code32 | Key.stack32 | Key.protected | Key.flat, Key.protected | Key.vm86 | Key.user];
const lifted = forms.filter((form) => form.class !== 'sensitive' && form.feature !== 'fpu');

describe('lifters of plain and control instructions', () => {
  it('are there for every form', () => {
    expect(lifted.length).toBeGreaterThan(300);
    for (const form of lifted) expect(() => liftSymbolic(form, 0, 0), form.encoding).not.toThrow();
  });

  it('change the flags that their rows name, and no others', () => {
    const differences = lifted.flatMap((form) => {
      const changed = shapes.flatMap((shape) => keys.flatMap((key) => changedFlags(liftSymbolic(form, shape, key))));
      const [certain, possible] = [unionOf(changed.map((c) => c.certain)), unionOf(changed.map((c) => c.possible))];
      const named = form.flagsWritten | form.flagsUndefined;
      const isTrap = changed.some((c) => c.isTrap);
      const missing = isTrap ? 0 : form.flagsWritten & ~possible;
      const unnamed = certain & ~named;
      return missing | unnamed
        ? [`${form.encoding} ${form.mnemonic}: missing ${missing.toString(16)}, unnamed ${unnamed.toString(16)}`]
        : [];
    });
    expect(differences).toEqual([]);
  });

  it('change nothing before the last thing that can fault', () => {
    for (const form of lifted) {
      for (const [shape, key] of shapes.flatMap((s) => keys.map((k) => [s, k] as const))) {
        const statements = liftSymbolic(form, shape, key);
        const where = `${form.encoding} ${form.mnemonic}, shape ${shape}, key ${key}\n${printStatements(statements)}`;
        expect(lateFault(statements), where).toBeUndefined();
        expect(unprobedStores(statements), where).toBe(0);
      }
    }
  });
});
