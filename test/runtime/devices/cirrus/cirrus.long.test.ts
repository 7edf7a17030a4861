import { describe, expect, test } from 'vitest';
import { restore } from '../../../support/restore.ts';
import { CirrusRig } from './rig.ts';

const FRAME_BUFFER = 0xe000_0000;
const REGISTERS = 0xe800_0000;
const BLIT_APERTURE = FRAME_BUFFER + 0x0100_0000;

/** The rig as a driver of the chip leaves it: 256 colors of 640 x 480, a byte a pixel. */
class ReadyRig extends CirrusRig {
  constructor() {
    super();
    this.configure(0x10, FRAME_BUFFER);
    this.configure(0x14, REGISTERS);
    this.configure(0x04, 3);
    this.out8(0x3c2, 0x67);
    this.sequencer(6, 0x12);
    this.sequencer(7, 0x11);
    for (const [index, value] of [
      [5, 0x40],
      [6, 0x05],
      [8, 0xff],
    ] as const)
      this.graphics(index, value);
    for (const [index, value] of [
      [1, 79],
      [7, 0x1f],
      [0x12, 0xdf],
      [0x13, 80],
      [0x18, 0xff],
      [0x17, 3],
    ] as const)
      this.crtc(index, value);
    this.crtc(7, 0x12);
    this.crtc(9, 0x40);
  }

  /** Starts a BitBLT: width and height in bytes and lines, addresses, mode, operation. */
  blit(
    size: readonly [number, number],
    to: number,
    from: number,
    mode: number,
    others: Record<number, number> = {},
  ): void {
    const [width, height] = size;
    const words = { 32: width - 1, 34: height - 1, 36: 64, 38: 64, 40: to & 0xffff, 44: from & 0xffff };
    for (const [index, value] of Object.entries(words)) {
      this.graphics(Number(index), value & 0xff);
      this.graphics(Number(index) + 1, value >> 8);
    }
    const bytes = { 42: to >> 16, 46: from >> 16, 47: 0, 48: mode, 50: 0x0d, 51: 0, ...others };
    for (const [index, value] of Object.entries(bytes)) this.graphics(Number(index), value);
    this.graphics(0x31, 2);
  }

  bytes(at: number, length: number): number[] {
    return Array.from({ length }, (_, n) => this.load(1, FRAME_BUFFER + at + n));
  }
}

describe('video memory', () => {
  test('is at the frame buffer itself after some accesses, and in the banks at A0000h', () => {
    const rig = new ReadyRig();
    expect([rig.isDirect(FRAME_BUFFER), rig.isDirect(0xa0000)]).toEqual([false, false]);
    rig.graphics(0x0b, 0x20);
    rig.graphics(9, 4);
    for (let n = 0; n < 300; n++) {
      rig.store(1, FRAME_BUFFER + 0x10000 + n, n);
      rig.store(1, 0xa8000 + n, n + 1);
    }
    const places = [FRAME_BUFFER, FRAME_BUFFER + 0x3ff000, FRAME_BUFFER + 0x400000, 0xa0000, 0xaf000, 0xb0000];
    expect(places.map((place) => rig.isDirect(place))).toEqual([true, true, false, true, true, false]);
    expect([rig.load(1, 0xa0005), rig.load(1, FRAME_BUFFER + 0x18005)]).toEqual([5, 6]);
  });

  test('goes to the device while a BitBLT takes what is written, and comes back', () => {
    const rig = new ReadyRig();
    for (let n = 0; n < 300; n++) rig.store(1, FRAME_BUFFER + n, 0);
    rig.blit([4, 1], 0x1000, 0, 4);
    expect(rig.isDirect(FRAME_BUFFER)).toBe(false);
    rig.store(4, FRAME_BUFFER + 0x50, 0x44332211);
    for (let n = 0; n < 300; n++) rig.store(1, FRAME_BUFFER + n, 0x77);
    expect([rig.isDirect(FRAME_BUFFER), ...rig.bytes(0x1000, 4)]).toEqual([true, 0x11, 0x22, 0x33, 0x44]);
  });

  test('moves with its range on PCI', () => {
    const rig = new ReadyRig();
    for (let n = 0; n < 300; n++) rig.store(1, FRAME_BUFFER + n, n);
    rig.configure(0x10, 0xd0000000);
    expect([rig.isDirect(FRAME_BUFFER), rig.load(1, FRAME_BUFFER + 5), rig.load(1, 0xd0000005)]).toEqual([false, 0, 5]);
    rig.configure(0x04, 0);
    expect([rig.load(1, 0xd0000005), rig.isDirect(0xd0000000)]).toEqual([0, false]);
  });

  test('with the registers at its end is memory but for the last page', () => {
    const rig = new ReadyRig();
    rig.sequencer(0x17, 0x44);
    for (let n = 0; n < 300; n++) rig.store(1, FRAME_BUFFER + n, n);
    expect([rig.isDirect(FRAME_BUFFER + 0x3fe000), rig.isDirect(FRAME_BUFFER + 0x3ff000)]).toEqual([true, false]);
    rig.store(2, FRAME_BUFFER + 0x3fff08, 0x1234);
    expect([rig.load(2, REGISTERS + 0x108), rig.load(1, FRAME_BUFFER + 0x3ffff2)]).toEqual([0x1234, 0xff]);
  });
});

describe('a BitBLT', () => {
  test('of a pattern begins with the row that the lowest bits of its address say', () => {
    const rig = new ReadyRig();
    for (let row = 0; row < 8; row++)
      for (let n = 0; n < 8; n++) rig.store(1, FRAME_BUFFER + 0x1000 + row * 8 + n, row);
    rig.blit([1, 10], 0x2000, 0x1003, 0x40);
    expect(Array.from({ length: 10 }, (_, y) => rig.bytes(0x2000 + y * 64, 1)[0])).toEqual([
      3, 4, 5, 6, 7, 0, 1, 2, 3, 4,
    ]);
  });

  test('of bits has a pattern of eight bytes at any multiple of eight', () => {
    const rig = new ReadyRig();
    rig.store(4, FRAME_BUFFER + 0x1008, 0x0ff055aa);
    rig.blit([8, 2], 0x2000, 0x1008, 0xc0, { 0: 1, 1: 2 });
    expect([rig.bytes(0x2000, 8), rig.bytes(0x2040, 8)]).toEqual([
      [2, 1, 2, 1, 2, 1, 2, 1],
      [1, 2, 1, 2, 1, 2, 1, 2],
    ]);
  });

  test('takes lines of bits in double words where it is told so', () => {
    const rig = new ReadyRig();
    rig.blit([8, 2], 0x2000, 0, 0x84, { 0: 1, 1: 2, 51: 1 });
    rig.store(4, BLIT_APERTURE, 0xffffff0f);
    rig.store(4, BLIT_APERTURE, 0xffffffff);
    expect([rig.bytes(0x2000, 8), rig.bytes(0x2040, 8), rig.load(1, REGISTERS + 0x140)]).toEqual([
      [1, 1, 1, 1, 2, 2, 2, 2],
      [2, 2, 2, 2, 2, 2, 2, 2],
      0,
    ]);
  });

  test('leaves out bytes at the left of pixels of three bytes', () => {
    const rig = new ReadyRig();
    for (let n = 0; n < 16; n++) rig.store(1, FRAME_BUFFER + 0x2000 + n, 0);
    rig.store(1, FRAME_BUFFER + 0x1000, 0x50);
    rig.blit([12, 1], 0x2000, 0x1000, 0xa0, { 0: 1, 1: 2, 16: 1, 17: 2, 18: 1, 19: 2, 47: 3 });
    expect(rig.bytes(0x2000, 13)).toEqual([0, 0, 0, 2, 2, 2, 1, 1, 1, 2, 2, 2, 0]);
  });

  test('is over when a double word has more bytes than it takes', () => {
    const rig = new ReadyRig();
    rig.blit([5, 1], 0x2000, 0, 0x84, { 0: 1, 1: 2 });
    rig.store(1, FRAME_BUFFER + 0x3001, 0x55);
    rig.blit([5, 1], 0x2000, 0, 0x84, { 0: 1, 1: 2 });
    rig.store(4, FRAME_BUFFER + 0x3000, 0xa8);
    expect([rig.bytes(0x2000, 5), rig.bytes(0x3000, 4)]).toEqual([
      [2, 1, 2, 1, 2],
      [0, 0, 0, 0],
    ]);
  });

  test.each([
    ['that leaves memory', { 42: 0x3f, 41: 0xff, 40: 0xff }],
    ['to the system', { 48: 2 }],
    ['of a fill that leaves memory', { 48: 0xc0, 51: 4, 42: 0x3f, 41: 0xff, 40: 0xff }],
    ['of a fill without a pitch', { 48: 0xc0, 51: 4, 36: 0 }],
    ['whose lines overlap', { 36: 4 }],
  ])('%s is not done, and the engine is not busy', (_, registers) => {
    const rig = new ReadyRig();
    rig.graphics(1, 0x11);
    for (let n = 0; n < 8 * 64; n++) rig.store(1, FRAME_BUFFER + 0x2000 + n, 0x11);
    rig.blit([8, 8], 0x1000, 0x2000, 0, registers);
    const written = [0x1000, 0x3fffff, 0, 0x3f].map((at) => rig.bytes(at, 1)[0]);
    expect([rig.load(1, REGISTERS + 0x140), ...written]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('the picture', () => {
  test.each([
    [0x11, 0, 8],
    [0x17, 0xf0, 15],
    [0x17, 0xe1, 16],
    [0x15, 0xe5, 24],
    [0x19, 0xe5, 32],
    [0x10, 0, 0],
  ])('with SR7 = %i and hidden register %i has %i bits a pixel', (mode, hidden, depth) => {
    const rig = new ReadyRig();
    rig.sequencer(7, mode);
    for (let n = 0; n < 4; n++) rig.in8(0x3c6);
    rig.out8(0x3c6, hidden);
    expect(rig.cirrus.pictures.update().registers.scan.depth).toBe(depth);
  });

  test('begins where the extended bits say, and its lines are as long', () => {
    const rig = new ReadyRig();
    rig.crtc(0x0c, 0x12);
    rig.crtc(0x1b, 0x1d);
    rig.crtc(0x1d, 0x80);
    rig.crtc(0x1a, 1);
    const { scan } = rig.cirrus.pictures.update().registers;
    const start = (0x1200 | 0x10000 | 0x60000 | 0x80000) * 4;
    expect([scan.start, scan.lineBytes, scan.height]).toEqual([start, (0x100 + 80) * 8, 960]);
  });

  test("has a cursor, and a screen gets the pages of the cursor's patterns", () => {
    const rig = new ReadyRig();
    rig.cirrus.pictures.update();
    rig.store(1, FRAME_BUFFER + 0x3fc000 + 0x400, 0xff);
    rig.sequencer(0x12, 5);
    rig.sequencer(0x13, 6);
    rig.sequencer(0x70, 5);
    rig.sequencer(0x51, 7);
    const { registers, pages } = rig.cirrus.pictures.update();
    expect(registers.cursor).toMatchObject({ x: 43, y: 58, size: 64, address: 0x3fc400, rowBytes: 16, planeBytes: 8 });
    expect(pages).toContain(0x3fc);
  });
});

test('vertical retrace comes as often as the programmed clock says', () => {
  const rig = new ReadyRig();
  // 14.318 MHz * 0x57 / (2 * 0x19) = 24.9 MHz; 800 dots, 525 lines.
  rig.out8(0x3c2, 0x63);
  rig.sequencer(0x0b, 0x57);
  rig.sequencer(0x1b, 0x33);
  rig.sequencer(1, 1);
  const timing = { 0: 0x5f, 1: 79, 6: 0x0b, 7: 0x3e, 16: 0xea, 17: 0x0c };
  for (const [index, value] of Object.entries(timing)) rig.crtc(Number(index), value);
  let [retraces, was] = [0, 0];
  for (let time = 0; time < 1e9; time += 1e4) {
    const is = rig.in8(0x3da) & 8;
    if (is !== 0 && was === 0) retraces++;
    was = is;
    rig.advance(1e4);
  }
  expect(retraces).toBe(59);
});

test('its state is restored in the middle of a BitBLT', () => {
  const rig = new ReadyRig();
  rig.blit([4, 2], 0x100, 0, 4);
  rig.store(2, BLIT_APERTURE, 0x2211);
  const other = new ReadyRig();
  restore(other.cirrus.component, rig.cirrus.component.save());
  other.store(2, BLIT_APERTURE, 0x4433);
  other.store(4, BLIT_APERTURE, 0x88776655 | 0);
  expect([other.bytes(0x100, 4), other.bytes(0x140, 4), other.load(1, REGISTERS + 0x140)]).toEqual([
    [0x11, 0x22, 0x33, 0x44],
    [0x55, 0x66, 0x77, 0x88],
    0,
  ]);
});

test('on PCI it is what QEMU has', () => {
  const rig = new CirrusRig();
  const read = (register: number): string => {
    rig.ports.write(0xcf8, 4, 0x80001000 + register);
    return rig.ports.read(0xcfc, 4).toString(16);
  };
  expect([0x00, 0x08, 0x10, 0x14, 0x2c].map(read)).toEqual(['b81013', '3000000', '8', '0', '11001af4']);
});
