import { describe, expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { REQUEST_TIME } from '../../../support/memory-block.ts';
import { AhciRig, DATA, disk, Host, Is, Port, pattern } from './ahci-rig.ts';

const READY = 0x50;
const word = (bytes: Uint8Array, n: number) => bytes[2 * n]! | (bytes[2 * n + 1]! << 8);

test('IDENTIFY DEVICE comes by programmed I/O, and says that it is a SATA disk with a queue', () => {
  const rig = new AhciRig(disk(100)).start();
  rig.issue(0xec, { regions: [[DATA, 512]] });
  const identity = rig.data(512);
  expect([75, 76, 93].map((n) => word(identity, n))).toEqual([31, 0x102, 0]);
  expect([word(identity, 60), word(identity, 84) & 0x20, word(identity, 100)]).toEqual([100, 0x20, 100]);
  // PIO Setup with the status before and behind the block, after which there are no registers.
  expect(rig.received(0x20, 4)).toEqual([0x5f, 0x60, 0x58, 0]);
  expect(rig.received(0x20 + 15, 3)).toEqual([READY, 0, 2]);
  expect([rig.read(Port.is), rig.read(Port.tfd), rig.read(Port.ci), rig.moved()]).toEqual([
    ...[Is.pioSetup, READY, 0, 512],
  ]);
});

describe('reading and writing', () => {
  test('DMA scatters what is read', () => {
    const rig = new AhciRig(disk(100)).start();
    rig.issue(0x25, {
      sector: 7,
      count: 3,
      regions: [
        [DATA, 0x202],
        [DATA + 0x1000, 0x3fe],
      ],
    });
    expect([rig.read(Port.ci), rig.read(Port.tfd) & 0x80]).toEqual([1, 0x80]);
    rig.settle();
    const expected = rig.medium.bytes.slice(7 * 512, 10 * 512);
    expect(rig.data(0x202)).toEqual(expected.slice(0, 0x202));
    expect(rig.data(0x3fe, DATA + 0x1000)).toEqual(expected.slice(0x202));
    expect([rig.read(Port.ci), rig.read(Port.is), rig.read(Port.tfd), rig.moved()]).toEqual([0, 1, READY, 1536]);
  });

  test('a region may be at an odd address, as in QEMU', () => {
    const rig = new AhciRig(disk(100)).start();
    rig.issue(0x25, { sector: 7, count: 1, regions: [[DATA + 1, 512]] });
    rig.settle();
    expect(rig.data(512, DATA + 1)).toEqual(rig.medium.bytes.slice(7 * 512, 8 * 512));
  });

  test('DMA gathers what is written', () => {
    const rig = new AhciRig(disk(100)).start();
    const bytes = pattern(1024, 99);
    rig.bytes.set(bytes, DATA);
    rig.issue(0x35, {
      sector: 5,
      count: 2,
      regions: [
        [DATA, 100],
        [DATA + 100, 924],
      ],
    });
    rig.settle();
    expect(rig.medium.bytes.slice(5 * 512, 7 * 512)).toEqual(bytes);
    expect([rig.read(Port.ci), rig.read(Port.tfd), rig.moved()]).toEqual([0, READY, 1024]);
  });

  test.each([
    [0x24, 0x34],
    [0x29, 0x39],
  ])('programmed I/O does, too: %#', (readCode, writeCode) => {
    const rig = new AhciRig(disk(300)).start();
    const bytes = pattern(200 * 512, 55);
    rig.bytes.set(bytes, DATA);
    rig.issue(writeCode, { sector: 50, count: 200, regions: [[DATA, 200 * 512]] });
    rig.settle();
    expect(rig.medium.bytes.slice(50 * 512, 250 * 512)).toEqual(bytes);
    expect(rig.read(Port.is) & (Is.registers | Is.pioSetup)).toBe(Is.registers | Is.pioSetup);
    rig.write(Port.is, 0xffffffff);
    rig.issue(readCode, { sector: 49, count: 202, regions: [[DATA + 0x20000, 202 * 512]] });
    rig.settle();
    expect(rig.data(202 * 512, DATA + 0x20000)).toEqual(rig.medium.bytes.slice(49 * 512, 251 * 512));
    expect([rig.read(Port.ci), rig.read(Port.tfd), rig.moved()]).toEqual([0, READY, 202 * 512]);
    expect(rig.read(Port.is)).toBe(Is.pioSetup);
  });
});

describe('the list', () => {
  test('commands are sent one after the other, and each slot has its turn', () => {
    const rig = new AhciRig(disk(100)).start();
    for (const slot of [0, 3, 31])
      rig.prepare(0x25, { slot, sector: slot, count: 1, regions: [[DATA + slot * 512, 512]] });
    rig.write(Port.ci, 0x80000009);
    rig.settle();
    expect(rig.medium.requests).toEqual(['read 3+1', 'read 31+1', 'read 0+1']);
    expect(rig.read(Port.ci)).toBe(0);
    for (const slot of [0, 3, 31])
      expect(rig.data(512, DATA + slot * 512)).toEqual(rig.medium.bytes.slice(slot * 512, (slot + 1) * 512));
  });

  test('what the regions have no room for is lost, and told', () => {
    const rig = new AhciRig(disk(100)).start();
    rig.bytes.fill(0xee, DATA, DATA + 1024);
    rig.issue(0x25, { sector: 1, count: 2, regions: [[DATA, 512]] });
    rig.settle();
    expect(rig.data(512)).toEqual(rig.medium.bytes.slice(512, 1024));
    expect([rig.data(512, DATA + 512).every((byte) => byte === 0xee), rig.moved()]).toEqual([true, 512]);
    expect(rig.read(Port.is)).toBe((Is.overflow | Is.registers) >>> 0);
    expect(rig.read(Port.ci)).toBe(0);
  });
});

test('other commands need no data', () => {
  const rig = new AhciRig(disk(100)).start();
  rig.issue(0xe5);
  expect(rig.registersFis[12]).toBe(0xff);
  rig.issue(0xea);
  expect(rig.read(Port.ci)).toBe(1);
  rig.settle();
  expect([rig.read(Port.ci), rig.medium.requests]).toEqual([0, ['flush']]);
  rig.issue(0x27);
  expect(rig.registersFis.slice(4, 11)).toEqual([99, 0, 0, 0x40, 0, 0, 0]);
  rig.bytes.set([5, 0, 0, 0, 0, 0, 2, 0], DATA);
  rig.issue(0x06, { features: 1, count: 1, regions: [[DATA, 512]] });
  rig.settle();
  expect(rig.medium.requests).toEqual(['flush', 'discard 5+2']);
});

test('a reset of software is held as long as its bit is set', () => {
  const rig = new AhciRig(disk(100)).start();
  rig.issue(0, { fis: { 1: 0, 15: 4 }, flags: 0x500 });
  expect([rig.read(Port.ci), rig.read(Port.tfd) & 0x80]).toEqual([0, 0]);
  rig.write(Port.is, 0xffffffff);
  rig.issue(0, { slot: 1, fis: { 1: 0, 15: 0 } });
  expect([rig.read(Port.ci), rig.read(Port.tfd), rig.read(Port.sig), rig.read(Port.is)]).toEqual([0, 0x150, 0x101, 1]);
  // Without the bit that clears it, the port stays busy.
  rig.issue(0, { fis: { 1: 0, 15: 4 } });
  expect(rig.read(Port.tfd) & 0x80).toBe(0x80);
});

test('a diagnosis and a reset of the drive give its signature', () => {
  const rig = new AhciRig(disk(100)).start();
  rig.issue(0x90);
  expect([rig.read(Port.ci), rig.registersFis.slice(2, 8)]).toEqual([0, [READY, 1, 1, 0, 0, 0xa0]]);
});

test('nothing is sent before the port is started, nor where no drive is', () => {
  const rig = new AhciRig(disk(100));
  rig.issue(0xe5);
  expect(rig.read(Port.ci)).toBe(0);
  rig.start(2);
  rig.write(Port.ci + 0x100, 1);
  expect([rig.read(Port.ci + 0x100), rig.read(Port.tfd + 0x100)]).toEqual([1, 0x7f]);
});

describe('what is under way', () => {
  test('reaches no memory after the port was stopped', () => {
    const rig = new AhciRig(disk(100)).start();
    rig.issue(0x25, { sector: 7, count: 3, regions: [[DATA, 1536]] });
    rig.write(Port.cmd, 0x10);
    expect([rig.read(Port.ci), rig.read(Port.cmd) & 0x8000]).toEqual([0, 0]);
    rig.settle();
    expect(rig.data(1536).every((byte) => byte === 0)).toBe(true);
    // The drive wants to move its data still: only a reset helps.
    expect(rig.read(Port.tfd) & 0x80).toBe(0x80);
    rig.write(Port.sctl, 1);
    rig.write(Port.sctl, 0);
    rig.write(Port.cmd, 0x11);
    rig.issue(0x25, { sector: 7, count: 3, regions: [[DATA, 1536]] });
    rig.settle();
    expect(rig.data(1536)).toEqual(rig.medium.bytes.slice(7 * 512, 10 * 512));
  });

  test('is forgotten at a reset of the host', () => {
    const rig = new AhciRig(disk(100)).start();
    rig.issue(0x35, { sector: 7, count: 3, regions: [[DATA, 1536]] });
    rig.write(Host.ghc, 1);
    rig.settle();
    expect(rig.medium.bytes).toEqual(pattern(100 * 512));
    expect([rig.read(Port.ci), rig.read(Port.is), rig.irq.level]).toEqual([0, 0, false]);
  });

  test('goes on after a load', () => {
    const rig = new AhciRig(disk(100)).start();
    rig.issue(0x25, { sector: 7, count: 3, regions: [[DATA, 1536]] });
    const saved = structuredClone(saveComponents([rig.ahci.component]));
    const other = new AhciRig(disk(100)).start();
    other.bytes.set(rig.bytes);
    loadComponents([other.ahci.component], saved);
    other.advance(10 * REQUEST_TIME);
    expect(other.data(1536)).toEqual(rig.medium.bytes.slice(7 * 512, 10 * 512));
    expect([other.read(Port.ci), other.read(Port.tfd), other.moved()]).toEqual([0, READY, 1536]);
  });
});
