import { expect, test } from 'vitest';
import { Pit8254 } from '../../../runtime/devices/pit8254/index.ts';
import { amplitudeAt, frequencyOf } from '../../support/tones.ts';
import { Rig } from './rig.ts';

const MILLISECOND = 1e6;
const RATE = 44_100;

class SpeakerRig extends Rig {
  readonly pit = new Pit8254(this);

  /** Channel 2 in a mode with a count. */
  program(mode: number, count: number): void {
    this.out8(0x43, 0xb0 | (mode << 1));
    this.out8(0x42, count & 0xff, count >> 8);
  }
}

function listening(): SpeakerRig {
  const rig = new SpeakerRig();
  rig.listen();
  return rig;
}

test.each([100, 440, 1000, 5000])('a tone of %i Hz', (frequency) => {
  const rig = listening();
  const count = Math.round(1193182 / frequency);
  rig.program(3, count);
  rig.out8(0x61, 3);
  rig.advance(500 * MILLISECOND);
  expect(rig.left.length).toBe(RATE / 2);
  expect(frequencyOf(rig.left, RATE) / (1193182 / count)).toBeCloseTo(1, 4);
  expect([Math.max(...rig.samples), Math.min(...rig.samples)]).toEqual([24_576, -24_576]);
});

test('the speaker is silent, and costs nothing, without its gate, without its data bit, and after a reset', () => {
  const rig = listening();
  rig.program(3, 1193);
  rig.advance(200 * MILLISECOND);
  expect([rig.samples, rig.events.nextDeadline()]).toEqual([[], Infinity]);
  rig.out8(0x61, 3);
  rig.advance(20 * MILLISECOND);
  rig.out8(0x61, 0);
  rig.advance(1000 * MILLISECOND);
  expect(rig.events.nextDeadline()).toBe(Infinity);
  expect(rig.samples.length / 2 / RATE).toBeLessThan(0.15);
  rig.out8(0x61, 3);
  rig.pit.reset();
  const before = rig.samples.length;
  rig.advance(1000 * MILLISECOND);
  expect(rig.samples.slice(before + 2).every((sample) => sample === 0)).toBe(true);
  expect(rig.events.nextDeadline()).toBe(Infinity);
});

test('a tone changes its pitch while it sounds, from the next half period on', () => {
  const rig = listening();
  rig.program(3, 2386);
  rig.out8(0x61, 3);
  rig.advance(200 * MILLISECOND);
  rig.out8(0x42, 1193 & 0xff, 1193 >> 8);
  rig.advance(200 * MILLISECOND);
  expect(frequencyOf(rig.left.slice(0, 8000), RATE)).toBeCloseTo(500, 0);
  expect(frequencyOf(rig.left.slice(9000), RATE)).toBeCloseTo(1000, 0);
});

test('the data bit alone moves the cone, as programs that count by themselves use it', () => {
  const rig = listening();
  // Mode 3 without a count: the output is high.
  rig.out8(0x43, 0xb6);
  for (let n = 0; n < 200; n++) {
    rig.out8(0x61, n % 2 === 0 ? 2 : 0);
    rig.advance(MILLISECOND);
  }
  expect(frequencyOf(rig.left, RATE)).toBeCloseTo(500, 0);
});

test('pulses whose width changes carry a tone (one-shots of channel 2 at 16 kHz)', () => {
  const rig = listening();
  rig.out8(0x43, 0x90);
  rig.out8(0x61, 3);
  const carrier = 16_000;
  for (let n = 0; n < carrier / 4; n++) {
    const width = Math.round(37 + 30 * Math.sin((2 * Math.PI * 400 * n) / carrier));
    rig.out8(0x42, width);
    rig.advance(1e9 / carrier);
  }
  expect(amplitudeAt(rig.left, RATE, 400)).toBeGreaterThan(6000);
  for (const other of [700, 1000, 1300]) expect(amplitudeAt(rig.left, RATE, other)).toBeLessThan(200);
});

test('a frequency that nobody hears is the middle', () => {
  const rig = listening();
  rig.program(3, 4);
  rig.out8(0x61, 3);
  rig.advance(100 * MILLISECOND);
  expect(Math.max(...rig.left.slice(10).map(Math.abs))).toBeLessThan(2100);
});

test('who does not listen changes nothing that a guest sees', () => {
  const seen = [new SpeakerRig(), listening()].map((rig) => {
    rig.program(3, 1193);
    rig.out8(0x61, 3);
    return Array.from({ length: 500 }, () => {
      rig.advance(123_456);
      return [rig.in8(0x61), rig.in8(0x42), rig.in8(0x42)];
    });
  });
  expect(seen[0]).toEqual(seen[1]);
});
