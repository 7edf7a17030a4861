import { expect, test } from 'vitest';
import { Pic8259 } from '../../../runtime/devices/pic8259/index.ts';
import { restore } from '../../support/restore.ts';
import { Rig } from './rig.ts';

interface PicRig {
  readonly rig: Rig;
  readonly pic: Pic8259;
}

/** A pair as a PC's firmware or Linux's init_8259A sets it up: vectors 0x20 and 0x28, nothing masked. */
function initialised(icw4 = 0x01, icw1 = 0x11): PicRig {
  const rig = new Rig();
  const pic = new Pic8259(rig);
  rig.out8(0x20, icw1);
  rig.out8(0x21, 0x20, 0x04, icw4, 0x00);
  rig.out8(0xa0, icw1);
  rig.out8(0xa1, 0x28, 0x02, icw4, 0x00);
  return { rig, pic };
}

/** Acknowledges until nothing is pending, without any EOI. */
function acknowledgeAll({ pic }: PicRig): number[] {
  const vectors: number[] = [];
  while (pic.pending) vectors.push(pic.acknowledge());
  return vectors;
}

const readIrr = ({ rig }: PicRig, port = 0x20): number => {
  rig.out8(port, 0x0a);
  return rig.in8(port);
};
const readIsr = ({ rig }: PicRig, port = 0x20): number => {
  rig.out8(port, 0x0b);
  return rig.in8(port);
};

test('nothing gets through before initialisation', () => {
  const rig = new Rig();
  const pic = new Pic8259(rig);
  pic.line(0).raise();
  expect(pic.pending).toBe(false);
});

test('an edge is requested, taken into service and acknowledged with its vector', () => {
  const machine = initialised();
  const { pic } = machine;
  pic.line(3).raise();
  expect(readIrr(machine)).toBe(0x08);
  expect(pic.pending).toBe(true);
  expect(pic.acknowledge()).toBe(0x23);
  expect(pic.pending).toBe(false);
  expect([readIrr(machine), readIsr(machine)]).toEqual([0, 0x08]);
  machine.rig.out8(0x20, 0x20);
  expect(readIsr(machine)).toBe(0);
  expect(pic.pending).toBe(false);
});

test('initialisation needs a new edge of a line that is high', () => {
  const rig = new Rig();
  const pic = new Pic8259(rig);
  pic.line(4).raise();
  rig.out8(0x20, 0x11);
  rig.out8(0x21, 0x20, 0x04, 0x01, 0x00);
  expect(pic.pending).toBe(false);
  pic.line(4).pulse();
  expect(pic.acknowledge()).toBe(0x24);
});

test('the slave goes through input 2 of the master', () => {
  const machine = initialised();
  machine.pic.line(12).raise();
  expect(readIrr(machine)).toBe(0x04);
  expect(machine.pic.acknowledge()).toBe(0x2c);
  expect([readIsr(machine), readIsr(machine, 0xa0)]).toEqual([0x04, 0x10]);
});

test('the priorities are 0, 1, 8-15, 3-7', () => {
  const machine = initialised(0x03);
  for (const irq of [7, 15, 3, 8, 1, 0, 14]) machine.pic.line(irq).raise();
  expect(acknowledgeAll(machine)).toEqual([0x20, 0x21, 0x28, 0x2e, 0x2f, 0x23, 0x27]);
});

test('one in service holds back itself and all of lower priority, until its EOI', () => {
  const machine = initialised();
  const { pic, rig } = machine;
  pic.line(4).raise();
  pic.acknowledge();
  pic.line(4).pulse();
  pic.line(5).raise();
  expect(pic.pending).toBe(false);
  pic.line(1).raise();
  expect(pic.acknowledge()).toBe(0x21);
  rig.out8(0x20, 0x20);
  expect(pic.pending).toBe(false);
  rig.out8(0x20, 0x20);
  expect(pic.acknowledge()).toBe(0x24);
  rig.out8(0x20, 0x64);
  expect(pic.acknowledge()).toBe(0x25);
});

test('a specific EOI ends just its level', () => {
  const machine = initialised();
  const { pic, rig } = machine;
  pic.line(5).raise();
  pic.acknowledge();
  pic.line(1).raise();
  pic.acknowledge();
  rig.out8(0x20, 0x65);
  expect(readIsr(machine)).toBe(0x02);
});

test('a masked request waits until it is unmasked', () => {
  const { rig, pic } = initialised();
  rig.out8(0x21, 0xff);
  pic.line(6).raise();
  expect(pic.pending).toBe(false);
  expect(rig.in8(0x21)).toBe(0xff);
  rig.out8(0x21, 0xbf);
  expect(pic.acknowledge()).toBe(0x26);
});

test('a request that goes away before the acknowledge is spurious: vector 7, nothing in service', () => {
  const machine = initialised();
  machine.pic.line(4).raise();
  machine.pic.line(4).lower();
  expect(machine.pic.pending).toBe(false);
  expect(machine.pic.acknowledge()).toBe(0x27);
  expect(readIsr(machine)).toBe(0);
});

test('of the slave: vector 15, with input 2 of the master in service', () => {
  const machine = initialised();
  const { pic } = machine;
  // The request goes away between the two INTA cycles: the master has seen it, the slave has not.
  pic.line(10).raise();
  const saved = pic.component.save() as { master: { requests: number }; slave: { requests: number } };
  restore(pic.component, { ...saved, slave: { ...saved.slave, requests: 0 } });
  expect(pic.acknowledge()).toBe(0x2f);
  expect([readIsr(machine), readIsr(machine, 0xa0)]).toEqual([0x04, 0x00]);
});

test('a level-triggered line requests again after EOI while it is high', () => {
  const machine = initialised();
  const { pic, rig } = machine;
  rig.out8(0x4d1, 0x08);
  pic.line(11).raise();
  expect(pic.acknowledge()).toBe(0x2b);
  expect(pic.pending).toBe(false);
  rig.out8(0xa0, 0x20);
  rig.out8(0x20, 0x20);
  expect(pic.acknowledge()).toBe(0x2b);
  pic.line(11).lower();
  rig.out8(0xa0, 0x20);
  rig.out8(0x20, 0x20);
  expect(pic.pending).toBe(false);
});

test('the ELCR keeps 0, 1, 2, 8 and 13 edge-triggered', () => {
  const { rig } = initialised();
  rig.ports.write(0x4d0, 2, 0xffff);
  expect(rig.ports.read(0x4d0, 2)).toBe(0xdef8);
});

test('ICW1.LTIM makes no line level-triggered: the ELCR has taken its place', () => {
  const { rig, pic } = initialised(0x01, 0x19);
  pic.line(1).raise();
  pic.acknowledge();
  rig.out8(0x20, 0x20);
  expect(pic.pending).toBe(false);
});

test('automatic EOI leaves nothing in service; with rotation the served one gets the lowest priority', () => {
  const machine = initialised(0x03);
  const { pic, rig } = machine;
  rig.out8(0x20, 0x80);
  pic.line(0).raise();
  pic.line(1).raise();
  expect(pic.acknowledge()).toBe(0x20);
  expect(readIsr(machine)).toBe(0);
  pic.line(0).pulse();
  expect(acknowledgeAll(machine)).toEqual([0x21, 0x20]);
  rig.out8(0x20, 0x00);
  pic.line(3).raise();
  pic.acknowledge();
  pic.line(3).pulse();
  pic.line(4).raise();
  expect(acknowledgeAll(machine)).toEqual([0x23, 0x24]);
});

test('set priority puts one level lowest', () => {
  const machine = initialised(0x03);
  machine.rig.out8(0x20, 0xc4);
  for (const irq of [0, 4, 5]) machine.pic.line(irq).raise();
  expect(acknowledgeAll(machine)).toEqual([0x25, 0x20, 0x24]);
});

test('rotate on non-specific EOI puts what it ends lowest', () => {
  const machine = initialised();
  const { pic, rig } = machine;
  for (const irq of [3, 4]) pic.line(irq).raise();
  expect(pic.acknowledge()).toBe(0x23);
  rig.out8(0x20, 0xa0);
  pic.line(3).pulse();
  expect(pic.acknowledge()).toBe(0x24);
});

test('special mask mode lets lower ones through while a masked one is in service', () => {
  const machine = initialised();
  const { pic, rig } = machine;
  pic.line(3).raise();
  pic.acknowledge();
  pic.line(5).raise();
  rig.out8(0x21, 0x08);
  expect(pic.pending).toBe(false);
  rig.out8(0x20, 0x68);
  expect(pic.acknowledge()).toBe(0x25);
  rig.out8(0x20, 0x20);
  expect(readIsr(machine)).toBe(0x08);
  rig.out8(0x20, 0x48);
  rig.out8(0x20, 0x20);
  expect(readIsr(machine)).toBe(0);
});

test('special fully nested mode lets the slave interrupt its own service', () => {
  const machine = initialised(0x11);
  const { pic } = machine;
  pic.line(14).raise();
  expect(pic.acknowledge()).toBe(0x2e);
  pic.line(9).raise();
  expect(pic.acknowledge()).toBe(0x29);
  pic.line(12).raise();
  expect(pic.pending).toBe(false);
});

test('a poll acknowledges without an INTA', () => {
  const machine = initialised();
  const { pic, rig } = machine;
  rig.out8(0x20, 0x0c);
  expect(rig.in8(0x20)).toBe(0);
  pic.line(6).raise();
  rig.out8(0x20, 0x0c);
  expect(rig.in8(0x20)).toBe(0x86);
  expect(pic.pending).toBe(false);
  expect(readIsr(machine)).toBe(0x40);
});

test("Linux's probe: the mask register keeps what is written", () => {
  const { rig } = initialised();
  rig.out8(0xa1, 0xff);
  rig.out8(0x21, 0xfb);
  expect(rig.in8(0x21)).toBe(0xfb);
});

test('onPending tells when the output rises, and an acknowledge that leaves requests is a new rise', () => {
  const machine = initialised(0x03);
  const { pic } = machine;
  let rises = 0;
  pic.onPending = () => rises++;
  pic.line(3).raise();
  pic.line(4).raise();
  expect(rises).toBe(1);
  pic.acknowledge();
  expect(rises).toBe(2);
  pic.acknowledge();
  expect([rises, pic.pending]).toEqual([2, false]);
});

test('a slave with one more request asks again after an automatic EOI', () => {
  const machine = initialised(0x03);
  machine.pic.line(8).raise();
  machine.pic.line(9).raise();
  expect(acknowledgeAll(machine)).toEqual([0x28, 0x29]);
});

test('a single chip skips ICW3, and without ICW4 goes on at the mask', () => {
  const rig = new Rig();
  new Pic8259(rig);
  rig.out8(0x20, 0x12);
  rig.out8(0x21, 0x40, 0x55);
  expect(rig.in8(0x21)).toBe(0x55);
});

test('there is no line 2, and a load brings the output back', () => {
  const machine = initialised();
  expect(() => machine.pic.line(2)).toThrow('there is no IRQ 2');
  machine.pic.line(5).raise();
  const saved = machine.pic.component.save();
  const other = initialised().pic;
  restore(other.component, saved);
  expect(other.pending).toBe(true);
  expect(other.acknowledge()).toBe(0x25);
  machine.pic.reset();
  expect(machine.pic.pending).toBe(false);
});
