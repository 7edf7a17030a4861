import { expect, test } from 'vitest';
import { IrqLines, irqLine } from '../../../runtime/bus/irq.ts';
import { restore } from '../../support/restore.ts';

test('a pulse ends high with a new edge', () => {
  const levels: boolean[] = [];
  const line = irqLine((high) => levels.push(high));
  line.raise();
  line.pulse();
  line.lower();
  expect(levels).toEqual([true, false, true, false]);
});

test('a line that devices share is high while any of them raises it; 32 may', () => {
  const levels: boolean[] = [];
  const lines = new IrqLines(() => ({ set: (high) => levels.push(high) }));
  const inputs = Array.from({ length: 32 }, () => lines.input(4));
  inputs[0]!.raise();
  inputs[31]!.raise();
  inputs[0]!.lower();
  inputs[31]!.lower();
  expect(levels).toEqual([true, true, true, false]);
  expect(() => lines.input(4)).toThrow('irq 4: more than 32 inputs');
});

test('each IRQ is a shared line of its own, and all their levels are one state', () => {
  const levels = new Map<number, boolean>();
  const lines = new IrqLines((irq) => ({ set: (high) => levels.set(irq, high) }));
  const [first, second, other] = [lines.input(4), lines.input(4), lines.input(11)];
  first.raise();
  second.raise();
  other.raise();
  const saved = lines.component.save();
  first.lower();
  expect([levels.get(4), levels.get(11)]).toEqual([true, true]);
  second.lower();
  expect(levels.get(4)).toBe(false);
  restore(lines.component, saved);
  second.lower();
  expect(levels.get(4)).toBe(true);
});
