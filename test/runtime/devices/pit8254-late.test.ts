import { expect, test } from 'vitest';
import { Pit8254 } from '../../../runtime/devices/pit8254/index.ts';
import { Rig } from './rig.ts';

/** Nanoseconds of one input clock. */
const CLOCK = 264000 / 315;

class PitRig extends Rig {
  readonly pit = new Pit8254(this);

  clocks(count: number): void {
    this.advance(count * CLOCK);
  }

  /** Counts to channel 0. */
  count(value: number): void {
    this.out8(0x40, value & 0xff, value >> 8);
  }

  get latched(): number {
    this.out8(0x43, 0);
    return this.in8(0x40) | (this.in8(0x40) << 8);
  }
}

/** Channel 0 with a period of so many clocks; 0: 65536. */
function ticking(period = 1000): PitRig {
  const rig = new PitRig();
  rig.out8(0x43, 0x34);
  rig.count(period);
  rig.clocks(1.5);
  rig.pit.acknowledged();
  return rig;
}

/** Rises that come one after the other, each when the one before is acknowledged. */
function acknowledgeAll(rig: PitRig): number {
  const before = rig.irq.rises;
  for (let rises = -1; rises !== rig.irq.rises; ) {
    rises = rig.irq.rises;
    rig.pit.acknowledged();
  }
  return rig.irq.rises - before;
}

test('rises that a busy host hid from the CPU come when it runs again, one after the other', () => {
  const rig = ticking();
  const before = rig.irq.rises;
  rig.stall(4500 * CLOCK);
  expect(rig.irq.rises).toBe(before + 1);
  expect(acknowledgeAll(rig)).toBe(3);
  rig.clocks(500);
  expect(rig.irq.rises).toBe(before + 5);
  expect(acknowledgeAll(rig)).toBe(0);
});

test('a rise that finds the last one not acknowledged, because the host was busy in between, is owed too', () => {
  const rig = ticking();
  rig.clocks(1000);
  rig.stall(1700 * CLOCK);
  expect(acknowledgeAll(rig)).toBe(1);
});

test('rises that the guest does not acknowledge in time are lost', () => {
  const rig = ticking();
  rig.clocks(4500);
  expect(acknowledgeAll(rig)).toBe(0);
});

test('the count goes on while rises are owed, and a new count forgets them', () => {
  const rig = ticking();
  rig.stall(4500 * CLOCK);
  expect(rig.latched).toBe(500);
  rig.count(1000);
  expect(acknowledgeAll(rig)).toBe(0);
});

test('a process that was stopped for long is not owed all of it', () => {
  const rig = ticking();
  rig.stall(1e7 * CLOCK);
  expect(acknowledgeAll(rig)).toBe(1000);
});

/** The slowest rate, with two rises owed: four periods are over, and half of the fifth. */
function owing(): PitRig {
  const rig = ticking(0);
  rig.stall(3.5 * 65536 * CLOCK);
  return rig;
}

test('a slow tick that is owed gives the guest time to see the one before', () => {
  const rig = owing();
  expect(rig.irq.rises).toBe(2);
  expect(acknowledgeAll(rig)).toBe(0);
  rig.clocks(2047);
  expect(rig.irq.rises).toBe(2);
  rig.clocks(2);
  expect(rig.irq.rises).toBe(3);
  expect(acknowledgeAll(rig)).toBe(0);
  rig.clocks(2049);
  expect(rig.irq.rises).toBe(4);
  expect(acknowledgeAll(rig)).toBe(0);
  rig.clocks(28000);
  expect(rig.irq.rises).toBe(4);
  rig.clocks(1000);
  expect(rig.irq.rises).toBe(5);
});

test('a slow tick that is owed waits for the acknowledgement of the one before', () => {
  const rig = owing();
  rig.pit.acknowledged();
  rig.clocks(32768 + 100);
  expect(rig.irq.rises).toBe(4);
  rig.clocks(10000);
  expect(rig.irq.rises).toBe(4);
  rig.pit.acknowledged();
  rig.clocks(2049);
  expect(rig.irq.rises).toBe(5);
});

test('a new count forgets a slow tick that is on its way', () => {
  const rig = owing();
  rig.pit.acknowledged();
  rig.count(0);
  rig.clocks(10000);
  expect(rig.irq.rises).toBe(2);
});
