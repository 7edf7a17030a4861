import { beforeEach, expect, test } from 'vitest';
import { AhciRig, cdrom, disk, Host, INDEX, Is, Port } from './ahci-rig.ts';

let rig: AhciRig;
beforeEach(() => {
  rig = new AhciRig(disk(100), cdrom(10, 1));
});

test('is what QEMU calls ich9-ahci', () => {
  const { pciFunction } = rig.ahci;
  const config = (at: number) => pciFunction.read(at, 4);
  // As dumped from QEMU 7.2's; what is left out is 0, or set up by firmware.
  expect([0x00, 0x08, 0x2c, 0x34, 0x3c, 0x80, 0x90, 0xa8, 0xac].map(config)).toEqual([
    0x29228086, 0x01060102, 0x11001af4, 0x80, 0x100, 0x0080a805, 0x40, 0x00100012, 0x48,
  ]);
  pciFunction.write(0x20, 4, 0xffffffff);
  pciFunction.write(0x24, 4, 0xffffffff);
  expect([config(0x20), config(0x24)]).toEqual([0xffffffe1, 0xfffff000]);
});

/** All registers that are not 0. */
function dump(): Record<string, number> {
  const offsets = Array.from({ length: 0x140 }, (_, n) => 4 * n);
  return Object.fromEntries(offsets.map((at) => [at.toString(16), rig.read(at)]).filter(([, value]) => value !== 0));
}

const host = { 0: 0xc0141f05, 4: 0x80000000, c: 0x3f, 10: 0x10000 };
const port = (base: number, there: boolean) => ({
  [(base + 0x18).toString(16)]: 6,
  [(base + 0x20).toString(16)]: 0x7f,
  [(base + 0x24).toString(16)]: 0xffffffff,
  ...(there && { [(base + 0x28).toString(16)]: 0x113 }),
});
const fresh = {
  ...host,
  ...Object.assign({}, ...[0, 1, 2, 3, 4, 5].map((n) => port(0x100 + 0x80 * n, n < 2))),
};

test('after power on, and after a reset of the host, registers are as in QEMU', () => {
  expect(dump()).toEqual(fresh);
  rig.start();
  rig.write(Host.ghc, 0x80000001);
  // Where the lists are is kept (10.4.3).
  expect(dump()).toEqual({ ...fresh, 100: 0x1000, 108: 0x2000 });
});

test('a drive tells what it is when the port receives', () => {
  rig.write(Port.fb, 0x2000);
  rig.write(Port.cmd, 0x10);
  expect([rig.read(Port.sig), rig.read(Port.tfd), rig.read(Port.cmd), rig.read(Port.is)]).toEqual([
    0x101, 0x150, 0x4010, 1,
  ]);
  expect(rig.registersFis).toEqual([0x34, 0x40, 0x50, 1, 1, 0, 0, 0xa0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  rig.write(Port.cmd + 0x80, 0x10);
  expect([rig.read(Port.sig + 0x80), rig.read(Port.tfd + 0x80)]).toEqual([0xeb140101, 0x100]);
});

test('only some bits can be written', () => {
  const written = (at: number) => {
    rig.write(at, 0xffffffff);
    return rig.read(at);
  };
  expect([Port.clb, Port.clbu, Port.fb, Port.fbu, Port.is, Port.ie].map(written)).toEqual([
    0xfffffc00, 0xffffffff, 0xffffff00, 0xffffffff, 0, 0xfdc000ff,
  ]);
  expect([Port.tfd, Port.sig, Port.ssts, Port.sact, Port.ci].map(written)).toEqual([0x7f, 0xffffffff, 0x113, 0, 0]);
  expect([Host.cap, Host.is, Host.pi, Host.vs].map(written)).toEqual([0xc0141f05, 0, 0x3f, 0x10000]);
});

test('parts of registers are read, and whole ones written', () => {
  expect([rig.read(1, 1), rig.read(2, 2), rig.read(Port.ssts + 1, 1)]).toEqual([0x1f, 0xc014, 1]);
  rig.write(Port.clb + 2, 0x55, 2);
  expect(rig.read(Port.clb)).toBe(0);
  expect(rig.mistakes).toEqual(['AHCI: a write that is not of a whole register, at 102']);
});

test('the index port reaches all registers', () => {
  rig.ports.write(INDEX + 0x10, 4, Port.clb);
  rig.ports.write(INDEX + 0x14, 4, 0x12345678);
  expect(rig.read(Port.clb)).toBe(0x12345400);
  expect([rig.ports.read(INDEX + 0x10, 4), rig.ports.read(INDEX + 0x14, 4), rig.ports.read(INDEX, 4)]).toEqual([
    Port.clb,
    0x12345400,
    0,
  ]);
  expect([rig.ports.read(INDEX + 0x10, 1), rig.ports.read(INDEX + 0x14, 2)]).toEqual([Port.clb & 0xff, 0x5400]);
  rig.ports.write(INDEX + 0x10, 4, 0xffffffff);
  expect([rig.ports.read(INDEX + 0x10, 4), rig.ports.read(INDEX + 0x14, 4)]).toEqual([0xffc, 0]);
});

test('COMRESET begins anew, and the link is seen to be down meanwhile', () => {
  rig.start();
  rig.write(Port.sctl, 1);
  expect(rig.read(Port.ssts)).toBe(0);
  rig.write(Port.cmd, 0);
  rig.write(Port.sctl, 0);
  expect([rig.read(Port.ssts), rig.read(Port.tfd), rig.read(Port.sig)]).toEqual([0x113, 0x7f, 0xffffffff]);
  rig.write(Port.sctl, 4);
  expect(rig.read(Port.ssts)).toBe(4);
});

test('a port interrupts for what the driver wants', () => {
  rig.start();
  rig.write(Port.ie, Is.registers);
  rig.issue(0xe5);
  expect([rig.read(Port.is), rig.read(Host.is), rig.irq.level]).toEqual([Is.registers, 1, true]);
  rig.write(Host.ghc, 0);
  expect(rig.irq.level).toBe(false);
  rig.write(Host.ghc, 2);
  rig.write(Port.is, Is.registers);
  rig.write(Host.is, 1);
  expect([rig.read(Host.is), rig.irq.level]).toEqual([0, false]);
});

test('interrupts are messages where the guest wants that', () => {
  rig.start();
  const { pciFunction } = rig.ahci;
  pciFunction.write(0x84, 4, 0xfee00000);
  pciFunction.write(0x8c, 2, 0x51);
  pciFunction.write(0x82, 2, 1);
  rig.issue(0xe5);
  expect([rig.irq.level, rig.sent.map(({ vector }) => vector)]).toEqual([false, [0x51]]);
});

test('without a local APIC there are no messages', () => {
  const { ports, memory, mmio, irq, guestError } = rig;
  const options = { device: 6, ports, memory, mmio, irq, guestError, sendMessage: undefined, drives: [] };
  const { pciFunction } = new (rig.ahci.constructor as new (o: typeof options) => AhciRig['ahci'])(options);
  expect([pciFunction.read(0x34, 1), pciFunction.read(0xa8, 2)]).toEqual([0xa8, 0x12]);
});
