import { describe, expect, it } from 'vitest';
import { Vector } from '../../../translator/abi/faults.ts';
import { Key } from '../../../translator/abi/key.ts';
import { liftSymbolic } from '../../../translator/handler.ts';
import type { Statement } from '../../../translator/ir/statement.ts';
import { Shape } from '../../../translator/x86/instruction.ts';
import type { Form } from '../../../translator/x86/table/form.ts';
import { forms } from '../../../translator/x86/table/index.ts';

const rows = forms.filter((form) => form.encoding === '9B' || /^D[89A-F] /.test(form.encoding));
const statements = (form: Form, shape: number): Statement[] => liftSymbolic(form, shape | Shape.segmented, Key.code32);
const faults = (form: Form): number[] =>
  statements(form, 0)
    .filter((s) => s.op === 'fault')
    .map((s) => s.size);

/** Bytes of the operand kinds in the table. */
const bytes: Record<string, readonly [size16: number, size32: number]> = {
  Mfs: [4, 4],
  Mfd: [8, 8],
  Mft: [10, 10],
  Miw: [2, 2],
  Mid: [4, 4],
  Miq: [8, 8],
  Mbcd: [10, 10],
  Mw: [2, 2],
  Menv: [14, 28],
  Mstate: [94, 108],
};

const named = (list: readonly Form[]) => list.map((form) => [`${form.encoding} ${form.mnemonic}`, form] as const);

describe('x87 lifters', () => {
  it.each(named(rows.filter((form) => form.operands[0]?.startsWith('M'))))('%s accesses its operand', (_name, form) => {
    const sizes = [Shape.operand16, 0].map(
      (shape) => statements(form, shape).find((s) => s.op === 'segment' && s.size > 0)?.size,
    );
    expect(sizes).toEqual(bytes[form.operands[0]]);
    const writes = /^F(N?ST|IST|BST|NSAVE)/.test(form.mnemonic);
    const { access } = statements(form, 0).find((s) => s.op === 'segment')!;
    expect(access).toBe(writes ? 'write' : 'read');
  });

  const escapes = rows.filter((form) => form.mnemonic !== 'FWAIT');
  it.each(named(escapes))('%s checks that there is an FPU before anything else', (_name, form) => {
    const waits = !form.mnemonic.startsWith('FN') || form.mnemonic === 'FNOP';
    expect(statements(form, 0)[0]).toMatchObject({ op: 'escape', kind: waits ? 'wait' : 'noWait' });
  });

  it('FWAIT does so too, and waits', () => {
    const form = rows.find(({ mnemonic }) => mnemonic === 'FWAIT')!;
    expect(faults(form)).toEqual([Vector.deviceNotAvailable, Vector.x87Error]);
  });

  it.each(named(rows.filter((form) => form.mnemonic.startsWith('FCMOV'))))('%s passes its condition', (_name, form) => {
    const trap = statements(form, 0).at(-1)!;
    const negated = form.mnemonic.startsWith('FCMOVN') ? 1 : 0;
    const code = { B: 2, E: 4, BE: 6, U: 10 }[form.mnemonic.replace(/^FCMOVN?/, '')]!;
    expect(trap.args[2]).toMatchObject({ op: 'condition', number: code + negated });
  });
});
