import { beforeEach, describe, expect, test } from 'vitest';
import { waveAt } from '../../../runtime/devices/opl3/waveforms.ts';
import { restore } from '../../support/restore.ts';
import { amplitudeAt, frequencyOf, loudnessOf } from '../../support/tones.ts';
import { CHIP_RATE, MILLISECOND, OplRig, RATE } from './opl3-rig.ts';

let rig: OplRig;
beforeEach(() => {
  rig = new OplRig();
  rig.listen();
});

const [CARRIER, MODULATOR] = [1000, 250];
const numberOf = (hertz: number, block: number) => Math.round((hertz * 2 ** (20 - block)) / CHIP_RATE);

describe('joined operators', () => {
  test('frequency modulation gives side bands; added operators give their own tones', () => {
    rig.plainTone();
    rig.set(0x23, 0x24);
    rig.set(0x20, 0x21);
    rig.set(0x40, 0x10);
    rig.key(numberOf(MODULATOR, 3), 3);
    rig.hear(10);
    const modulated = rig.hear(400);
    for (const side of [CARRIER + MODULATOR, CARRIER - MODULATOR, CARRIER + 2 * MODULATOR])
      expect(amplitudeAt(modulated, RATE, side)).toBeGreaterThan(200);
    rig.set(0xc0, 0x31);
    rig.hear(10);
    const added = rig.hear(400);
    expect(amplitudeAt(added, RATE, CARRIER + MODULATOR)).toBeLessThan(50);
    expect(amplitudeAt(added, RATE, MODULATOR)).toBeGreaterThan(500);
    expect(amplitudeAt(added, RATE, CARRIER)).toBeGreaterThan(5000);
  });

  test('feedback adds harmonics to the first operator', () => {
    const harmonics = (feedback: number) => {
      rig.opl.reset();
      rig.plainTone();
      rig.set(0x40, 0);
      rig.set(0x43, 0x3f);
      rig.set(0xc0, 0x31 | (feedback << 1));
      rig.key(numberOf(500, 4), 4);
      rig.hear(10);
      const heard = rig.hear(400);
      return amplitudeAt(heard, RATE, 1000) / amplitudeAt(heard, RATE, 500);
    };
    expect(harmonics(0)).toBeLessThan(0.02);
    expect(harmonics(6)).toBeGreaterThan(0.2);
  });

  test.each([
    [0x00, 0x00, [500]],
    [0x00, 0x01, [250, 500]],
    [0x01, 0x00, [125, 500]],
    [0x01, 0x01, [125, 375, 500]],
  ])('four operators: connections %i and %i are heard as %j Hz', (first, second, tones) => {
    rig.set(0x105, 1);
    rig.set(0x104, 1);
    for (const channel of [0, 3]) rig.plainTone(channel + (channel === 3 ? 5 : 0));
    // Operators of channels 0 and 3: registers +0, +3, +8 and +11, at multiples 1 to 4 of 125 Hz.
    for (const [n, at] of [0, 3, 8, 11].entries()) rig.set(0x20 + at, 0x21 + n);
    const heardOnes = [first & 1, first === 0 ? second : 0, first & second, 1];
    // Those that would only move others are turned down.
    for (const [n, at] of [0, 3, 8, 11].entries()) rig.set(0x40 + at, heardOnes[n] === 0 ? 0x3f : 0x08);
    rig.set(0xc0, 0x30 | first);
    rig.set(0xc3, 0x30 | second);
    rig.key(numberOf(125, 2), 2);
    rig.hear(10);
    const heard = rig.hear(400);
    const found = [125, 250, 375, 500].filter((tone) => amplitudeAt(heard, RATE, tone) > 1500);
    expect(found).toEqual(tones);
  });
});

describe('the second half of the chip', () => {
  test('sides are those of the channel where the chip is an OPL3, else both', () => {
    rig.plainTone();
    rig.set(0xc0, 0x10);
    rig.key(0x244, 4);
    rig.advance(50 * MILLISECOND);
    const right = () => loudnessOf(rig.samples.slice(-2000).filter((_, n) => n % 2 === 1));
    expect(right()).toBeGreaterThan(3000);
    rig.set(0x105, 1);
    rig.advance(50 * MILLISECOND);
    expect(right()).toBe(0);
    expect(loudnessOf(rig.left.slice(-1000))).toBeGreaterThan(3000);
  });

  test('channels of the second register set sound', () => {
    rig.set(0x105, 1);
    for (const [register, value] of [
      [0x123, 0x21],
      [0x143, 0],
      [0x163, 0xf0],
      [0x183, 0x0f],
      [0x140, 0x3f],
      [0x1c0, 0x30],
    ])
      rig.set(register!, value!);
    rig.set(0x1a0, 0x44);
    rig.set(0x1b0, 0x20 | (4 << 2) | 2);
    expect(frequencyOf(rig.hear(300), RATE) / (0x244 * 2 ** -16 * CHIP_RATE)).toBeCloseTo(1, 3);
  });
});

test.each([
  [0x10, 'bass drum'],
  [0x08, 'snare drum'],
  [0x04, 'tom-tom'],
  [0x02, 'cymbal'],
  [0x01, 'hi-hat'],
])('the rhythm mode: key %i is the %s', (key) => {
  for (const at of [0x10, 0x11, 0x12, 0x13, 0x14, 0x15]) {
    rig.set(0x20 + at, 0x01);
    rig.set(0x40 + at, 0);
    rig.set(0x60 + at, 0xf8);
    rig.set(0x80 + at, 0x08);
  }
  for (const channel of [6, 7, 8]) rig.key(0x200, 3, false, channel);
  rig.set(0xbd, 0x20);
  expect(rig.voice.isActive).toBe(false);
  rig.set(0xbd, 0x20 | key);
  const heard = rig.hear(400);
  expect(loudnessOf(heard.slice(0, 2000))).toBeGreaterThan(500);
  expect(rig.voice.isActive).toBe(false);
});

describe('waveforms', () => {
  /** Signs of 16 places of a period, and where the largest are. */
  const shape = (number: number) =>
    Array.from({ length: 16 }, (_, n) => Math.sign(waveAt(number, n * 64 + 32, 0)))
      .map((sign) => '-0+'[sign + 1])
      .join('');

  test.each([
    [0, '++++++++--------'],
    [1, '++++++++00000000'],
    [2, '++++++++++++++++'],
    [3, '++++0000++++0000'],
    [4, '++++----00000000'],
    [5, '++++++++00000000'],
    [6, '++++++++--------'],
  ])('number %i', (number, signs) => {
    expect(shape(number)).toBe(signs);
  });

  test('a sine is one to 12 bits; the last two are a square and a falling curve', () => {
    for (let place = 0; place < 1024; place++) {
      const exact = 4085 * Math.sin(((place + 0.5) * 2 * Math.PI) / 1024);
      expect(Math.abs(waveAt(0, place, 0) - exact)).toBeLessThan(16);
    }
    expect([waveAt(6, 0, 0), waveAt(6, 511, 0), waveAt(6, 512, 0)]).toEqual([4084, 4084, -4084]);
    expect([waveAt(7, 0, 0), waveAt(7, 32, 0), waveAt(7, 1023, 0)]).toEqual([4084, 2042, -4084]);
    // 6 dB are 32 steps.
    expect(waveAt(0, 256, 32)).toBe(2042);
  });

  test('the OPL2 has four of them', () => {
    const heardWith = (expansion: number) => {
      rig.set(0x105, expansion);
      rig.plainTone();
      rig.set(0xe3, 6);
      rig.key(0x244, 4);
      rig.hear(20);
      return loudnessOf(rig.hear(50)) / 8168;
    };
    expect(heardWith(1)).toBeCloseTo(1, 1);
    expect(heardWith(0)).toBeCloseTo(0.7, 1);
  });
});

test('a state that was saved in the middle of a tone goes on with the next sample', () => {
  rig.plainTone();
  rig.set(0x40, 0x12);
  rig.set(0xc0, 0x3c);
  rig.key(0x244, 4);
  rig.advance(123_456_789);
  const second = new OplRig();
  second.advance(123_456_789);
  second.listen();
  const parts = (one: OplRig) => [one.events.component, one.opl.component, ...one.mixer.components];
  const saved = parts(rig).map((part) => part.save());
  for (const [n, part] of parts(second).entries()) restore(part, saved[n]!);
  const [a, b] = [rig, second].map((one) => {
    one.samples.length = 0;
    return one.hear(100);
  });
  expect(b).toEqual(a);
  expect(loudnessOf(b!)).toBeGreaterThan(1000);
});

test('nobody listens: nothing is computed, and programs find the chip all the same', () => {
  const silent = new OplRig();
  silent.plainTone();
  silent.key(0x244, 4);
  silent.advance(1e9);
  expect([silent.samples, silent.events.nextDeadline()]).toEqual([[], Infinity]);
  silent.listen();
  expect(frequencyOf(silent.hear(100), RATE) / (0x244 * 2 ** -16 * CHIP_RATE)).toBeCloseTo(1, 2);
});
