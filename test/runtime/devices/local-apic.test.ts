import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ApicRig } from './apic-rig.ts';

let rig: ApicRig;
beforeEach(() => {
  rig = new ApicRig();
});

describe('the local APIC after reset', () => {
  test('has the values of Intel SDM vol. 3, 11.4.7.1, but for LINT0', () => {
    expect(rig.get(0x30)).toBe(0x50014);
    expect([0x20, 0x80, 0xa0, 0xd0, 0xe0, 0xf0].map((offset) => rig.get(offset))).toEqual([
      0, 0, 0, 0, 0xffffffff, 0xff,
    ]);
    expect([0x320, 0x330, 0x340, 0x350, 0x360, 0x370].map((offset) => rig.get(offset))).toEqual([
      0x10000, 0x10000, 0x10000, 0x700, 0x10000, 0x10000,
    ]);
    expect(rig.local.readBase()).toEqual([0xfee00900, 0]);
  });

  test('passes the 8259s’ interrupts through, until LINT0 is masked or is no ExtINT', () => {
    rig.external.pending = true;
    rig.external.onPending();
    expect([rig.local.pending, rig.rises, rig.local.acknowledge()]).toEqual([true, 1, 0x99]);
    rig.enable().set(0x350, 0x10700);
    expect(rig.local.pending).toBe(false);
    rig.external.onPending();
    expect(rig.rises).toBe(1);
    rig.set(0x350, 0x700);
    expect([rig.local.pending, rig.rises]).toEqual([true, 2]);
    rig.set(0x350, 0x20);
    expect(rig.local.pending).toBe(false);
    rig.local.writeBase(0xfee00100, 0);
    expect(rig.local.pending).toBe(true);
  });

  test('accepts nothing before it is enabled by software, and masks its vectors when it is not', () => {
    rig.self(0x40);
    expect(rig.local.pending).toBe(false);
    rig.set(0x320, 0x40);
    expect(rig.get(0x320)).toBe(0x10040);
    rig.enable().set(0x320, 0x40);
    expect(rig.get(0x320)).toBe(0x40);
    rig.set(0xf0, 0xff);
    expect(rig.get(0x320)).toBe(0x10040);
  });
});

describe('priorities', () => {
  test('of requests, those in service and the task', () => {
    rig.enable();
    for (const vector of [0x41, 0x65, 0x43]) rig.self(vector);
    expect([rig.get(0x220), rig.get(0x230)]).toEqual([0xa, 0x20]);
    expect(rig.local.acknowledge()).toBe(0x65);
    expect([rig.local.pending, rig.get(0xa0), rig.get(0x130)]).toEqual([false, 0x60, 0x20]);
    rig.self(0x70);
    expect([rig.local.pending, rig.local.acknowledge()]).toEqual([true, 0x70]);
    rig.set(0xb0, 0);
    expect([rig.local.pending, rig.get(0xa0)]).toEqual([false, 0x60]);
    rig.set(0xb0, 0);
    expect(rig.local.acknowledge()).toBe(0x43);
    rig.set(0xb0, 0);
    rig.set(0x80, 0x4f);
    expect([rig.local.pending, rig.get(0xa0)]).toEqual([false, 0x4f]);
    const { rises } = rig;
    rig.set(0x80, 0x3f);
    expect([rig.rises - rises, rig.local.acknowledge()]).toEqual([1, 0x41]);
  });

  test('vectors below 16 are errors', () => {
    rig.enable().set(0x370, 0x50);
    rig.self(5);
    expect(rig.local.acknowledge()).toBe(0x50);
    expect(rig.get(0x280)).toBe(0);
    rig.set(0x280, 0);
    expect(rig.get(0x280)).toBe(0x60);
    rig.set(0x280, 0);
    expect(rig.get(0x280)).toBe(0);
  });
});

test('interprocessor interrupts reach this processor if they name it', () => {
  rig.enable();
  const arrives = (low: number, high: number): boolean => {
    rig.set(0x310, high);
    rig.set(0x300, low);
    if (!rig.local.pending) return false;
    rig.local.acknowledge();
    rig.set(0xb0, 0);
    return true;
  };
  expect(arrives(0x40, 0)).toBe(true);
  expect(arrives(0x40, 0x01000000)).toBe(false);
  expect(arrives(0x40, 0xff000000)).toBe(true);
  expect(arrives(0x80040, 0)).toBe(true);
  expect(arrives(0xc0040, 0)).toBe(false);
  rig.set(0xd0, 0x02000000);
  expect([arrives(0x840, 0x03000000), arrives(0x840, 0x01000000)]).toEqual([true, false]);
  rig.set(0xe0, 0x0fffffff);
  rig.set(0xd0, 0x12000000);
  expect([arrives(0x840, 0x16000000), arrives(0x840, 0x22000000), arrives(0x840, 0x11000000)]).toEqual([
    true,
    false,
    false,
  ]);
  rig.set(0x300, 0x40400);
  expect(rig.nmis).toBe(1);
});

describe('the timer', () => {
  const times = (nanoseconds: number): number[] => {
    const found: number[] = [];
    for (let n = 0; n < nanoseconds; n += 10) {
      rig.advance(10);
      if (!rig.local.pending) continue;
      rig.local.acknowledge();
      rig.set(0xb0, 0);
      found.push(n + 10);
    }
    return found;
  };

  test.each([
    [0b1011, 1],
    [0b0000, 2],
    [0b0001, 4],
    [0b0010, 8],
    [0b0011, 16],
    [0b1000, 32],
    [0b1001, 64],
    [0b1010, 128],
  ])('divides by the code %i: %i', (code, divider) => {
    rig.enable().set(0x3e0, code);
    rig.set(0x380, 1000);
    rig.advance(128 * 100);
    expect(rig.get(0x390)).toBe(Math.max(0, 1000 - (128 * 100) / divider));
  });

  test('once', () => {
    rig.enable().set(0x320, 0x40);
    rig.set(0x380, 500);
    expect(times(900)).toEqual([]);
    expect(rig.get(0x390)).toBe(50);
    expect(times(1000)).toEqual([100]);
    expect([rig.get(0x390), rig.get(0x380)]).toEqual([0, 500]);
  });

  test('again and again; it counts while it is masked; 0 stops it', () => {
    rig.enable().set(0x320, 0x20040);
    rig.set(0x3e0, 0b1011);
    rig.set(0x380, 100);
    expect(times(350)).toEqual([100, 200, 300]);
    rig.set(0x320, 0x30040);
    expect(times(100)).toEqual([]);
    expect(rig.get(0x390)).toBe(50);
    rig.set(0x320, 0x20040);
    expect(times(100)).toEqual([50]);
    rig.set(0x380, 0);
    expect(times(500)).toEqual([]);
  });

  test('at a value of the time-stamp counter', () => {
    rig.enable().set(0x320, 0x40040);
    rig.set(0x380, 100);
    expect(times(300)).toEqual([]);
    rig.local.writeDeadline(700, 0, 700);
    expect(rig.local.readDeadline()).toEqual([700, 0]);
    expect(times(500)).toEqual([400]);
    expect(rig.local.readDeadline()).toEqual([0, 0]);
    rig.local.writeDeadline(1, 0, 1);
    expect(times(20)).toEqual([10]);
    rig.local.writeDeadline(2000, 0, 2000);
    rig.set(0x320, 0x40);
    expect([rig.local.readDeadline(), times(2000)]).toEqual([[0, 0], []]);
  });
});

test('the timer expires once, though the host does something else for longer than it counts while it is started', () => {
  let time = 0;
  vi.spyOn(rig.clock, 'now').mockImplementation(() => {
    time += 10_000;
    return time;
  });
  rig.enable().set(0x320, 0x40);
  rig.set(0x380, 500);
  expect(rig.events.nextDeadline()).toBeLessThan(Infinity);
  rig.events.runDue(time + 1000);
  expect(rig.local.pending).toBe(true);
});

describe('the I/O APIC', () => {
  test('has 24 masked inputs', () => {
    expect([rig.ioRegister(0), rig.ioRegister(1), rig.ioRegister(0x10), rig.ioRegister(0x3e)]).toEqual([
      0, 0x170020, 0x10000, 0x10000,
    ]);
  });

  test('sends edges, but not those of masked inputs', () => {
    rig.enable();
    const line = rig.io.line(4);
    line.raise();
    rig.entry(4, 0x31);
    expect(rig.local.pending).toBe(false);
    line.raise();
    expect(rig.local.pending).toBe(false);
    line.pulse();
    expect(rig.local.acknowledge()).toBe(0x31);
    expect(rig.ioRegister(0x18)).toBe(0x31);
  });

  test('sends a level until it is served, and again while it stays', () => {
    rig.enable();
    const line = rig.io.line(9);
    rig.entry(9, 0x8052);
    line.raise();
    expect([rig.local.acknowledge(), rig.ioRegister(0x22)]).toEqual([0x52, 0xc052]);
    expect(rig.get(0x1a0)).toBe(1 << 18);
    rig.set(0xb0, 0);
    expect([rig.local.pending, rig.local.acknowledge()]).toEqual([true, 0x52]);
    line.lower();
    rig.set(0xb0, 0);
    expect([rig.local.pending, rig.ioRegister(0x22)]).toEqual([false, 0x8052]);
  });

  test('gives a guest time that is interrupted again and again', () => {
    rig.enable();
    rig.io.line(9).raise();
    rig.entry(9, 0x8052);
    for (let round = 0; round < 3; round++) {
      let served = 0;
      for (; rig.local.pending; served++) {
        rig.local.acknowledge();
        rig.set(0xb0, 0);
      }
      expect(served).toBe(1000);
      rig.advance(9_999_999);
      expect(rig.local.pending).toBe(false);
      rig.advance(1);
    }
  });

  test('interrupts at once where each interrupt was served', () => {
    rig.enable();
    const line = rig.io.line(9);
    line.raise();
    rig.entry(9, 0x8052);
    for (let n = 0; n < 5000; n++) {
      expect(rig.local.acknowledge()).toBe(0x52);
      line.lower();
      line.raise();
      rig.set(0xb0, 0);
    }
  });

  test('finds nobody where the destination is another processor', () => {
    rig.enable();
    rig.entry(4, 0x31, 0x05000000);
    rig.io.line(4).pulse();
    expect(rig.local.pending).toBe(false);
  });
});

test('what a hypervisor gives the processor comes before all else, while it is pending, and needs no end', () => {
  const direct = { vector: 0xf3, pending: false };
  rig.enable().self(0x80);
  expect(rig.local.acknowledge()).toBe(0x80);
  rig.local.setDirect(direct);
  expect([rig.local.pending, rig.rises]).toEqual([false, 1]);
  direct.pending = true;
  rig.local.setDirect(direct);
  expect([rig.local.pending, rig.rises]).toEqual([true, 2]);
  rig.self(0x90);
  expect([rig.local.acknowledge(), rig.local.acknowledge(), rig.local.pending]).toEqual([0xf3, 0xf3, true]);
  direct.pending = false;
  expect(rig.local.acknowledge()).toBe(0x90);
  expect(rig.local.pending).toBe(false);
  direct.pending = true;
  rig.local.setDirect(null);
  expect(rig.local.pending).toBe(false);
});
