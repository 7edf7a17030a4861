import { expect, test } from 'vitest';
import { calendarTime, secondsOf } from '../../../runtime/devices/rtc-cmos/calendar.ts';
import { RtcCmos } from '../../../runtime/devices/rtc-cmos/index.ts';
import { restore } from '../../support/restore.ts';
import { Rig } from './rig.ts';

const MS = 1e6;
const SECOND = 1e9;
const [A, B, C, D] = [0x0a, 0x0b, 0x0c, 0x0d];
/** Seconds, minutes, hours, weekday, day, month, year, century. */
const TIME = [0, 2, 4, 6, 7, 8, 9, 0x32];
/** Friday, 2024-03-15 13:45:58. */
const START = Date.UTC(2024, 2, 15, 13, 45, 58) / 1000;

class RtcRig extends Rig {
  readonly rtc: RtcCmos;

  constructor(startTime = START) {
    super();
    const { ports, clock, events, irq } = this;
    this.rtc = new RtcCmos({ ports, clock, events, irq, startTime });
  }

  get(register: number): number {
    this.out8(0x70, register);
    return this.in8(0x71);
  }

  set(register: number, value: number): void {
    this.out8(0x70, register);
    this.out8(0x71, value);
  }

  get time(): string {
    return TIME.map((register) => this.get(register).toString(16).padStart(2, '0')).join(' ');
  }
}

test('the time of day in BCD and 24 hours, advancing', () => {
  const rig = new RtcRig();
  expect(rig.time).toBe('58 45 13 06 15 03 24 20');
  rig.advance(0.999 * SECOND);
  expect(rig.get(0)).toBe(0x58);
  rig.advance(0.002 * SECOND);
  expect(rig.get(0)).toBe(0x59);
  rig.advance(SECOND);
  expect(rig.time).toBe('00 46 13 06 15 03 24 20');
  rig.advance(10.5 * 3600 * SECOND);
  expect(rig.time).toBe('00 16 00 07 16 03 24 20');
});

test('the century is also where the PS/2 has it', () => {
  const rig = new RtcRig();
  expect(rig.get(0x37)).toBe(0x20);
  rig.set(0x37, 0x19);
  expect([rig.get(0x37), rig.get(0x32)]).toEqual([0x19, 0x19]);
  rig.set(0x32, 0x20);
  expect([rig.get(0x37), rig.rtc.memory(0x37)]).toEqual([0x20, 0x20]);
  expect(() => rig.rtc.setMemory(0x37, 1)).toThrow('0x37 is no address of CMOS memory');
});

test('binary and 12-hour formats', () => {
  const rig = new RtcRig();
  rig.set(B, 0x06);
  expect([rig.get(0), rig.get(4), rig.get(0x32)]).toEqual([58, 13, 20]);
  rig.set(B, 0x00);
  expect(rig.get(4)).toBe(0x81);
  rig.set(B, 0x04);
  rig.advance(11 * 3600 * SECOND);
  expect(rig.get(4)).toBe(12);
  rig.advance(12 * 3600 * SECOND);
  expect(rig.get(4)).toBe(0x80 | 12);
});

test("calendar agrees with the host's, also across leap days and centuries", () => {
  for (let days = -30000; days < 80000; days += 13) {
    const host = new Date(days * 86400e3 + 43200e3);
    const time = calendarTime(days * 86400 + 43200);
    const expected = [host.getUTCFullYear(), host.getUTCMonth() + 1, host.getUTCDate(), host.getUTCDay() + 1, 12];
    expect([time.year, time.month, time.day, time.weekday, time.hours]).toEqual(expected);
    expect(secondsOf(time)).toBe(days * 86400 + 43200);
  }
});

test("UIP is set for the last 2228 us of a second, so that Linux's and SeaBIOS's wait ends", () => {
  const rig = new RtcRig();
  rig.advance(997 * MS);
  expect(rig.get(A)).toBe(0x26);
  rig.advance(1 * MS);
  expect(rig.get(A)).toBe(0xa6);
  rig.advance(2 * MS);
  expect([rig.get(A), rig.get(0)]).toEqual([0x26, 0x59]);
});

test('SET stops the time and lets it be set; it goes on without losing its phase', () => {
  const rig = new RtcRig();
  rig.advance(0.25 * SECOND);
  rig.set(B, 0x82);
  rig.advance(5 * SECOND);
  expect([rig.get(0), rig.get(A)]).toEqual([0x58, 0x26]);
  [0x30, 0x59, 0x23, 0x03, 0x31, 0x12, 0x99, 0x19].forEach((value, index) => {
    rig.set(TIME[index], value);
  });
  rig.set(B, 0x02);
  expect(rig.time).toBe('30 59 23 03 31 12 99 19');
  rig.advance(0.7 * SECOND);
  expect(rig.get(0)).toBe(0x30);
  rig.advance(0.1 * SECOND);
  expect(rig.get(0)).toBe(0x31);
  rig.advance(29 * SECOND);
  expect(rig.time).toBe('00 00 00 04 01 01 00 20');
});

test('Linux sets the time with the divider in reset: the first update comes half a second after it is let go', () => {
  const rig = new RtcRig();
  rig.advance(0.9 * SECOND);
  rig.set(B, 0x82);
  rig.set(A, 0x76);
  rig.set(0, 0x10);
  rig.advance(3 * SECOND);
  rig.set(B, 0x02);
  rig.set(A, 0x26);
  rig.advance(0.49 * SECOND);
  expect(rig.get(0)).toBe(0x10);
  rig.advance(0.02 * SECOND);
  expect(rig.get(0)).toBe(0x11);
});

test('one time register can be written while time runs', () => {
  const rig = new RtcRig();
  rig.set(2, 0x07);
  rig.advance(2 * SECOND);
  expect(rig.time).toBe('00 08 13 06 15 03 24 20');
});

test('the update interrupt: once a second, until register C is read', () => {
  const rig = new RtcRig();
  rig.set(B, 0x12);
  rig.advance(0.5 * SECOND);
  expect(rig.irq.level).toBe(false);
  rig.advance(0.6 * SECOND);
  expect(rig.irq.level).toBe(true);
  rig.advance(3 * SECOND);
  expect(rig.irq.rises).toBe(1);
  expect(rig.get(C)).toBe(0xd0);
  expect([rig.irq.level, rig.get(C)]).toEqual([false, 0x00]);
  rig.advance(SECOND);
  expect(rig.irq.rises).toBe(2);
});

test('flags are set without interrupts too', () => {
  const rig = new RtcRig();
  rig.get(C);
  rig.advance(1.1 * SECOND);
  expect([rig.get(C), rig.irq.rises]).toEqual([0x50, 0]);
  rig.advance(0.001 * SECOND);
  expect(rig.get(C)).toBe(0x40);
});

test.each([
  [3, 8192],
  [6, 1024],
  [15, 2],
  [1, 256],
  [2, 128],
])('rate %i: %i periodic interrupts a second', (rate, frequency) => {
  const rig = new RtcRig();
  rig.set(A, 0x20 | rate);
  rig.get(C);
  rig.set(B, 0x42);
  let interrupts = 0;
  for (let now = 0; now < SECOND; now += SECOND / 16384) {
    rig.advance(SECOND / 16384);
    if (rig.irq.level && (rig.get(C) & 0xc0) === 0xc0) interrupts++;
  }
  expect(interrupts).toBe(frequency);
});

test('no periodic events with rate 0', () => {
  const rig = new RtcRig();
  rig.set(A, 0x20);
  rig.set(B, 0x42);
  rig.get(C);
  rig.advance(10 * SECOND);
  expect([rig.irq.rises, rig.get(C) & 0x40]).toEqual([0, 0]);
});

test('the alarm comes at its time, and each day', () => {
  const rig = new RtcRig();
  rig.set(1, 0x05);
  rig.set(3, 0x46);
  rig.set(5, 0x13);
  rig.set(B, 0x22);
  rig.advance(6.9 * SECOND);
  expect(rig.irq.level).toBe(false);
  rig.advance(0.2 * SECOND);
  expect(rig.irq.level).toBe(true);
  expect(rig.get(C) & 0xa0).toBe(0xa0);
  rig.advance(86399 * SECOND);
  expect(rig.irq.rises).toBe(1);
  rig.advance(1 * SECOND);
  expect(rig.irq.rises).toBe(2);
});

test('alarm bytes from 0xc0 on match everything', () => {
  const rig = new RtcRig();
  rig.set(1, 0x30);
  rig.set(3, 0xff);
  rig.set(5, 0xc0);
  rig.set(B, 0x22);
  let interrupts = 0;
  for (let minute = 0; minute < 10; minute++) {
    rig.advance(60 * SECOND);
    if ((rig.get(C) & 0xa0) === 0xa0) interrupts++;
  }
  expect(interrupts).toBe(10);
});

test('an alarm that cannot come never does', () => {
  const rig = new RtcRig();
  rig.set(1, 0x75);
  rig.set(B, 0x22);
  expect(rig.events.nextDeadline()).toBe(Infinity);
});

test('SET clears UIE; registers C and D cannot be written', () => {
  const rig = new RtcRig();
  rig.set(B, 0x92);
  expect(rig.get(B)).toBe(0x82);
  rig.set(D, 0x00);
  rig.set(C, 0xff);
  expect([rig.get(D), rig.get(C) & 0x8f]).toEqual([0x80, 0]);
});

test('memory is kept, the upper bit of the index is the NMI mask', () => {
  const rig = new RtcRig();
  rig.rtc.setMemory(0x15, 0x80);
  rig.set(0x40, 0xa5);
  expect([rig.get(0x15), rig.get(0x40), rig.get(0x95), rig.rtc.memory(0x40)]).toEqual([0x80, 0xa5, 0x80, 0xa5]);
  expect(rig.rtc.nmiMasked).toBe(true);
  rig.get(0x15);
  expect(rig.rtc.nmiMasked).toBe(false);
  expect(() => rig.rtc.setMemory(0x0b, 0)).toThrow('0xb is no address of CMOS memory');
});

test('a reset keeps time and memory, and disables interrupts', () => {
  const rig = new RtcRig();
  rig.set(0x40, 1);
  rig.set(B, 0x72);
  rig.advance(1.5 * SECOND);
  rig.rtc.reset();
  expect([rig.irq.level, rig.get(B), rig.get(C), rig.get(0x40), rig.get(0)]).toEqual([false, 0x02, 0, 1, 0x59]);
});

test('a fraction of a start second counts', () => {
  const rig = new RtcRig(START + 0.75);
  rig.advance(0.3 * SECOND);
  expect(rig.get(0)).toBe(0x59);
});

test('a saved clock goes on from its time', () => {
  const first = new RtcRig();
  first.set(B, 0x12);
  first.advance(2.5 * SECOND);
  const second = new RtcRig(0);
  second.advance(2.5 * SECOND);
  restore(second.rtc.component, first.rtc.component.save());
  restore(second.events.component, first.events.component.save());
  expect(second.time).toBe(first.time);
});
