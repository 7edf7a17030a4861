import { expect, test } from 'vitest';
import { AhciRig, DATA, disk, Is, Port } from './ahci-rig.ts';

/** Starts the port anew, as drivers do after an error. */
function recover(rig: AhciRig): void {
  rig.write(Port.cmd, 0x10);
  rig.write(Port.serr, 0xffffffff);
  rig.write(Port.is, 0xffffffff);
  rig.write(Port.cmd, 0x11);
}

function expectWell(rig: AhciRig): void {
  rig.issue(0x25, { sector: 4, count: 1, regions: [[DATA, 512]] });
  rig.settle();
  expect(rig.data(512)).toEqual(rig.medium.bytes.slice(4 * 512, 5 * 512));
  expect([rig.read(Port.ci), rig.read(Port.tfd)]).toEqual([0, 0x50]);
}

test.each([
  ['an unknown command', 0x02, 0, 0x04],
  ['a sector beyond the end', 0x25, 100, 0x10],
  ['a bad sector', 0x25, 50, 0x40],
  ['a packet', 0xa0, 0, 0x04],
])('%s is an error, which stops the port', (_, code, sector, error) => {
  const rig = new AhciRig(disk(100)).start();
  rig.medium.bad.add(50);
  rig.issue(code, { slot: 2, sector, count: 1, regions: [[DATA, 512]] });
  rig.settle();
  expect(rig.read(Port.tfd)).toBe(0x41 | (error << 8));
  expect(rig.read(Port.is)).toBe(Is.taskFile | Is.registers);
  // The command stays in the list, and PxCMD tells which it was (6.2.2.1).
  expect([rig.read(Port.ci), (rig.read(Port.cmd) >> 8) & 31]).toEqual([4, 2]);
  rig.issue(0xe5, { slot: 3 });
  expect(rig.read(Port.ci)).toBe(0xc);
  recover(rig);
  expectWell(rig);
});

test.each([
  ['of another type', { fis: { 0: 0x34 } }],
  ['for a port multiplier', { fis: { 1: 0x8f } }],
  ['of another slot', { fis: { 2: 0x60, 12: 5 << 3 } }],
])('a FIS %s is refused', (_, issued) => {
  const rig = new AhciRig(disk(100)).start();
  rig.issue(0xe5, issued);
  expect([rig.read(Port.is), rig.read(Port.serr), rig.read(Port.ci)]).toEqual([Is.interface, 0x400400, 1]);
  expect(rig.mistakes).toEqual(['AHCI: a command that no drive takes, slot 0']);
  recover(rig);
  expectWell(rig);
});

test('a FIS that is too short is refused', () => {
  const rig = new AhciRig(disk(100)).start();
  rig.prepare(0xe5);
  rig.put(0x1000, 4);
  rig.write(Port.ci, 1);
  expect(rig.read(Port.is)).toBe(Is.interface);
});

test.each([
  ['list', (rig: AhciRig) => rig.write(Port.clb, 0xfffffc00)],
  ['list beyond 4 GB', (rig: AhciRig) => rig.write(Port.clbu, 0xffffffff)],
  ['table', (rig: AhciRig) => rig.put(0x1008, 0x80000000)],
  ['table beyond 4 GB', (rig: AhciRig) => rig.put(0x100c, 0xffffffff)],
])('a %s that is not in memory is an error of the bus', (_, change) => {
  const rig = new AhciRig(disk(100)).start();
  rig.prepare(0xe5);
  change(rig);
  rig.write(Port.ci, 1);
  expect([rig.read(Port.is), rig.read(Port.serr), rig.read(Port.ci)]).toEqual([Is.hostBus, 0x800, 1]);
  rig.write(Port.clb, 0x1000);
  rig.write(Port.clbu, 0);
  recover(rig);
  expectWell(rig);
});

test('what goes nowhere is lost, and what comes from there are ones', () => {
  const rig = new AhciRig(disk(100)).start();
  rig.write(Port.fbu, 5);
  rig.issue(0x25, { sector: 4, count: 1, regions: [[0xfffffff0, 512]] });
  rig.settle();
  rig.issue(0x35, { sector: 4, count: 1, regions: [[0xfffffff0, 512]] });
  rig.settle();
  expect(rig.medium.bytes.slice(4 * 512, 5 * 512).every((byte) => byte === 0xff)).toBe(true);
  expect(rig.read(Port.ci)).toBe(0);
});

test('a function that is no bus master reaches no memory', () => {
  const rig = new AhciRig(disk(100)).start();
  rig.prepare(0xe5);
  rig.ahci.pciFunction.write(4, 2, 3);
  rig.write(Port.ci, 1);
  // It reads ones, and so there is no table where the list says.
  expect(rig.read(Port.is)).toBe(Is.hostBus);
});
