import { beforeEach, describe, expect, test } from 'vitest';
import { restore } from '../../support/restore.ts';
import { frequencyOf, loudnessOf } from '../../support/tones.ts';
import { AUTOMATIC, BASE, FROM_MEMORY, MILLISECOND, Sb16Rig, TO_MEMORY } from './sb16-rig.ts';

let rig: Sb16Rig;
beforeEach(() => {
  rig = new Sb16Rig();
  rig.listen();
});

const right = () => rig.samples.filter((_, n) => n % 2 === 1);

test('a single transfer of the oldest kind: time constant, 8 bits, mono', () => {
  rig.fillSine(0x10000, 10_000, 20);
  rig.program(1, FROM_MEMORY, 0x10000, 10_000);
  // 256 - 1000000 / 10000
  rig.command(0x40, 156, 0x14, 9999 & 0xff, 9999 >> 8);
  rig.advance(999 * MILLISECOND);
  expect(rig.irqs[5].level).toBe(false);
  rig.advance(2 * MILLISECOND);
  expect([rig.irqs[5].level, rig.mixerRead(0x82) & 7]).toEqual([true, 1]);
  expect(frequencyOf(rig.left, 44_100)).toBeCloseTo(500, 0);
  expect(right()).toEqual(rig.left);
  rig.advance(1000 * MILLISECOND);
  expect([rig.irqs[5].rises, rig.events.nextDeadline()]).toEqual([1, Infinity]);
});

test('an automatic transfer interrupts at the end of each block, until it is told to end', () => {
  rig.fillSine(0x10000, 4000, 20);
  rig.program(1, FROM_MEMORY | AUTOMATIC, 0x10000, 4000);
  // Half of the buffer is a block, as drivers have it; 20000 Hz.
  rig.command(0x40, 206, 0x48, 1999 & 0xff, 1999 >> 8, 0x1c);
  for (let n = 1; n <= 5; n++) {
    rig.advance(100 * MILLISECOND);
    expect(rig.irqs[5].rises).toBe(n);
    rig.in8(BASE + 0xe);
  }
  rig.command(0xda);
  rig.advance(500 * MILLISECOND);
  expect([rig.irqs[5].rises, rig.events.nextDeadline()]).toEqual([6, Infinity]);
  expect(frequencyOf(rig.left.slice(0, 22_050), 44_100)).toBeCloseTo(1000, 0);
});

test('16 bits, signed, stereo, at the rate of command 41h: samples pass unchanged', () => {
  const view = new DataView(rig.bytes.buffer);
  const given = Array.from({ length: 2000 }, (_, n) => Math.round(20_000 * Math.cos(n / 7)) + (n % 2));
  for (const [n, sample] of given.entries()) view.setInt16(0x20000 + 2 * n, sample, true);
  rig.program(5, FROM_MEMORY, 0x20000, 2000);
  rig.command(0x41, 44_100 >> 8, 44_100 & 0xff, 0xb0, 0x30, 1999 & 0xff, 1999 >> 8);
  rig.advance(40 * MILLISECOND);
  expect([rig.irqs[5].level, rig.mixerRead(0x82) & 7]).toEqual([true, 2]);
  const start = rig.samples.indexOf(given[0]!);
  expect(rig.samples.slice(start, start + 2000)).toEqual(given);
});

test.each([
  ['8 bits without sign', 0xc0, 0x00, 1, [0x80, 0xc0, 0xc0]],
  ['8 bits with sign', 0xc0, 0x10, 1, [0x00, 0x40, 0x40]],
  ['16 bits without sign', 0xb0, 0x00, 5, [0x00, 0x80, 0x00, 0xc0, 0x00, 0xc0]],
])('%s', (_, command, mode, channel, bytes) => {
  rig.bytes.set(bytes, 0x30000);
  rig.program(channel, FROM_MEMORY, 0x30000, 3);
  rig.command(0x41, 0x1f, 0x40, command, mode, 2, 0);
  rig.advance(20 * MILLISECOND);
  expect([rig.left[0], rig.left.at(-1)]).toEqual([0, 0x4000]);
});

test('stereo by the mixer of the Sound Blaster Pro: both sides share the rate', () => {
  for (let n = 0; n < 8000; n++) rig.bytes[0x10000 + n] = n % 2 === 0 ? 0x80 + (n % 80) : 0x80;
  rig.program(1, FROM_MEMORY, 0x10000, 8000);
  rig.mixerWrite(0x0e, 0x02);
  // 40000 bytes a second.
  rig.command(0x40, 231, 0x48, 7999 & 0xff, 7999 >> 8, 0x91);
  rig.advance(199 * MILLISECOND);
  expect(rig.irqs[5].level).toBe(false);
  rig.advance(2 * MILLISECOND);
  expect(rig.irqs[5].level).toBe(true);
  expect(frequencyOf(rig.left, 44_100)).toBeCloseTo(500, 0);
  expect(loudnessOf(right())).toBe(0);
});

describe('pauses', () => {
  test.each([
    ['8 bits', 1, 1, [0xd0, 0xd4], [0xc6, 0x00]],
    ['16 bits', 5, 2, [0xd5, 0xd6], [0xb6, 0x10]],
  ])('%s: time and place stand still', (_, channel, width, [pause, resume], [command, mode]) => {
    rig.fillSine(0x10000, 4000, 20, width);
    rig.program(channel, FROM_MEMORY | AUTOMATIC, 0x10000, 4000);
    rig.command(0x41, 0x27, 0x10, command!, mode!, 999 & 0xff, 999 >> 8);
    rig.advance(50 * MILLISECOND);
    rig.command(pause!);
    rig.advance(1000 * MILLISECOND);
    expect([rig.irqs[5].rises, rig.events.nextDeadline()]).toEqual([0, Infinity]);
    rig.command(resume!);
    rig.advance(55 * MILLISECOND);
    expect(rig.irqs[5].rises).toBe(1);
  });

  test('a transfer that is to end goes on when it is told to', () => {
    rig.program(1, FROM_MEMORY | AUTOMATIC, 0x10000, 1000);
    rig.command(0x41, 0x27, 0x10, 0xc6, 0x00, 999 & 0xff, 999 >> 8, 0xda, 0x45);
    for (let n = 1; n <= 3; n++) {
      rig.advance(101 * MILLISECOND);
      rig.in8(BASE + 0xe);
    }
    expect(rig.irqs[5].rises).toBe(3);
  });

  test('a channel that is masked holds the transfer', () => {
    rig.command(0x41, 0x27, 0x10, 0xc0, 0x00, 99, 0);
    rig.advance(500 * MILLISECOND);
    expect(rig.irqs[5].rises).toBe(0);
    rig.program(1, FROM_MEMORY, 0x10000, 100);
    rig.advance(15 * MILLISECOND);
    expect(rig.irqs[5].rises).toBe(1);
  });
});

test('an input gives silence', () => {
  rig.bytes.fill(0x55);
  rig.program(1, TO_MEMORY, 0x10000, 100);
  rig.command(0x41, 0x27, 0x10, 0x24, 99, 0);
  rig.program(5, TO_MEMORY, 0x20000, 100);
  rig.command(0xb8, 0x10, 99, 0);
  rig.advance(20 * MILLISECOND);
  expect([...rig.bytes.subarray(0x10000, 0x10065)]).toEqual([...new Array(100).fill(0x80), 0x55]);
  expect([...rig.bytes.subarray(0x20000, 0x200c9)]).toEqual([...new Array(200).fill(0), 0x55]);
  expect([rig.mixerRead(0x82) & 7, rig.samples]).toEqual([3, []]);
});

test('words go byte by byte where no channel for words is set up', () => {
  rig.mixerWrite(0x81, 0x08);
  rig.fillSine(0x10000, 1000, 20, 2);
  rig.program(3, FROM_MEMORY, 0x10000, 2000);
  rig.command(0x41, 0x27, 0x10, 0xb0, 0x10, 999 & 0xff, 999 >> 8);
  rig.advance(101 * MILLISECOND);
  expect(rig.irqs[5].level).toBe(true);
  expect(frequencyOf(rig.left.slice(0, 4410), 44_100)).toBeCloseTo(500, 0);
});

test.each([
  ['silence', [0x80, 99, 0], 10],
  ['compressed samples, which are silent', [0x74, 99, 0], 20],
])('%s takes its time, and interrupts', (_, command, milliseconds) => {
  rig.bytes.fill(0xff);
  rig.program(1, FROM_MEMORY, 0x10000, 1000);
  rig.command(0x41, 0x27, 0x10, ...command);
  rig.advance((milliseconds - 1) * MILLISECOND);
  expect(rig.irqs[5].level).toBe(false);
  rig.advance(2 * MILLISECOND);
  expect([rig.irqs[5].level, loudnessOf(rig.samples)]).toEqual([true, 0]);
});

test('a reset ends a transfer', () => {
  rig.program(1, FROM_MEMORY | AUTOMATIC, 0x10000, 1000);
  rig.command(0x41, 0x27, 0x10, 0xc6, 0x00, 99, 0);
  rig.out8(BASE + 6, 1, 0);
  rig.advance(500 * MILLISECOND);
  expect([rig.irqs[5].rises, rig.events.nextDeadline()]).toEqual([0, Infinity]);
});

/** A transfer as a guest sees it, in steps that fit nothing. */
function seenBy(one: Sb16Rig): unknown[] {
  one.fillSine(0x10000, 4000, 20);
  one.program(1, FROM_MEMORY | AUTOMATIC, 0x10000, 4000);
  one.command(0x41, 0x2b, 0x11, 0xc6, 0x20, 999 & 0xff, 999 >> 8);
  return Array.from({ length: 300 }, () => {
    one.advance(1_234_567);
    return [one.irqs[5].rises, one.in8(0x03), one.in8(0x03)];
  });
}

test('who listens changes nothing that a guest sees', () => {
  const [heard, unheard] = [new Sb16Rig(), new Sb16Rig()];
  heard.listen();
  expect(seenBy(heard)).toEqual(seenBy(unheard));
  expect(unheard.samples).toEqual([]);
});

test('a host that was busy loses time, not the transfer', () => {
  rig.program(1, FROM_MEMORY | AUTOMATIC, 0x10000, 1000);
  rig.command(0x41, 0x27, 0x10, 0xc6, 0x00, 999 & 0xff, 999 >> 8);
  rig.stall(10_000 * MILLISECOND);
  expect(rig.irqs[5].rises).toBe(0);
  rig.advance(101 * MILLISECOND);
  expect(rig.irqs[5].rises).toBe(1);
});

test('a state that was saved in the middle of a block goes on with the next sample', () => {
  const second = new Sb16Rig();
  for (const one of [rig, second]) one.fillSine(0x10000, 4000, 20, 2);
  rig.mixerWrite(0x32, 0x80);
  rig.program(5, FROM_MEMORY | AUTOMATIC, 0x10000, 2000);
  rig.command(0x41, 0x2b, 0x11, 0xb6, 0x10, 999 & 0xff, 999 >> 8);
  rig.advance(123_456_789);
  second.advance(123_456_789);
  second.listen();
  const parts = (one: Sb16Rig) => [one.dma.component, one.sb.component, one.events.component, ...one.mixer.components];
  const saved = parts(rig).map((part) => part.save());
  for (const [n, part] of parts(second).entries()) restore(part, saved[n]!);
  for (const one of [rig, second]) {
    one.samples.length = 0;
    one.advance(300 * MILLISECOND);
  }
  expect(second.samples).toEqual(rig.samples);
  expect(loudnessOf(second.samples)).toBeGreaterThan(1000);
});
