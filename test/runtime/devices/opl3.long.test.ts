import { beforeEach, describe, expect, test } from 'vitest';
import { stepsAt } from '../../../runtime/devices/opl3/envelope.ts';
import { frequencyOf, loudnessOf } from '../../support/tones.ts';
import { CHIP_RATE, MILLISECOND, OplRig, RATE } from './opl3-rig.ts';

let rig: OplRig;
beforeEach(() => {
  rig = new OplRig();
  rig.listen();
});

describe('the timers', () => {
  test('programs find the chip by timer 1', () => {
    rig.set(4, 0x60);
    rig.set(4, 0x80);
    expect(rig.status & 0xe0).toBe(0);
    rig.set(2, 0xff);
    rig.set(4, 0x21);
    rig.advance(100_000);
    expect(rig.status & 0xe0).toBe(0xc0);
    rig.set(4, 0x60);
    rig.set(4, 0x80);
    // An OPL2 has these two bits set.
    expect([rig.status & 0xe0, rig.status & 0x06]).toEqual([0, 0]);
  });

  test.each([
    [2, 1, 0xc0, 4],
    [3, 2, 0xa0, 16],
  ])('register %i counts up from its value, in units of 80 or 320 microseconds', (register, start, status, samples) => {
    const period = (100 * samples * 1e9) / CHIP_RATE;
    rig.set(register, 156);
    rig.set(4, start);
    rig.advance(period - 1000);
    expect(rig.status).toBe(0);
    rig.advance(2000);
    expect(rig.status).toBe(status);
    rig.set(4, 0x80);
    expect(rig.status).toBe(0);
    rig.advance(period - 3000);
    expect(rig.status).toBe(0);
    rig.advance(2000);
    expect(rig.status).toBe(status);
  });

  test('a masked timer and one that stands still tell nothing; a status stays until it is reset', () => {
    rig.set(2, 0xff);
    rig.set(4, 0x41);
    rig.advance(MILLISECOND);
    expect(rig.status).toBe(0);
    rig.set(4, 0x01);
    expect(rig.status).toBe(0);
    rig.advance(MILLISECOND);
    rig.set(4, 0x00);
    expect(rig.status).toBe(0xc0);
    rig.set(4, 0x80);
    rig.advance(MILLISECOND);
    expect(rig.status).toBe(0);
  });
});

describe('frequencies', () => {
  test.each([
    [0x244, 4],
    [0x16b, 5],
    [0x3ff, 2],
    [0x158, 7],
  ])('number %i in block %i', (frequency, block) => {
    rig.plainTone();
    rig.key(frequency, block);
    const expected = (frequency * 2 ** (block - 20) * CHIP_RATE) / 1;
    expect(frequencyOf(rig.hear(500), RATE) / expected).toBeCloseTo(1, 3);
  });

  test.each([
    [0, 0.5],
    [1, 1],
    [2, 2],
    [10, 10],
    [11, 10],
    [13, 12],
    [14, 15],
  ])('multiple %i stands for %d', (multiple, factor) => {
    rig.plainTone();
    rig.set(0x23, 0x20 | multiple);
    rig.key(0x200, 2);
    expect(frequencyOf(rig.hear(500), RATE) / (0x200 * 2 ** -18 * CHIP_RATE * factor)).toBeCloseTo(1, 2);
  });

  test('vibrato moves the frequency by up to 14 cents, 6 times a second', () => {
    rig.plainTone();
    rig.set(0xbd, 0x40);
    rig.set(0x23, 0x61);
    rig.key(0x3ff, 4);
    const heard = rig.hear(330);
    const pitches = Array.from({ length: 16 }, (_, n) => frequencyOf(heard.slice(n * 960, (n + 1) * 960), RATE));
    const cents = 1200 * Math.log2(Math.max(...pitches) / Math.min(...pitches));
    expect(cents).toBeGreaterThan(20);
    expect(cents).toBeLessThan(30);
  });
});

/** The largest sample of each so many milliseconds. */
function heights(heard: readonly number[], milliseconds: number): number[] {
  const step = (RATE * milliseconds) / 1000;
  const count = Math.floor(heard.length / step);
  return Array.from({ length: count }, (_, n) => Math.max(...heard.slice(n * step, (n + 1) * step)));
}

const decibels = (ratio: number) => 20 * Math.log10(ratio);

describe('levels', () => {
  const loudness = (set: () => void, frequency = 0x200, block = 4): number => {
    rig.plainTone();
    set();
    rig.key(frequency, block);
    rig.hear(20);
    return loudnessOf(rig.hear(100));
  };

  test.each([
    [1, 0.75],
    [8, 6],
    [32, 24],
  ])('total level %i takes %d dB away', (level, expected) => {
    const full = loudness(() => {});
    expect(decibels(full / loudness(() => rig.set(0x43, level)))).toBeCloseTo(expected, 0);
  });

  test('high pitches lose what the key scale level says', () => {
    const plain = loudness(() => {}, 0x200, 6);
    // 18 dB at block 7 for 3 dB an octave, so 15 dB here (manual: table of attenuations).
    const scaled = [0x40, 0x80, 0xc0].map((bits) => decibels(plain / loudness(() => rig.set(0x43, bits), 0x200, 6)));
    expect(scaled[1]! / scaled[0]!).toBeCloseTo(0.5, 1);
    expect(scaled[2]! / scaled[0]!).toBeCloseTo(2, 1);
    expect(scaled[0]).toBeCloseTo(15, 0);
  });

  test('tremolo takes up to 4.8 dB away', () => {
    rig.plainTone();
    rig.set(0xbd, 0x80);
    rig.set(0x23, 0xa1);
    rig.key(0x200, 5);
    const found = heights(rig.hear(600), 5);
    expect(decibels(Math.max(...found) / Math.min(...found))).toBeCloseTo(4.8, 0);
  });
});

describe('envelopes', () => {
  test('each four rates are twice as fast', () => {
    const stepsOf = (rate: number) => {
      let steps = 0;
      for (let n = 0; n < 1 << 16; n++) steps += stepsAt(rate, n);
      return steps;
    };
    expect(stepsOf(3)).toBe(0);
    for (let rate = 8; rate < 56; rate++) expect(stepsOf(rate + 4)).toBe(2 * stepsOf(rate));
    expect([stepsOf(45), stepsOf(46), stepsOf(47)].map((steps) => steps / stepsOf(44))).toEqual([1.25, 1.5, 1.75]);
  });

  test('a sound rises, falls to its sustain level, stays there while the key is held, and ends', () => {
    rig.plainTone();
    rig.set(0x63, 0x67);
    // 12 dB below full.
    rig.set(0x83, 0x46);
    rig.key(0x244, 5);
    const held = heights(rig.hear(800), 10);
    const top = held.indexOf(Math.max(...held));
    expect(held[0]).toBeLessThan(held[top]! / 2);
    expect(top).toBeGreaterThan(1);
    expect(decibels(held[top]! / held.at(-1)!)).toBeCloseTo(12, 0);
    expect(Math.abs(held.at(-1)! - held.at(-10)!)).toBeLessThan(5);
    rig.key(0x244, 5, false);
    const released = heights(rig.hear(2000), 10);
    for (let n = 2; n < 20; n++) expect(released[n]).toBeLessThan(released[n - 1]!);
    expect(rig.voice.isActive).toBe(false);
    expect(rig.events.nextDeadline()).toBe(Infinity);
  });

  test('without the sustain flag a sound goes on falling while the key is held', () => {
    rig.plainTone();
    rig.set(0x23, 0x01);
    rig.set(0x83, 0x07);
    rig.key(0x244, 5);
    const held = heights(rig.hear(600), 50);
    expect(held.at(-1)).toBeLessThan(held[0]! / 10);
  });

  test('rates grow with the pitch by the key scale rate', () => {
    const timeToFall = (flags: number) => {
      rig.opl.reset();
      rig.plainTone();
      rig.set(0x23, 0x01 | flags);
      rig.set(0x83, 0x05);
      rig.key(0x244, 7);
      const held = heights(rig.hear(3000), 10);
      return held.findIndex((height) => height < held[0]! / 4);
    };
    expect(timeToFall(0)).toBeGreaterThan(4 * timeToFall(0x10));
  });
});
