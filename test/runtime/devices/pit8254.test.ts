import { expect, test } from 'vitest';
import { restore } from '../../support/restore.ts';
import { CLOCK, PitRig } from './pit8254-rig.ts';

test('mode 0: OUT rises N + 1 clocks after the count is written, and the counter goes on', () => {
  const rig = new PitRig();
  rig.out8(0x61, 0x01);
  rig.out8(0x43, 0xb0);
  rig.count(2, 4);
  expect(rig.outputs(8)).toBe('_____---');
  expect(rig.latched(2)).toBe(0xfffd);
});

test('mode 0: the gate stops counting, and a new count begins again', () => {
  const rig = new PitRig();
  rig.out8(0x61, 0x01);
  rig.out8(0x43, 0xb0);
  rig.count(2, 100);
  rig.clocks(11);
  rig.out8(0x61, 0x00);
  rig.clocks(50);
  expect(rig.latched(2)).toBe(90);
  rig.out8(0x61, 0x01);
  rig.clocks(20);
  expect(rig.latched(2)).toBe(70);
  rig.out8(0x42, 10);
  rig.clocks(5);
  expect(rig.latched(2)).toBe(70);
  rig.out8(0x42, 0);
  rig.clocks(3);
  expect(rig.latched(2)).toBe(8);
});

test('mode 1: a rising gate begins a pulse of N clocks, and begins it again', () => {
  const rig = new PitRig();
  rig.out8(0x43, 0xb2);
  rig.count(2, 3);
  expect(rig.outputs(4)).toBe('----');
  rig.out8(0x61, 0x01);
  expect(rig.outputs(6)).toBe('-___--');
  rig.out8(0x61, 0x00);
  rig.out8(0x61, 0x01);
  rig.clocks(2);
  rig.out8(0x61, 0x00);
  rig.out8(0x61, 0x01);
  expect(rig.outputs(6)).toBe('____--');
});

test('mode 2: OUT is low for the last clock of N; counts go from N to 1', () => {
  const rig = new PitRig();
  rig.out8(0x61, 0x01);
  rig.out8(0x43, 0xb4);
  rig.count(2, 3);
  rig.clocks(1);
  expect(rig.outputs(6)).toBe('--_--_');
  expect(rig.counts(4)).toEqual([3, 2, 1, 3]);
});

test('mode 2: a new count takes over at the end of the cycle; the gate sets OUT and reloads', () => {
  const rig = new PitRig();
  rig.out8(0x61, 0x01);
  rig.out8(0x43, 0xb4);
  rig.count(2, 4);
  rig.clocks(2);
  rig.count(2, 2);
  expect(rig.counts(6)).toEqual([3, 2, 1, 2, 1, 2]);
  rig.count(2, 5);
  rig.clocks(5);
  rig.out8(0x61, 0x00);
  expect(rig.outputs(8)).toBe('--------');
  rig.out8(0x61, 0x01);
  rig.clocks(1);
  expect(rig.counts(5)).toEqual([5, 4, 3, 2, 1]);
});

test.each([
  [2, 0xb4, 0x1235],
  [3, 0xb6, 0x1234],
])(
  'mode %i: a count that is written while the gate is low is loaded, and counted when the gate rises',
  (_, control, held) => {
    const rig = new PitRig();
    rig.out8(0x61, 0x00);
    rig.out8(0x43, control);
    rig.count(2, 0x1235);
    rig.clocks(10);
    rig.out8(0x43, 0xe8);
    expect(rig.in8(0x42)).toBe(0x80 | (control & 0x3f));
    expect(rig.counts(2)).toEqual([held, held]);
    rig.out8(0x61, 0x01);
    rig.clocks(1);
    expect(rig.counts(2)).toEqual([held, held - (control === 0xb6 ? 2 : 1)]);
  },
);

test.each([
  [2, 0xb4, 900],
  [3, 0xb6, 800],
])(
  'mode %i: while the gate is low a count waits that is written after another one has been counted',
  (_, control, left) => {
    const rig = new PitRig();
    rig.out8(0x61, 0x01);
    rig.out8(0x43, control);
    rig.count(2, 1000);
    rig.clocks(101);
    rig.out8(0x61, 0x00);
    rig.count(2, 500);
    rig.clocks(10);
    expect(rig.counts(2)).toEqual([left, left]);
    rig.out8(0x61, 0x01);
    rig.clocks(1);
    expect(rig.counts(1)).toEqual([500]);
  },
);

test('mode 3: even and odd counts', () => {
  const even = new PitRig();
  even.out8(0x61, 0x01);
  even.out8(0x43, 0xb6);
  even.count(2, 4);
  even.clocks(1);
  expect(even.outputs(8)).toBe('--__--__');
  expect(even.counts(5)).toEqual([4, 2, 4, 2, 4]);
  const odd = new PitRig();
  odd.out8(0x61, 0x01);
  odd.out8(0x43, 0xb6);
  odd.count(2, 5);
  odd.clocks(1);
  expect(odd.outputs(10)).toBe('---__---__');
  expect(odd.counts(6)).toEqual([4, 2, 0, 4, 2, 4]);
});

test('mode 3: a new count takes over at the end of the half cycle', () => {
  const rig = new PitRig();
  rig.out8(0x61, 0x01);
  rig.out8(0x43, 0xb6);
  rig.count(2, 8);
  rig.clocks(2);
  rig.count(2, 4);
  expect(rig.outputs(9)).toBe('---__--__');
});

test('mode 4: a strobe of one clock, N + 1 clocks after the write', () => {
  const rig = new PitRig();
  rig.out8(0x61, 0x01);
  rig.out8(0x43, 0xb8);
  rig.count(2, 3);
  expect(rig.outputs(7)).toBe('----_--');
});

test('mode 5: a strobe N + 1 clocks after the gate rises', () => {
  const rig = new PitRig();
  rig.out8(0x43, 0xba);
  rig.count(2, 3);
  expect(rig.outputs(6)).toBe('------');
  rig.out8(0x61, 0x01);
  expect(rig.outputs(7)).toBe('----_--');
});

test('BCD counts and 0 as the largest count', () => {
  const rig = new PitRig();
  rig.out8(0x61, 0x01);
  rig.out8(0x43, 0xb1);
  rig.count(2, 0x1000);
  rig.clocks(2);
  expect(rig.latched(2)).toBe(0x0999);
  rig.count(2, 0);
  rig.clocks(2);
  expect(rig.latched(2)).toBe(0x9999);
  rig.out8(0x43, 0xb0);
  rig.count(2, 0);
  rig.clocks(1);
  expect(rig.latched(2)).toBe(0);
  rig.clocks(1);
  expect(rig.latched(2)).toBe(0xffff);
});

test('a latched count stays until it is read, and reading without a latch gives what is', () => {
  const rig = new PitRig();
  rig.out8(0x43, 0x34);
  rig.count(0, 1000);
  rig.clocks(11);
  rig.out8(0x43, 0x00);
  rig.clocks(5);
  rig.out8(0x43, 0x00);
  expect(rig.read16(0)).toBe(990);
  expect(rig.read16(0)).toBe(985);
});

test('single-byte access: low byte only, and high byte only', () => {
  const rig = new PitRig();
  rig.out8(0x43, 0x14);
  rig.out8(0x40, 200);
  rig.clocks(1);
  expect([rig.in8(0x40), rig.in8(0x40)]).toEqual([200, 200]);
  rig.out8(0x43, 0x24);
  rig.out8(0x40, 0x12);
  rig.clocks(1);
  expect([rig.in8(0x40), rig.in8(0x40)]).toEqual([0x12, 0x12]);
});

test('read-back latches status first, then counts, of several channels', () => {
  const rig = new PitRig();
  rig.out8(0x43, 0x34);
  rig.count(0, 500);
  rig.out8(0x43, 0xc2);
  expect(rig.in8(0x40)).toBe(0xf4);
  rig.read16(0);
  rig.clocks(2);
  rig.out8(0x61, 0x01);
  rig.out8(0x43, 0xb0);
  rig.count(2, 50);
  rig.clocks(3);
  rig.out8(0x43, 0xca);
  rig.clocks(20);
  expect(rig.in8(0x40)).toBe(0xb4);
  expect(rig.read16(0)).toBe(496);
  expect(rig.in8(0x42)).toBe(0x30);
  expect(rig.read16(2)).toBe(48);
  rig.out8(0x43, 0xe8);
  expect(rig.in8(0x42)).toBe(0x30);
});

test('modes 6 and 7 count as 2 and 3, and the status has them as they were written', () => {
  const counts = (control: number): (string | number[])[] => {
    const rig = new PitRig();
    rig.out8(0x61, 0x01);
    rig.out8(0x43, control);
    rig.count(2, 5);
    return [rig.outputs(12), rig.counts(7)];
  };
  const status = (control: number): number => {
    const rig = new PitRig();
    rig.out8(0x43, control, 0xe8);
    return rig.in8(0x42);
  };
  expect(counts(0xbc)).toEqual(counts(0xb4));
  expect(counts(0xbe)).toEqual(counts(0xb6));
  expect([0xb4, 0xb6, 0xbc, 0xbe].map(status)).toEqual([0xf4, 0xf6, 0xfc, 0xfe]);
});

test('channel 0 in mode 2 and 3 interrupts at each period', () => {
  for (const control of [0x34, 0x36]) {
    const rig = new PitRig();
    rig.out8(0x43, control);
    rig.count(0, 1193);
    const first = rig.irq.rises;
    rig.clocks(1193 * 10);
    expect(rig.irq.rises - first).toBe(9);
    rig.clocks(1193 * 5);
    expect(rig.irq.rises - first).toBe(14);
  }
});

test('the periodic interrupt does not drift: 1000 s at 100 Hz', () => {
  const rig = new PitRig();
  rig.out8(0x43, 0x34);
  rig.count(0, 11932);
  const first = rig.irq.rises;
  rig.advance(1000e9);
  expect(rig.irq.rises - first).toBe(Math.floor(1193181818.18 / 11932));
});

test("Linux's one-shot (mode 4, low then high byte): one interrupt, count + 1 clocks later, each time", () => {
  const rig = new PitRig();
  rig.out8(0x43, 0x38);
  const first = rig.irq.rises;
  rig.count(0, 100);
  rig.clocks(101);
  expect(rig.irq.rises - first).toBe(0);
  rig.clocks(1);
  expect(rig.irq.rises - first).toBe(1);
  rig.clocks(70000);
  expect(rig.irq.rises - first).toBe(1);
  rig.count(0, 50);
  rig.clocks(60);
  expect(rig.irq.rises - first).toBe(2);
});

test('mode 0 on channel 0 lowers the line at once and raises it at the end; Linux stops the timer so', () => {
  const rig = new PitRig();
  rig.out8(0x43, 0x34);
  rig.count(0, 100);
  expect(rig.irq.level).toBe(true);
  rig.out8(0x43, 0x30);
  expect(rig.irq.level).toBe(false);
  rig.count(0, 0);
  const before = rig.irq.rises;
  rig.clocks(65536);
  expect(rig.irq.rises).toBe(before);
  rig.clocks(1);
  expect(rig.irq.rises).toBe(before + 1);
});

test('a guest that is late gets one interrupt for the edges it missed, and none is lost to a write', () => {
  const rig = new PitRig();
  rig.out8(0x43, 0x34);
  rig.count(0, 1000);
  const first = rig.irq.rises;
  rig.events.runDue(3500 * CLOCK);
  expect(rig.irq.rises - first).toBe(1);
  expect(rig.events.nextDeadline()).toBeCloseTo(4001 * CLOCK, -2);
});

test("Linux's TSC calibration: channel 2 in mode 0 through port 0x61", () => {
  const rig = new PitRig();
  // tsc calibration by PIT: gate on, speaker off, mode 0, CALIBRATE_LATCH of 10 ms.
  rig.out8(0x61, (rig.in8(0x61) & ~0x02) | 0x01);
  rig.out8(0x43, 0xb0);
  rig.count(2, 11932);
  let polls = 0;
  while ((rig.in8(0x61) & 0x20) === 0 && polls < 1e6) {
    rig.clocks(1);
    polls++;
  }
  expect(polls).toBe(11933);
});

test("Linux's quick calibration: unlatched reads of a count from 0xffff, high byte falling every 256 clocks", () => {
  const rig = new PitRig();
  rig.out8(0x61, 0x01);
  rig.out8(0x43, 0xb0);
  rig.out8(0x42, 0xff, 0xff);
  rig.read16(2);
  rig.clocks(2);
  const highs = Array.from({ length: 5 }, () => {
    const high = rig.read16(2) >> 8;
    rig.clocks(256);
    return high;
  });
  expect(highs).toEqual([0xff, 0xfe, 0xfd, 0xfc, 0xfb]);
});

test('port 0x61: writable bits, refresh toggle every 18 clocks, speaker', () => {
  const rig = new PitRig();
  rig.out8(0x61, 0xff);
  expect(rig.in8(0x61) & 0x0f).toBe(0x0f);
  const refresh = Array.from({ length: 4 }, () => {
    const bit = rig.in8(0x61) & 0x10;
    rig.clocks(18);
    return bit;
  });
  expect(refresh).toEqual([0x00, 0x10, 0x00, 0x10]);
  rig.out8(0x43, 0xb6);
  rig.count(2, 10);
  rig.clocks(1);
  expect(rig.pit.speaker).toBe(true);
  rig.clocks(5);
  expect(rig.pit.speaker).toBe(false);
  rig.clocks(5);
  rig.out8(0x61, 0x01);
  expect(rig.pit.speaker).toBe(false);
});

test('the tone of the speaker is that of channel 2 while port 0x61 lets it through', () => {
  const rig = new PitRig();
  expect(rig.pit.tone).toBe(0);
  rig.out8(0x61, 0x03);
  expect(rig.pit.tone).toBe(0);
  rig.out8(0x43, 0xb6);
  rig.count(2, 1193);
  rig.clocks(2);
  expect(rig.pit.tone).toBeCloseTo(1000.15, 1);
  rig.out8(0x61, 0x01);
  expect(rig.pit.tone).toBe(0);
  rig.out8(0x61, 0x03);
  expect(rig.pit.tone).toBeCloseTo(1000.15, 1);
  rig.out8(0x43, 0xb0);
  rig.count(2, 1193);
  expect(rig.pit.tone).toBe(0);
});

test('a saved timer goes on where it was', () => {
  const first = new PitRig();
  first.out8(0x43, 0x34);
  first.count(0, 1000);
  first.clocks(300);
  const second = new PitRig();
  second.advance(300 * CLOCK);
  restore(second.pit.component, first.pit.component.save());
  restore(second.events.component, first.events.component.save());
  expect(second.latched(0)).toBe(first.latched(0));
  second.clocks(701);
  first.clocks(701);
  expect(second.irq.rises).toBe(1);
  expect(first.pit.component.compare(second.pit.component.save())).toEqual([]);
});

test('a saved mode that no channel has is refused by name', () => {
  const { component } = new PitRig().pit;
  const saved = JSON.parse(JSON.stringify(component.save()));
  saved.channels[0].mode = 8;
  expect(() => component.load(saved)).toThrow('pit.channels[0].mode: expected mode 0-7, found 8');
});
