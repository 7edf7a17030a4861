import { describe, expect, it } from 'vitest';
import { environmentActions } from '../../../../runtime/cpu/x87/environment.ts';
import { memoryActions } from '../../../../runtime/cpu/x87/memory.ts';
import { registerActions } from '../../../../runtime/cpu/x87/register.ts';
import * as lift from '../../../../translator/lift/x87.ts';
import { forms } from '../../../../translator/x86/table/index.ts';

const rows = forms.filter((form) => form.lift === lift.execute);
const actions = [...environmentActions.keys(), ...memoryActions.keys(), ...registerActions.keys()];

describe('x87 rows of the instruction table', () => {
  it.each(rows.map((form) => [`${form.encoding} ${form.mnemonic}`, form.argument] as const))(
    '%s is executed by one action',
    (_name, argument) => {
      expect(actions.filter((operation) => operation === argument)).toHaveLength(1);
    },
  );

  it('leave no action unused', () => {
    const used = new Set(rows.map((form) => form.argument));
    expect(actions.filter((operation) => !used.has(operation))).toEqual([]);
  });
});
