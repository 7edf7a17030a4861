import { beforeEach, describe, expect, test } from 'vitest';
import { Ac97 } from '../../../runtime/devices/ac97/index.ts';
import { restore } from '../../support/restore.ts';
import { frequencyOf, loudnessOf } from '../../support/tones.ts';
import { Rig } from './rig.ts';

const MILLISECOND = 1e6;
const RATE = 48_000;
const [MIXER, MASTER] = [0xc000, 0xc400];
/** Registers of the engine for output. */
const OUT = MASTER + 0x10;
const [LIST, CURRENT, LAST_VALID, STATUS, POSITION, PREFETCHED, CONTROL] = [0, 4, 5, 6, 8, 10, 11];
const TABLE = 0x1000;
const BUFFERS = 0x20000;
const [RUN, RESET, LAST_INTERRUPT, COMPLETION_INTERRUPT] = [0x01, 0x02, 0x04, 0x10];
/** Bits of entries in their second word. */
const [INTERRUPT, SILENT_AFTER] = [0x8000_0000, 0x4000_0000];

class Ac97Rig extends Rig {
  readonly bytes = new Uint8Array(0x100000);
  readonly view = new DataView(this.bytes.buffer);
  readonly card: Ac97;

  constructor() {
    super(RATE);
    const { ports, clock, events, irq, voice, guestError } = this;
    const memory = {
      has: () => true,
      read: (address: number, target: Uint8Array) =>
        void target.set(this.bytes.subarray(address, address + target.length)),
      write: (address: number, bytes: Uint8Array) => void this.bytes.set(bytes, address),
    };
    this.card = new Ac97({ device: 4, ports, clock, events, irq, voice, guestError, memory });
    const { pciFunction } = this.card;
    pciFunction.write(0x10, 4, MIXER);
    pciFunction.write(0x14, 4, MASTER);
    pciFunction.write(0x04, 2, 0x05);
  }

  /** The link is woken; levels are full. */
  wake(): void {
    this.ports.write(MASTER + 0x2c, 4, 2);
    this.codec(0x02, 0);
    this.codec(0x18, 0x0808);
  }

  codec(register: number, value: number): void {
    this.ports.write(MIXER + register, 2, value);
  }

  codecOf(register: number): number {
    return this.ports.read(MIXER + register, 2);
  }

  /** Entry `n` of the list: so many samples of 16 bits at an address. */
  entry(n: number, address: number, samples: number, flags = 0): void {
    this.view.setUint32(TABLE + 8 * n, address, true);
    this.view.setUint32(TABLE + 8 * n + 4, (samples | flags) >>> 0, true);
  }

  /** Frames of a sine, both sides. */
  fillSine(frames: number, period: number): void {
    for (let n = 0; n < 2 * frames; n++) {
      const sine = Math.sin((2 * Math.PI * (n >> 1)) / period);
      this.view.setInt16(BUFFERS + 2 * n, Math.round(20_000 * sine), true);
    }
  }

  run(lastValid: number, control = RUN | LAST_INTERRUPT | COMPLETION_INTERRUPT): void {
    this.ports.write(OUT + LIST, 4, TABLE);
    this.out8(OUT + LAST_VALID, lastValid);
    this.out8(OUT + CONTROL, control);
  }

  read16(port: number): number {
    return this.ports.read(port, 2);
  }
}

let rig: Ac97Rig;
beforeEach(() => {
  rig = new Ac97Rig();
  rig.listen();
  rig.wake();
});

describe('the codec', () => {
  test('it is found, with its levels after a reset', () => {
    rig.codec(0, 0);
    expect([0x7c, 0x7e, 0x02, 0x18, 0x26, 0x2c].map((register) => rig.codecOf(register))).toEqual([
      0x8384, 0x7600, 0x8000, 0x8808, 0x000f, 48_000,
    ]);
    expect(rig.codecOf(0x28) & 9).toBe(9);
    expect(rig.ports.read(MASTER + 0x30, 4)).toBe(0x100);
  });

  test('drivers find out how many bits a level has; fixed registers stay', () => {
    rig.codec(0x02, 0x3f3f);
    expect(rig.codecOf(0x02)).toBe(0x1f1f);
    rig.codec(0x28, 0xffff);
    rig.codec(0x7c, 0);
    expect([rig.codecOf(0x28), rig.codecOf(0x7c)]).toEqual([9, 0x8384]);
    rig.out8(MIXER + 2, 0);
    expect([rig.codecOf(0x02), rig.mistakes.length]).toEqual([0x1f1f, 1]);
  });

  test('rates change only while that is turned on, to what can be had', () => {
    rig.codec(0x2c, 44_100);
    expect(rig.codecOf(0x2c)).toBe(48_000);
    rig.codec(0x2a, 1);
    for (const [wanted, got] of [
      [44_100, 44_100],
      [11_025, 11_025],
      [4000, 8000],
      [65_535, 48_000],
    ]) {
      rig.codec(0x2c, wanted!);
      expect(rig.codecOf(0x2c)).toBe(got);
    }
    rig.codec(0x2c, 8000);
    rig.codec(0x2a, 0);
    expect(rig.codecOf(0x2c)).toBe(48_000);
  });
});

describe('output', () => {
  test('samples of the fixed rate pass unchanged through a list of buffers', () => {
    rig.fillSine(1440, 48);
    for (let n = 0; n < 3; n++) rig.entry(n, BUFFERS + n * 1920, 960, n === 1 ? INTERRUPT : 0);
    rig.run(2);
    rig.advance(19 * MILLISECOND);
    expect([rig.in8(OUT + CURRENT), rig.in8(OUT + PREFETCHED), rig.irq.level]).toEqual([1, 2, false]);
    rig.advance(2 * MILLISECOND);
    expect([rig.in8(OUT + CURRENT), rig.read16(OUT + STATUS), rig.irq.level]).toEqual([2, 0x08, true]);
    expect(rig.ports.read(MASTER + 0x30, 4)).toBe(0x140);
    rig.ports.write(OUT + STATUS, 2, 0x1c);
    expect(rig.irq.level).toBe(false);
    rig.advance(10 * MILLISECOND);
    expect([rig.read16(OUT + STATUS), rig.irq.level]).toEqual([0x07, true]);
    const given = Array.from({ length: 2880 }, (_, n) => rig.view.getInt16(BUFFERS + 2 * n, true));
    const start = rig.samples.findIndex((_, n) => n % 2 === 0 && rig.samples[n + 2] === given[2]);
    expect(rig.samples.slice(start, start + 2880)).toEqual(given);
    rig.advance(200 * MILLISECOND);
    expect(rig.events.nextDeadline()).toBe(Infinity);
  });

  test('it goes on when the guest makes more of the list valid', () => {
    for (let n = 0; n < 32; n++) rig.entry(n, BUFFERS, 960, INTERRUPT);
    rig.run(1, RUN | COMPLETION_INTERRUPT);
    rig.advance(100 * MILLISECOND);
    expect([rig.in8(OUT + CURRENT), rig.read16(OUT + STATUS) & 1]).toEqual([1, 1]);
    rig.out8(OUT + LAST_VALID, 0);
    rig.advance(15 * MILLISECOND);
    expect([rig.in8(OUT + CURRENT), rig.read16(OUT + STATUS) & 1]).toEqual([3, 0]);
    // Around the end of the list.
    rig.advance(300 * MILLISECOND);
    expect([rig.in8(OUT + CURRENT), rig.read16(OUT + STATUS) & 1]).toEqual([0, 1]);
  });

  test('the position counts down as samples are played', () => {
    rig.entry(0, BUFFERS, 9600);
    rig.run(0);
    expect(rig.read16(OUT + POSITION)).toBe(9600);
    rig.advance(25 * MILLISECOND);
    expect(rig.read16(OUT + POSITION)).toBeGreaterThan(7190);
    expect(rig.read16(OUT + POSITION)).toBeLessThan(7210);
  });
});

describe('what a driver can change', () => {
  test('variable rates', () => {
    rig.fillSine(4410, 44.1);
    rig.codec(0x2a, 1);
    rig.codec(0x2c, 22_050);
    rig.entry(0, BUFFERS, 8820, INTERRUPT);
    rig.run(0);
    rig.advance(199 * MILLISECOND);
    expect(rig.irq.level).toBe(false);
    rig.advance(2 * MILLISECOND);
    expect(rig.irq.level).toBe(true);
    expect(frequencyOf(rig.left.slice(0, 9000), RATE)).toBeCloseTo(500, 0);
  });

  test('it stands still between a stop and the next start, and a reset begins anew', () => {
    rig.entry(0, BUFFERS, 9600, INTERRUPT);
    rig.entry(1, BUFFERS, 9600);
    rig.run(1, RUN | COMPLETION_INTERRUPT);
    rig.advance(50 * MILLISECOND);
    rig.out8(OUT + CONTROL, COMPLETION_INTERRUPT);
    rig.advance(1000 * MILLISECOND);
    expect([rig.irq.level, rig.read16(OUT + STATUS), rig.events.nextDeadline()]).toEqual([false, 1, Infinity]);
    rig.out8(OUT + CONTROL, RUN | COMPLETION_INTERRUPT);
    rig.advance(55 * MILLISECOND);
    expect([rig.irq.level, rig.in8(OUT + CURRENT)]).toEqual([true, 1]);
    rig.out8(OUT + CONTROL, 0);
    rig.out8(OUT + CONTROL, RESET);
    expect([rig.irq.level, rig.in8(OUT + CURRENT), rig.in8(OUT + CONTROL), rig.in8(OUT + LAST_VALID)]).toEqual([
      ...[false, 0, 0, 0],
    ]);
  });

  test('levels take 1.5 dB a step away, and mute all', () => {
    for (let n = 0; n < 9600; n++) rig.view.setInt16(BUFFERS + 2 * n, 10_000, true);
    rig.codec(0x02, 0x0400);
    rig.codec(0x18, 0x080a);
    rig.entry(0, BUFFERS, 9600, SILENT_AFTER);
    rig.run(0);
    rig.advance(20 * MILLISECOND);
    expect(rig.samples.slice(400, 402)).toEqual([
      Math.round(10_000 * 10 ** (-6 / 20)),
      Math.round(10_000 * 10 ** (-3 / 20)),
    ]);
    rig.codec(0x02, 0x8000);
    rig.advance(20 * MILLISECOND);
    expect(rig.samples.slice(-2)).toEqual([0, 0]);
  });
});

test('inputs give silence to the end of their list', () => {
  rig.bytes.fill(0x55);
  rig.view.setUint32(TABLE, BUFFERS, true);
  rig.view.setUint32(TABLE + 4, (960 | INTERRUPT) >>> 0, true);
  rig.ports.write(MASTER + LIST, 4, TABLE);
  rig.out8(MASTER + CONTROL, RUN | COMPLETION_INTERRUPT);
  rig.advance(15 * MILLISECOND);
  expect([rig.irq.level, rig.ports.read(MASTER + 0x30, 4)]).toEqual([true, 0x120]);
  expect([...rig.bytes.subarray(BUFFERS, BUFFERS + 1921)]).toEqual([...new Array(1920).fill(0), 0x55]);
});

test('a card that may not be a bus master plays nothing of memory', () => {
  rig.card.pciFunction.write(0x04, 2, 0x01);
  rig.entry(0, BUFFERS, 960, 0);
  rig.fillSine(480, 48);
  rig.run(0);
  rig.advance(15 * MILLISECOND);
  expect(rig.samples.every((sample) => sample === -1 || sample === 0)).toBe(true);
});

test('a cold reset ends all; empty buffers are gone through', () => {
  for (let n = 0; n < 32; n++) rig.entry(n, BUFFERS, 0, INTERRUPT);
  rig.run(31);
  rig.advance(500 * MILLISECOND);
  expect([rig.irq.level, rig.read16(OUT + STATUS) & 1]).toEqual([true, 1]);
  rig.ports.write(MASTER + 0x2c, 4, 0);
  expect([rig.irq.level, rig.codecOf(0x02), rig.in8(OUT + CONTROL)]).toEqual([false, 0x8000, 0]);
});

test('a state that was saved in the middle of a buffer goes on with the next sample', () => {
  const second = new Ac97Rig();
  for (const one of [rig, second]) {
    one.fillSine(9600, 96);
    for (let n = 0; n < 4; n++) one.entry(n, BUFFERS, 19_200);
  }
  rig.codec(0x02, 0x0404);
  rig.run(3);
  rig.advance(123_456_789);
  second.advance(123_456_789);
  second.listen();
  const parts = (one: Ac97Rig) => {
    const { pciFunction, component } = one.card;
    return [pciFunction.component, component, one.events.component, ...one.mixer.components];
  };
  const saved = parts(rig).map((part) => part.save());
  for (const [n, part] of parts(second).entries()) restore(part, saved[n]!);
  for (const one of [rig, second]) {
    one.samples.length = 0;
    one.advance(300 * MILLISECOND);
  }
  expect(second.samples).toEqual(rig.samples);
  expect(loudnessOf(second.samples)).toBeGreaterThan(1000);
});
