import { beforeEach, expect, test } from 'vitest';
import { A20Gate } from '../../../runtime/bus/a20-gate.ts';
import { Port92 } from '../../../runtime/devices/port92/index.ts';
import { PORT, SystemControl } from '../../../runtime/devices/port92/registers.ts';
import { Rig } from './rig.ts';

let rig: Rig;
let a20: A20Gate;
let chip: Port92;

beforeEach(() => {
  rig = new Rig();
  a20 = new A20Gate(() => {});
  chip = new Port92({ ports: rig.ports, power: rig.power, a20 });
});

test('bit 1 opens and shuts the A20 gate, and tells its state', () => {
  rig.out8(PORT, 0);
  expect(a20.isOpen).toBe(false);
  expect(rig.in8(PORT)).toBe(0);
  rig.out8(PORT, SystemControl.a20);
  expect(a20.isOpen).toBe(true);
  expect(rig.in8(PORT)).toBe(SystemControl.a20);
});

test('bit 1 tells of a gate that the keyboard controller has moved', () => {
  rig.out8(PORT, SystemControl.a20);
  a20.set(false);
  expect(rig.in8(PORT)).toBe(0);
});

test('bit 0 resets the processor when it rises, not while it stays set', () => {
  rig.out8(PORT, SystemControl.a20 | SystemControl.reset);
  expect(rig.requests).toEqual(['reset']);
  expect(rig.in8(PORT) & SystemControl.reset).toBe(SystemControl.reset);
  rig.out8(PORT, SystemControl.a20 | SystemControl.reset);
  expect(rig.requests).toEqual(['reset']);
  rig.out8(PORT, 0, SystemControl.reset);
  expect(rig.requests).toEqual(['reset', 'reset']);
});

test('no other bit is kept', () => {
  rig.out8(PORT, 0xfc);
  expect(rig.in8(PORT)).toBe(0);
  expect(rig.requests).toEqual([]);
});

test('a reset clears bit 0, and leaves the gate to the keyboard controller', () => {
  rig.out8(PORT, SystemControl.reset);
  chip.reset();
  expect(rig.in8(PORT)).toBe(0);
  expect(a20.isOpen).toBe(false);
  rig.out8(PORT, SystemControl.reset);
  expect(rig.requests).toEqual(['reset', 'reset']);
});

test('a state that is saved has the bit, so that it rises no second time', () => {
  rig.out8(PORT, SystemControl.reset);
  const saved = chip.component.save();
  rig.out8(PORT, 0);
  chip.component.load(saved);
  rig.out8(PORT, SystemControl.reset);
  expect(rig.requests).toEqual(['reset']);
});
