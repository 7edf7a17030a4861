import { expect, test } from 'vitest';
import { IrqLines, irqLine, SharedLine } from '../../../runtime/bus/irq.ts';
import { restore } from '../../support/restore.ts';

test('a pulse ends high with a new edge', () => {
  const levels: boolean[] = [];
  const line = irqLine((high) => levels.push(high));
  line.raise();
  line.pulse();
  line.lower();
  expect(levels).toEqual([true, false, true, false]);
});

test('a shared line is high while any input is', () => {
  let level = false;
  const shared = new SharedLine('irq4', {
    set: (high) => {
      level = high;
    },
  });
  const first = shared.input();
  const second = shared.input();
  first.raise();
  second.raise();
  first.lower();
  expect(level).toBe(true);
  second.lower();
  expect(level).toBe(false);
});

test('the levels of the inputs are state', () => {
  let level = false;
  const shared = new SharedLine('irq4', {
    set: (high) => {
      level = high;
    },
  });
  const inputs = Array.from({ length: 32 }, () => shared.input());
  inputs[0].raise();
  inputs[31].raise();
  const saved = shared.component.save();
  inputs[31].lower();
  restore(shared.component, saved);
  inputs[0].lower();
  expect(level).toBe(true);
  expect(() => shared.input()).toThrow('irq4: more than 32 inputs');
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

test('a loaded shared line drives its output, so that the gate of A20 is as it was', () => {
  let level = false;
  const shared = new SharedLine('a20', {
    set: (high) => {
      level = high;
    },
  });
  const input = shared.input();
  input.raise();
  const saved = shared.component.save();
  input.lower();
  restore(shared.component, saved);
  expect(level).toBe(true);
});
