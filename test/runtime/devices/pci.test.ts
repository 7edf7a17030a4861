import { expect, test } from 'vitest';
import { IrqLines } from '../../../runtime/bus/irq.ts';
import { hostBridge, type ShadowSegment } from '../../../runtime/devices/i440fx/index.ts';
import { PciFunction } from '../../../runtime/devices/pci/function.ts';
import { PciBus } from '../../../runtime/devices/pci/index.ts';
import { portRange } from '../../../runtime/devices/pci/range.ts';
import { Pic8259 } from '../../../runtime/devices/pic8259/index.ts';
import { IsaBridge } from '../../../runtime/devices/piix3/index.ts';
import { restore } from '../../support/restore.ts';
import { Rig } from './rig.ts';

class PciRig extends Rig {
  readonly pci = new PciBus(this);
  readonly memoryRange: string[] = [];
  readonly card: PciFunction = new PciFunction({
    name: 'card',
    device: 3,
    function: 0,
    vendorId: 0x1234,
    deviceId: 0x5678,
    revision: 9,
    classCode: 0x020000,
    subsystemId: 0xabcd,
    interruptPin: 1,
    bars: [
      {
        index: 0,
        space: 'io',
        size: 32,
        range: portRange(this.ports, (base) => [
          { name: 'card', first: base, count: 32, read: (port) => port - base + 0x40 },
        ]),
      },
      {
        index: 1,
        space: 'memory',
        size: 0x1000,
        range: {
          place: (base) => this.memoryRange.push(`place ${base.toString(16)}`),
          remove: () => this.memoryRange.push('remove'),
        },
      },
    ],
  });

  constructor() {
    super();
    this.pci.add(this.card);
  }

  select(device: number, offset: number, fn = 0): void {
    this.ports.write(0xcf8, 4, (0x80000000 | (device << 11) | (fn << 8) | (offset & 0xfc)) >>> 0);
  }

  get(device: number, offset: number, size: 1 | 2 | 4 = 4): number {
    this.select(device, offset);
    return this.ports.read(0xcfc + (offset & 3), size);
  }

  set(device: number, offset: number, size: 1 | 2 | 4, value: number): void {
    this.select(device, offset);
    this.ports.write(0xcfc + (offset & 3), size, value);
  }
}

test("Linux's probe of mechanism #1: the address register keeps what is written in 32 bits", () => {
  const rig = new PciRig();
  rig.ports.write(0xcf8, 4, 0x80000000);
  expect(rig.ports.read(0xcf8, 4)).toBe(0x80000000);
  rig.out8(0xcf8, 0x12);
  expect([rig.ports.read(0xcf8, 4), rig.in8(0xcf8)]).toEqual([0x80000000, 0xff]);
});

test('the header identifies the function, in any access size', () => {
  const rig = new PciRig();
  expect(rig.get(3, 0x00)).toBe(0x56781234);
  expect([rig.get(3, 0x02, 2), rig.get(3, 0x08, 1), rig.get(3, 0x0a, 2), rig.get(3, 0x3d, 1)]).toEqual([
    0x5678, 9, 0x0200, 1,
  ]);
  expect(rig.get(3, 0x2c)).toBe(0xabcd1af4);
});

test('where nothing is, reads give all ones: other devices, functions and buses, or no enable bit', () => {
  const rig = new PciRig();
  expect([rig.get(4, 0), rig.get(4, 0, 2), rig.get(4, 0, 1)]).toEqual([0xffffffff, 0xffff, 0xff]);
  rig.select(3, 0, 1);
  expect(rig.ports.read(0xcfc, 4)).toBe(0xffffffff);
  rig.ports.write(0xcf8, 4, 0x80010000 | (3 << 11));
  expect(rig.ports.read(0xcfc, 4)).toBe(0xffffffff);
  rig.ports.write(0xcf8, 4, 3 << 11);
  expect(rig.ports.read(0xcfc, 4)).toBe(0xffffffff);
});

test('read-only registers cannot be written, others keep their writable bits', () => {
  const rig = new PciRig();
  rig.set(3, 0x00, 4, 0);
  rig.set(3, 0x3c, 1, 0x0b);
  rig.set(3, 0x04, 2, 0xffff);
  expect([rig.get(3, 0x00), rig.get(3, 0x3c, 1), rig.get(3, 0x04, 2)]).toEqual([0x56781234, 0x0b, 0x0147]);
});

test('base address registers tell their size', () => {
  const rig = new PciRig();
  rig.set(3, 0x10, 4, 0xffffffff);
  rig.set(3, 0x14, 4, 0xffffffff);
  rig.set(3, 0x18, 4, 0xffffffff);
  expect([rig.get(3, 0x10), rig.get(3, 0x14), rig.get(3, 0x18)]).toEqual([0xffffffe1, 0xfffff000, 0]);
});

test('an I/O range moves with its register, and is there only while it is enabled', () => {
  const rig = new PciRig();
  rig.set(3, 0x10, 4, 0xc000);
  expect(rig.in8(0xc002)).toBe(0xff);
  rig.set(3, 0x04, 2, 0x0001);
  expect(rig.in8(0xc002)).toBe(0x42);
  rig.set(3, 0x11, 1, 0xd0);
  expect([rig.in8(0xc002), rig.in8(0xd002)]).toEqual([0xff, 0x42]);
  rig.set(3, 0x04, 2, 0x0000);
  expect(rig.in8(0xd002)).toBe(0xff);
});

test('sizing while enabled takes the range away; over fixed ports it stays away', () => {
  const rig = new PciRig();
  rig.ports.register({ name: 'fixed', first: 0xe010, count: 1, read: () => 1 });
  rig.set(3, 0x04, 2, 0x0001);
  rig.set(3, 0x10, 4, 0xc000);
  rig.set(3, 0x10, 4, 0xffffffff);
  expect(rig.in8(0xc000)).toBe(0xff);
  rig.set(3, 0x10, 4, 0xe000);
  expect([rig.in8(0xe000), rig.in8(0xe010)]).toEqual([0xff, 1]);
  rig.set(3, 0x10, 4, 0xc000);
  expect(rig.in8(0xc000)).toBe(0x40);
});

test('a memory range is placed and removed', () => {
  const rig = new PciRig();
  rig.set(3, 0x04, 2, 0x0002);
  rig.set(3, 0x14, 4, 0xfebf1000);
  rig.set(3, 0x14, 4, 0xfebf1000);
  rig.set(3, 0x14, 4, 0xffffffff);
  expect(rig.memoryRange).toEqual(['place febf1000', 'remove']);
});

test('a load moves ranges to where they were', () => {
  const rig = new PciRig();
  rig.set(3, 0x04, 2, 0x0001);
  rig.set(3, 0x10, 4, 0xc000);
  const saved = rig.card.component.save();
  rig.pci.reset();
  expect(rig.in8(0xc000)).toBe(0xff);
  restore(rig.card.component, saved);
  expect(rig.in8(0xc000)).toBe(0x40);
});

test('two functions cannot have one place', () => {
  const rig = new PciRig();
  expect(() => rig.pci.add(rig.card)).toThrow("'card' and 'card' are one PCI function");
});

test("the host bridge is an i440FX, and its PAM registers tell where the BIOS area's accesses go", () => {
  const rig = new PciRig();
  let segments: readonly ShadowSegment[] = [];
  let calls = 0;
  const bridge = hostBridge({
    shadowChanged: (changed) => {
      segments = changed;
      calls++;
    },
  });
  rig.pci.add(bridge);
  rig.pci.reset();
  expect([calls, rig.get(0, 0x00), rig.get(0, 0x0a, 2)]).toEqual([1, 0x12378086, 0x0600]);
  rig.set(0, 0x59, 1, 0x30);
  rig.set(0, 0x5a, 1, 0x12);
  expect(calls).toBe(3);
  expect(segments).toHaveLength(13);
  expect(segments[0]).toEqual({ base: 0xf0000, length: 0x10000, readsRam: true, writesRam: true });
  expect(segments[1]).toEqual({ base: 0xc0000, length: 0x4000, readsRam: false, writesRam: true });
  expect(segments[2]).toEqual({ base: 0xc4000, length: 0x4000, readsRam: true, writesRam: false });
  expect(segments[12]).toEqual({ base: 0xec000, length: 0x4000, readsRam: false, writesRam: false });
  rig.set(0, 0x50, 4, 0x12345678);
  expect(calls).toBe(3);
});

class BridgeRig extends PciRig {
  readonly pic = new Pic8259(this);
  readonly irqs = new IrqLines((irq) => this.pic.line(irq));
  readonly bridge: IsaBridge;

  constructor(routes?: readonly number[]) {
    super();
    const { ports, power, irqs } = this;
    const irq = (number: number) => irqs.input(number);
    this.bridge = new IsaBridge({ ports, power, irq, ...(routes && { routes }) });
    this.pci.add(this.bridge.pciFunction);
    for (const base of [0x20, 0xa0]) {
      this.out8(base, 0x11);
      this.out8(base + 1, base === 0x20 ? 0x20 : 0x28, base === 0x20 ? 4 : 2, 1, 0);
    }
    this.ports.write(0x4d0, 2, 0x0e00);
  }
}

test('the ISA bridge is a PIIX3 with more functions, and routes nothing after a reset', () => {
  const rig = new BridgeRig();
  expect([rig.get(1, 0x00), rig.get(1, 0x0a, 2), rig.get(1, 0x0e, 1), rig.get(1, 0x60)]).toEqual([
    0x70008086, 0x0601, 0x80, 0x80808080,
  ]);
  rig.bridge.interrupt(3, 1).raise();
  expect(rig.pic.pending).toBe(false);
});

test('interrupt pins rotate through the PIRQs, which are routed to IRQs', () => {
  const rig = new BridgeRig([10, 10, 11, 11]);
  const line = rig.bridge.interrupt(3, 1);
  line.raise();
  expect(rig.pic.acknowledge()).toBe(0x2b);
  rig.set(1, 0x62, 1, 0x09);
  rig.out8(0xa0, 0x20);
  rig.out8(0x20, 0x20);
  expect(rig.pic.acknowledge()).toBe(0x29);
  line.lower();
  rig.out8(0xa0, 0x20);
  rig.out8(0x20, 0x20);
  expect(rig.pic.pending).toBe(false);
});

test('devices share a PIRQ, and PIRQs and ISA devices share an IRQ', () => {
  const rig = new BridgeRig([11, 11, 11, 11]);
  const pins = [rig.bridge.interrupt(3, 1), rig.bridge.interrupt(4, 4), rig.bridge.interrupt(3, 2)];
  const isa = rig.irqs.input(11);
  for (const line of [...pins, isa]) line.raise();
  for (const line of pins) line.lower();
  expect(rig.pic.pending).toBe(true);
  isa.lower();
  expect(rig.pic.pending).toBe(false);
});

test('the reset control port resets when bit 2 rises, as Linux does it', () => {
  const rig = new BridgeRig();
  const code = rig.in8(0xcf9) & ~6;
  rig.out8(0xcf9, code | 2);
  expect(rig.requests).toEqual([]);
  rig.out8(0xcf9, code | 6);
  rig.out8(0xcf9, code | 6);
  expect(rig.requests).toEqual(['reset']);
});

test('a load of the bridge drives no line', () => {
  const rig = new BridgeRig([11, 11, 11, 11]);
  const saved = rig.bridge.pciFunction.component.save();
  rig.bridge.interrupt(3, 1).raise();
  const pins = rig.bridge.component.save();
  rig.bridge.interrupt(3, 1).lower();
  restore(rig.bridge.component, pins);
  restore(rig.bridge.pciFunction.component, saved);
  expect(rig.pic.pending).toBe(false);
});
