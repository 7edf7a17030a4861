import { expect, test } from 'vitest';
import { A20Gate } from '../../../runtime/bus/a20-gate.ts';
import { restore } from '../../support/restore.ts';

test('it tells of its moves alone, and is as it was when it is restored', () => {
  const moves: boolean[] = [];
  const gate = new A20Gate((open) => moves.push(open));
  gate.set(true);
  gate.set(true);
  const saved = gate.component.save();
  gate.set(false);
  restore(gate.component, saved);
  expect([gate.isOpen, moves]).toEqual([true, [true, false, true]]);
});
