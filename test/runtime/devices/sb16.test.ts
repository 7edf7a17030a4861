import { beforeEach, describe, expect, test } from 'vitest';
import { BASE, MILLISECOND, Sb16Rig } from './sb16-rig.ts';

let rig: Sb16Rig;
beforeEach(() => {
  rig = new Sb16Rig();
});

describe('the DSP', () => {
  test('a reset is answered by AAh', () => {
    rig.out8(BASE + 6, 1);
    expect(rig.answers()).toEqual([]);
    rig.out8(BASE + 6, 0);
    expect(rig.answers()).toEqual([0xaa]);
    // Zeros alone are no reset.
    rig.out8(BASE + 6, 0);
    expect(rig.answers()).toEqual([]);
  });

  test.each([
    ['version', [0xe1], [4, 5]],
    ['identification', [0xe0, 0x3a], [0xc5]],
    ['copyright', [0xe3], [...new TextEncoder().encode('COPYRIGHT (C) CREATIVE TECHNOLOGY LTD, 1992.\0')]],
    ['test register', [0xe4, 0x77, 0xe8], [0x77]],
    ['speaker off', [0xd8], [0]],
    ['speaker on', [0xd1, 0xd8], [0xff]],
    ['speaker off again', [0xd1, 0xd3, 0xd8], [0]],
    ['direct ADC: silence', [0x20], [0x80]],
  ])('%s', (_, command, answer) => {
    rig.command(...command);
    expect(rig.answers()).toEqual(answer);
  });

  test('it takes commands always; what was read last is read again', () => {
    rig.command(0xe1);
    expect(rig.in8(BASE + 0xc) & 0x80).toBe(0);
    expect([rig.in8(BASE + 0xa), rig.in8(BASE + 0xa), rig.in8(BASE + 0xa)]).toEqual([4, 5, 5]);
  });

  test('a command that there is not is told of, and the next one is taken', () => {
    rig.command(0x03, 0xe1);
    expect([rig.mistakes, rig.answers()]).toEqual([['sb16: unknown command 3'], [4, 5]]);
  });

  test('a reset forgets half of a command; answers have an end', () => {
    rig.command(0x41, 0x10);
    rig.out8(BASE + 6, 1, 0);
    for (let n = 0; n < 100; n++) rig.command(0xe1);
    expect(rig.answers().length).toBe(64);
  });

  test('programs find the DMA channel by its identification', () => {
    const found = [0x55, 0xaa, 0x00, 0xff].map((value) => {
      rig.program(1, 0x44, 0x1000, 1);
      rig.command(0xe2, value);
      return rig.bytes[0x1000];
    });
    // By the rule of command E2h from AAh on: what is added is the value with the bits of 96h, A5h, 69h and 5Ah turned over.
    let sum = 0xaa;
    const expected = [0x55 ^ 0x96, 0xaa ^ 0xa5, 0x69, 0xff ^ 0x5a].map((part) => (sum = (sum + part) & 0xff));
    expect(found).toEqual(expected);
  });
});

describe('interrupts', () => {
  test('commands F2h and F3h interrupt; each is acknowledged at its port', () => {
    rig.command(0xf2, 0xf3);
    expect([rig.irqs[5].level, rig.mixerRead(0x82) & 7]).toEqual([true, 3]);
    rig.in8(BASE + 0xe);
    expect([rig.irqs[5].level, rig.mixerRead(0x82) & 7]).toEqual([true, 2]);
    rig.in8(BASE + 0xf);
    expect([rig.irqs[5].level, rig.mixerRead(0x82) & 7]).toEqual([false, 0]);
  });

  test.each([
    [1, 9],
    [2, 5],
    [4, 7],
    [8, 10],
  ] as const)('mixer register 80h: %i is IRQ %i', (setup, irq) => {
    rig.mixerWrite(0x80, setup);
    expect(rig.mixerRead(0x80) & 0x0f).toBe(setup);
    rig.command(0xf2);
    const raised = Object.entries(rig.irqs).filter(([, { level }]) => level);
    expect(raised.map(([number]) => Number(number))).toEqual([irq]);
  });

  test('a reset of the DSP ends them; the setup stays', () => {
    rig.mixerWrite(0x80, 8);
    rig.command(0xf2);
    rig.out8(BASE + 6, 1, 0);
    expect([rig.irqs[10].level, rig.mixerRead(0x80) & 0x0f]).toEqual([false, 8]);
  });
});

describe('the mixer', () => {
  test('its levels after power-on and after a reset', () => {
    const registers = [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x3a, 0x3c, 0x3d, 0x3e, 0x44, 0x47];
    const initial = [0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0, 0, 0x1f, 0x15, 0x0b, 0x80, 0x80];
    expect(registers.map((register) => rig.mixerRead(register))).toEqual(initial);
    for (const register of registers) rig.mixerWrite(register, 0x50);
    expect(rig.mixerRead(0x30)).toBe(0x50);
    rig.mixerWrite(0, 0);
    expect(registers.map((register) => rig.mixerRead(register))).toEqual(initial);
    expect([rig.mixerRead(0x80) & 0x0f, rig.mixerRead(0x81)]).toEqual([0x02, 0x22]);
  });

  test('registers of the Sound Blaster Pro are the upper bits of both sides', () => {
    rig.mixerWrite(0x22, 0xa5);
    expect([rig.mixerRead(0x30), rig.mixerRead(0x31), rig.mixerRead(0x22)]).toEqual([0xa0, 0x50, 0xa5]);
    rig.mixerWrite(0x32, 0x78);
    rig.mixerWrite(0x33, 0x10);
    expect(rig.mixerRead(0x04)).toBe(0x71);
    rig.mixerWrite(0x0a, 5);
    expect([rig.mixerRead(0x3a), rig.mixerRead(0x0a)]).toEqual([0xa0, 5]);
  });

  test('what is not there reads as ones', () => {
    expect([rig.mixerRead(0x60), rig.mixerRead(0xff)]).toEqual([0xff, 0xff]);
  });
});

describe('direct samples', () => {
  test('are heard until the next one, and time is recorded a while longer', () => {
    rig.listen();
    for (let n = 0; n < 40; n++) {
      rig.command(0x10, n % 2 === 0 ? 0xc0 : 0x40);
      rig.advance(MILLISECOND);
    }
    expect([Math.max(...rig.left), Math.min(...rig.left)]).toEqual([0x4000, -0x4000]);
    rig.advance(1000 * MILLISECOND);
    expect([rig.left.length / 44.1 < 120, rig.events.nextDeadline()]).toEqual([true, Infinity]);
  });

  test.each([
    [0x30, 0xc0, 1],
    // 2 dB a step.
    [0x32, 21 << 3, 10 ** (-6 / 20)],
    [0x30, 14 << 3, 0.1],
    [0x32, 0xf8, 1],
    [0x30, 0, 0],
  ])('level %i at %i: a factor of %d on the left', (register, value, factor) => {
    rig.mixerWrite(register, value);
    rig.listen();
    rig.command(0x10, 0xc0);
    rig.advance(20 * MILLISECOND);
    expect(rig.samples.slice(100, 102)).toEqual([Math.round(0x4000 * factor), 0x4000]);
  });
});
