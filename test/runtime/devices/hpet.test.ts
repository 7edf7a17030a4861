import { expect, test } from 'vitest';
import { Hpet } from '../../../runtime/devices/hpet/index.ts';
import { Pit8254 } from '../../../runtime/devices/pit8254/index.ts';
import type { MmioRegion } from '../../../runtime/memory/mmio.ts';
import { restore } from '../../support/restore.ts';
import { Rig, recordedLine } from './rig.ts';

const [CONFIG, STATUS, COUNTER] = [0x10, 0x20, 0xf0];
const [ENABLE, LEGACY] = [1, 2];
const [LEVEL, INTERRUPT, PERIODIC, SET_VALUE, BITS32] = [0x2, 0x4, 0x8, 0x40, 0x100];
const ROUTE2 = 2 << 9;
const timer = (n: number): number => 0x100 + 0x20 * n;

/** By IRQ: the ends of its line in the order in which they were asked for. */
class HpetRig extends Rig {
  readonly lines: Record<number, ReturnType<typeof recordedLine>[]> = { 0: [], 8: [] };
  readonly hpet: Hpet;
  region!: MmioRegion;

  constructor() {
    super();
    const { clock, events } = this;
    const mmio = {
      add: (region: MmioRegion) => {
        this.region = region;
      },
      remove: () => {},
    };
    const irq = (number: number) => {
      const line = recordedLine();
      this.lines[number].push(line);
      return line;
    };
    this.hpet = new Hpet({ mmio, clock, events, irq, ioApic: true });
  }

  get(offset: number): number {
    return this.region.read(offset, 4) >>> 0;
  }

  set(offset: number, value: number): void {
    this.region.write(offset, 4, value);
  }

  /** Timers' ends: timer 0 as IRQ 0, timer 1 as IRQ 8, and timers 0-2 at the I/O APIC's input 2. */
  get rises(): { legacy: number[]; routed: number[] } {
    return {
      legacy: [this.lines[0][0].rises, this.lines[8][0].rises],
      routed: this.lines[0].slice(2, 5).map((line) => line.rises),
    };
  }
}

test('tells what it has', () => {
  const rig = new HpetRig();
  expect([rig.get(0), rig.get(4)]).toEqual([0x8086a201, 10_000_000]);
  expect([rig.get(timer(0)), rig.get(timer(2) + 4)]).toEqual([0x30, 0x4]);
  expect([rig.region.read(2, 2), rig.region.read(1, 1), rig.get(timer(3))]).toEqual([0x8086, 0xa2, 0]);
});

test('the counter counts 100 MHz while it is enabled, in 64 bits', () => {
  const rig = new HpetRig();
  rig.advance(1000);
  expect(rig.get(COUNTER)).toBe(0);
  rig.set(CONFIG, ENABLE);
  rig.advance(12345);
  expect(rig.get(COUNTER)).toBe(1234);
  rig.set(CONFIG, 0);
  rig.advance(1000);
  expect(rig.get(COUNTER)).toBe(1234);
  rig.set(COUNTER, 0xffffffff);
  rig.set(COUNTER + 4, 7);
  rig.set(CONFIG, ENABLE);
  rig.advance(20);
  expect([rig.get(COUNTER), rig.get(COUNTER + 4)]).toEqual([1, 8]);
});

test('a one-shot timer fires once, in the place of the 8254', () => {
  const rig = new HpetRig();
  rig.set(timer(0), INTERRUPT);
  rig.set(timer(0) + 8, 1000);
  rig.set(timer(0) + 12, 0);
  rig.set(CONFIG, ENABLE | LEGACY);
  rig.advance(9999);
  expect(rig.rises.legacy).toEqual([0, 0]);
  rig.advance(1);
  expect(rig.rises).toEqual({ legacy: [1, 0], routed: [0, 0, 0] });
  rig.advance(1e9);
  expect(rig.rises.legacy).toEqual([1, 0]);
  rig.set(timer(0) + 8, rig.get(COUNTER) + 100);
  rig.advance(1000);
  expect(rig.rises.legacy).toEqual([2, 0]);
});

test('a comparator that was never written does not fire', () => {
  const rig = new HpetRig();
  rig.set(CONFIG, ENABLE | LEGACY);
  rig.set(timer(0), INTERRUPT);
  rig.advance(1e9);
  expect(rig.rises.legacy).toEqual([0, 0]);
});

test('a periodic timer gets its first time and then its period, and can be as slow as it likes', () => {
  const rig = new HpetRig();
  rig.set(CONFIG, ENABLE | LEGACY);
  rig.set(timer(1), INTERRUPT | PERIODIC | SET_VALUE | BITS32);
  rig.set(timer(1) + 8, 300);
  rig.set(timer(1) + 8, 1000);
  rig.advance(3000);
  expect(rig.rises.legacy).toEqual([0, 1]);
  rig.advance(10_000 * 5);
  expect(rig.rises.legacy).toEqual([0, 6]);
  expect(rig.get(timer(1) + 8)).toBe(6300);
  rig.set(timer(1), PERIODIC | BITS32);
  rig.advance(100_000);
  expect(rig.rises.legacy).toEqual([0, 6]);
});

test('a periodic timer of 64 bits is set by one store of its comparator', () => {
  const rig = new HpetRig();
  rig.set(CONFIG, ENABLE | LEGACY);
  rig.set(timer(0), INTERRUPT | PERIODIC | SET_VALUE);
  rig.region.writeWide!(timer(0) + 8, 1000, 0);
  expect([rig.get(timer(0) + 8), rig.get(timer(0) + 12), rig.get(timer(0)) & SET_VALUE]).toEqual([1000, 0, 0]);
  rig.advance(35_000);
  expect(rig.rises.legacy).toEqual([3, 0]);
});

test('one store sets the counter, and one of a register whose upper half is reserved its lower half', () => {
  const rig = new HpetRig();
  rig.region.writeWide!(COUNTER, 5, 6);
  rig.region.writeWide!(CONFIG, ENABLE, 0xffffffff);
  rig.advance(100);
  expect([rig.get(COUNTER), rig.get(COUNTER + 4), rig.get(CONFIG), rig.get(CONFIG + 4)]).toEqual([15, 6, ENABLE, 0]);
});

test('periods that nobody ran are left out', () => {
  const rig = new HpetRig();
  rig.set(CONFIG, ENABLE | LEGACY);
  rig.set(timer(0), INTERRUPT | PERIODIC | SET_VALUE | BITS32);
  rig.set(timer(0) + 8, 1000);
  rig.stall(55_000);
  expect([rig.rises.legacy[0], rig.get(timer(0) + 8)]).toEqual([1, 6000]);
  rig.advance(5000);
  expect(rig.rises.legacy[0]).toBe(2);
});

test('a one-shot timer of 32 bits fires when they wrap, too', () => {
  const rig = new HpetRig();
  rig.set(COUNTER, 0xffffff00);
  rig.set(timer(0), INTERRUPT | BITS32);
  rig.set(timer(0) + 8, 0x100);
  rig.set(CONFIG, ENABLE | LEGACY);
  rig.advance(0x100 * 10);
  expect(rig.rises.legacy).toEqual([1, 0]);
  rig.advance(0x100 * 10);
  expect(rig.rises.legacy).toEqual([2, 0]);
});

test('edges of timers that share an input of the I/O APIC are all seen; a level stays until its status is cleared', () => {
  const rig = new HpetRig();
  for (const [n, level] of [
    [0, 0],
    [1, 0],
    [2, LEVEL],
  ]) {
    rig.set(timer(n), INTERRUPT | ROUTE2 | level);
    rig.set(timer(n) + 8, 100 * (n + 1));
    rig.set(timer(n) + 12, 0);
  }
  rig.set(CONFIG, ENABLE);
  rig.advance(2500);
  expect([rig.rises.routed, rig.lines[0].map(({ level }) => level)]).toEqual([
    [1, 1, 0],
    [false, false, false, false, false],
  ]);
  rig.advance(1000);
  expect([rig.get(STATUS), rig.lines[0][4].level]).toEqual([4, true]);
  rig.set(STATUS, 3);
  expect(rig.lines[0][4].level).toBe(true);
  rig.set(STATUS, 4);
  expect([rig.get(STATUS), rig.lines[0][4].level]).toEqual([0, false]);
});

test('legacy replacement cuts the lines of the 8254 and the clock, and gives them back as they are then', () => {
  const rig = new HpetRig();
  const { ports, clock, events } = rig;
  const pit = new Pit8254({ ports, clock, events, irq: rig.hpet.replaceable(0), voice: rig.voice });
  const clockLine = rig.hpet.replaceable(8);
  const [pitOutput, clockOutput] = [rig.lines[0][1], rig.lines[8][1]];
  rig.out8(0x43, 0x34);
  rig.out8(0x40, 100, 0);
  rig.advance(1e6);
  const before = pitOutput.rises;
  expect(before).toBeGreaterThan(5);
  rig.set(CONFIG, LEGACY);
  clockLine.raise();
  rig.advance(1e6);
  expect([pitOutput.rises, pitOutput.level, clockOutput.level]).toEqual([before, false, false]);
  rig.set(CONFIG, 0);
  expect(clockOutput.level).toBe(true);
  rig.advance(1e6);
  expect(pitOutput.rises).toBeGreaterThan(before);
  pit.reset();
});

test('a reset stops it', () => {
  const rig = new HpetRig();
  rig.set(timer(0), INTERRUPT);
  rig.set(timer(0) + 8, 1000);
  rig.set(CONFIG, ENABLE | LEGACY);
  rig.hpet.reset();
  rig.advance(1e6);
  expect([rig.rises.legacy, rig.get(CONFIG), rig.get(COUNTER), rig.get(timer(0) + 8)]).toEqual([
    [0, 0],
    0,
    0,
    0xffffffff,
  ]);
});

test('a saved timer goes on', () => {
  const first = new HpetRig();
  first.set(CONFIG, ENABLE | LEGACY);
  first.set(timer(0), INTERRUPT | PERIODIC | SET_VALUE | BITS32);
  first.set(timer(0) + 8, 1000);
  first.advance(25_000);
  const second = new HpetRig();
  second.advance(25_000);
  restore(second.hpet.component, first.hpet.component.save());
  second.events.component.load(first.events.component.save());
  expect(second.get(COUNTER)).toBe(2500);
  second.advance(10_000);
  expect(second.rises.legacy).toEqual([1, 0]);
});
