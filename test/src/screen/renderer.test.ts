import { describe, expect, test } from 'vitest';
import { mode12, mode13, modeX, text80, withCrtc } from '../../oracle/display/modes.ts';
import { line, ScreenRig } from './rig.ts';

const GRAY = 7;
const BLUE = 1;

/** Cases that QEMU does not show, or shows otherwise; the rest is compared with its pictures (test/oracle/display). */
describe('text', () => {
  test('bit 7 of an attribute blinks where the registers say so, and is a bright background elsewhere', () => {
    const rig = new ScreenRig(text80);
    rig.glyph(65, 0, 0xf0);
    rig.cell(0, 65, 0x97);
    expect(line(rig.render(), 0, 3, 5)).toEqual([GRAY, 0x39]);
    rig.registers.attribute[0x10]! |= 8;
    expect(line(rig.render(), 0, 3, 5)).toEqual([GRAY, BLUE]);
    expect(line(rig.render({ textShown: false, cursorShown: true }), 0, 3, 5)).toEqual([BLUE, BLUE]);
  });

  test('a monochrome attribute underlines', () => {
    const rig = new ScreenRig(withCrtc(text80, { 20: 13 }));
    rig.cell(0, 65, 0x01);
    rig.cell(1, 65, 0x07);
    const image = rig.render();
    expect([line(image, 13, 7, 11), line(image, 12, 7, 11)]).toEqual([
      [BLUE, BLUE, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  test('the cursor is at its cell unless it is off', () => {
    const rig = new ScreenRig(withCrtc(text80, { 15: 2 }));
    rig.cell(2, 32, 7);
    expect(line(rig.render(), 13, 17, 28)).toEqual([0, ...new Array(9).fill(GRAY), 0]);
    expect(line(rig.render({ textShown: true, cursorShown: false }), 13, 17, 28)).toEqual(new Array(11).fill(0));
    rig.registers.crtc[0x0a]! |= 0x20;
    expect(line(rig.render(), 13, 17, 28)).toEqual(new Array(11).fill(0));
  });

  test('is not interleaved by the mode register of the CRT controller', () => {
    const rig = new ScreenRig(withCrtc(text80, { 23: 0 }));
    rig.cell(0, 65, GRAY);
    for (const row of [0, 1, 2, 3]) rig.glyph(65, row, 0x80);
    const image = rig.render();
    expect([0, 1, 2, 3].map((y) => line(image, y, 0, 1)[0])).toEqual([GRAY, GRAY, GRAY, GRAY]);
  });

  test('scrolls by lines and by dots, but not below the split', () => {
    const rig = new ScreenRig(withCrtc(text80, { 13: 80, 24: 31, 7: 0x0f, 9: 0x0f }));
    rig.glyph(65, 0, 0x80);
    rig.glyph(65, 3, 0x40);
    rig.cell(0, 65, BLUE);
    rig.cell(80, 65, GRAY);
    expect(line(rig.render(), 3, 0, 3)).toEqual([0, GRAY, 0]);
    expect(line(rig.render(), 32, 0, 3)).toEqual([BLUE, 0, 0]);
    rig.registers.crtc[0x08] = 3;
    rig.registers.attribute[0x13] = 0;
    rig.registers.attribute[0x10]! |= 0x20;
    const image = rig.render();
    expect([line(image, 0, 0, 3), line(image, 32, 0, 3)]).toEqual([
      [GRAY, 0, 0],
      [BLUE, 0, 0],
    ]);
  });
});

describe('graphics', () => {
  test('16 colors are panned by dots', () => {
    const rig = new ScreenRig(mode12);
    rig.set(0, 0x01, 0, 0, 0, 0x40);
    expect(line(rig.render(), 0, 6, 11)).toEqual([0, BLUE, 0, BLUE, 0]);
    rig.registers.attribute[0x13] = 3;
    expect(line(rig.render(), 0, 3, 8)).toEqual([0, BLUE, 0, BLUE, 0]);
  });

  test('256 colors are panned by half pixels, and the split may stand still', () => {
    const rig = new ScreenRig(withCrtc(modeX, { 13: 80, 24: 99, 7: 0x2e, 9: 0x01 }));
    rig.set(320, 10, 20, 30, 40);
    rig.set(0, 1, 2, 3, 4);
    rig.registers.attribute[0x13] = 2;
    expect(line(rig.render(), 0, 0, 6)).toEqual([20, 20, 30, 30, 40, 40]);
    expect(line(rig.render(), 100, 0, 4)).toEqual([2, 2, 3, 3]);
    rig.registers.attribute[0x10]! |= 0x20;
    expect(line(rig.render(), 100, 0, 4)).toEqual([1, 1, 2, 2]);
  });

  test('a split begins with the first line of memory, in the middle of a doubled line too', () => {
    const rig = new ScreenRig(withCrtc(mode13, { 24: 100, 7: 0x0f, 9: 0x01 }));
    rig.set(0, 5);
    rig.set(320, 6);
    const image = rig.render();
    expect([101, 102, 103].map((y) => line(image, y, 0, 1)[0])).toEqual([5, 5, 6]);
  });

  test('the mask of the DAC counts', () => {
    const rig = new ScreenRig(mode13);
    rig.set(0, 0x35);
    rig.registers = { ...rig.registers, dacMask: 0x0f };
    expect(line(rig.render(), 0, 0, 1)).toEqual([5]);
  });
});

describe('blanking that starts within a line', () => {
  const white = (rig: ScreenRig) => {
    for (let n = 0; n < 320; n++) rig.bytes[n] = 7;
    rig.set(0, 7);
    return line(rig.render(), 0, 0, 640);
  };

  test('is dark up to the end of the line, as its end is beyond', () => {
    expect(white(new ScreenRig(withCrtc(mode13, { 2: 40 })))).toEqual([
      ...new Array(320).fill(7),
      ...new Array(320).fill(0),
    ]);
  });

  test('is dark up to the character at which it ends', () => {
    expect(white(new ScreenRig(withCrtc(mode13, { 2: 40, 3: 0x80 | 10, 5: 0x80 })))).toEqual([
      ...new Array(320).fill(7),
      ...new Array(16).fill(0),
      ...new Array(304).fill(7),
    ]);
  });
});

describe('a screen that is off is dark, in its size', () => {
  test.each([
    ['while the palette is being set', { attributeIndex: 0 }],
    ['by the sequencer', { sequencer: Uint8Array.of(3, 0x21, 15, 0, 14, 0, 0, 0) }],
  ])('%s', (_, registers) => {
    const rig = new ScreenRig(mode13);
    rig.set(0, 5);
    expect(line(rig.render(), 0, 0, 1)).toEqual([5]);
    const on = rig.registers;
    rig.registers = { ...on, ...registers };
    const { width, height, data } = rig.render();
    expect([width, height, new Set(data)]).toEqual([640, 400, new Set([0, 255])]);
    rig.registers = on;
    expect(line(rig.render(), 0, 0, 1)).toEqual([5]);
  });
});

describe('lines that are drawn', () => {
  test('are those whose bytes have changed', () => {
    const rig = new ScreenRig(mode13);
    rig.render();
    expect(rig.renderer.drawn).toBe(400);
    rig.render();
    expect(rig.renderer.drawn).toBe(0);
    rig.set(320 * 100, 9);
    expect(line(rig.render(), 200, 0, 1)).toEqual([9]);
    // Page 7 has bytes 28,672 to 32,767: lines 89 to 102, each twice.
    expect(rig.renderer.drawn).toBe(28);
  });

  test('are all after a change of colors, and of a font', () => {
    const rig = new ScreenRig(text80);
    rig.cell(0, 65, 7);
    rig.render();
    rig.registers.palette[0] = 1;
    rig.render();
    expect(rig.renderer.drawn).toBe(400);
    rig.glyph(65, 0, 0xff);
    expect(line(rig.render(), 0, 0, 1)).toEqual([GRAY]);
    expect(rig.renderer.drawn).toBe(400);
  });
});

test('the picture of a screen that nobody has looked at yet is dark', () => {
  const rig = new ScreenRig(mode13);
  rig.registers = { ...rig.registers, attributeIndex: 0 };
  const { width, height, data } = rig.render();
  expect([width, height, data.length]).toEqual([640, 480, 640 * 480 * 4]);
});
