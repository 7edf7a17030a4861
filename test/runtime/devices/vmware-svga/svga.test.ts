import { describe, expect, test } from 'vitest';
import { Command, Register } from '../../../../runtime/devices/vmware-svga/registers.ts';
import { Renderer, type ScreenImage } from '../../../../src/screen/renderer.ts';
import { VideoMemory } from '../../../../src/screen/video-memory.ts';
import { Random } from '../../../support/random.ts';
import { restore } from '../../../support/restore.ts';
import { COMMANDS, END, FIRST, MEMORY, SvgaRig } from './svga-rig.ts';

const LINE = 640 * 4;

function started(): SvgaRig {
  const rig = new SvgaRig();
  rig.start();
  return rig;
}

/** The screen as a new viewer has it. */
function screen(rig: SvgaRig): ScreenImage {
  rig.svga.pictures.forget();
  const memory = new VideoMemory();
  memory.apply(rig.svga.pictures.update());
  return new Renderer(memory).render();
}

/** Red, green and blue of a dot. */
function dot({ data, width }: ScreenImage, x: number, y: number): number {
  const at = 4 * (y * width + x);
  return (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
}

describe('registers', () => {
  test('tell what the device is, and where its memory is', () => {
    const rig = new SvgaRig();
    expect(rig.get(Register.id)).toBe(0x90000002);
    rig.set(Register.id, 0x90000003);
    expect(rig.get(Register.id)).toBe(0x90000002);
    rig.set(Register.id, 0x90000001);
    expect(rig.get(Register.id)).toBe(0x90000001);
    expect(rig.get(Register.frameBufferStart)).toBe(MEMORY);
    expect(rig.get(Register.fifoStart)).toBe(COMMANDS);
    expect(rig.get(Register.memoryBytes)).toBe(16 << 20);
  });

  test.each([
    [32, 24, [0xff0000, 0xff00, 0xff]],
    [16, 16, [0xf800, 0x7e0, 0x1f]],
    [8, 8, [0, 0, 0]],
  ])('a mode with %i bits a pixel', (bits, depth, masks) => {
    const rig = new SvgaRig();
    rig.start(800, 600, bits);
    expect(rig.get(Register.depth)).toBe(depth);
    expect([rig.get(Register.redMask), rig.get(Register.greenMask), rig.get(Register.blueMask)]).toEqual(masks);
    expect(rig.get(Register.bytesPerLine)).toBe((800 * bits) / 8);
    expect(rig.get(Register.pseudoColor)).toBe(Number(bits === 8));
  });

  test('the length of lines can be locked, as far as the picture fits', () => {
    const rig = started();
    rig.set(Register.pitchLock, 4096);
    expect(rig.get(Register.bytesPerLine)).toBe(4096);
    rig.store(MEMORY + 4096, 0x123456);
    expect(dot(screen(rig), 0, 1)).toBe(0x123456);
    rig.set(Register.pitchLock, 2559);
    expect(rig.get(Register.bytesPerLine)).toBe(2560);
    rig.set(Register.pitchLock, 0xffffffff);
    expect(rig.get(Register.bytesPerLine)).toBe(2560);
  });

  test('sizes and depths that there are not change nothing', () => {
    const rig = started();
    rig.set(Register.width, 2369);
    rig.set(Register.height, 0);
    rig.set(Register.bitsPerPixel, 13);
    expect([Register.width, Register.height, Register.bitsPerPixel].map((name) => rig.get(name))).toEqual([
      640, 480, 32,
    ]);
  });
});

describe('the picture', () => {
  test('is that of the memory, in any width, whatever the VGA was doing', () => {
    const rig = new SvgaRig();
    rig.start(1366, 768, 32);
    rig.store(MEMORY + 4 * (767 * 1366 + 1365), 0x123456);
    const image = screen(rig);
    expect([image.width, image.height]).toEqual([1366, 768]);
    expect(dot(image, 1365, 767)).toBe(0x123456);
  });

  test('has colors of the palette with 8 bits a pixel', () => {
    const rig = new SvgaRig();
    rig.start(640, 480, 8);
    for (const [n, value] of [0x12, 0x34, 0x56].entries()) rig.set(Register.palette + 3 * 7 + n, value);
    rig.store(MEMORY, 7);
    expect(dot(screen(rig), 0, 0)).toBe(0x123456);
  });

  test('is the VGA’s again when the driver turns the device off', () => {
    const rig = started();
    rig.set(Register.enable, 0);
    expect(rig.svga.pictures.update().registers.scan).toEqual({});
  });
});

describe('commands', () => {
  test('fill and copy rectangles, also where source and destination overlap', () => {
    const rig = started();
    rig.fill(0xaabbcc, 10, 20, 3, 2);
    rig.fill(0x112233, 10, 21, 1, 1);
    rig.put(Command.rectangleCopy, 10, 20, 11, 21, 3, 2);
    expect(rig.sync()).toBe(1);
    const row = (y: number) => [10, 11, 12, 13].map((x) => rig.load(MEMORY + y * LINE + 4 * x));
    expect(row(20)).toEqual([0xaabbcc, 0xaabbcc, 0xaabbcc, 0]);
    expect(row(21)).toEqual([0x112233, 0xaabbcc, 0xaabbcc, 0xaabbcc]);
    expect(row(22)).toEqual([0, 0x112233, 0xaabbcc, 0xaabbcc]);
  });

  test('are carried out without being waited for', () => {
    const rig = started();
    rig.fill(5, 0, 0, 1, 1);
    expect(rig.load(MEMORY)).toBe(0);
    rig.advance(100e6);
    expect(rig.load(MEMORY)).toBe(5);
  });

  test('are carried out while the driver changes colors all the time', () => {
    const rig = new SvgaRig();
    rig.start(640, 480, 8);
    rig.fill(5, 0, 0, 4, 1);
    for (let n = 0; n < 10; n++) {
      rig.set(Register.palette, n);
      rig.advance(10e6);
    }
    expect(rig.load(MEMORY)).toBe(0x05050505);
  });

  test('go around the end of their memory', () => {
    const rig = started();
    for (let n = 0; n < 6000; n++) {
      rig.fill(n, n % 640, 0, 1, 1);
      if (n % 1000 === 999) rig.sync();
    }
    expect(rig.load(MEMORY + 4 * (5999 % 640))).toBe(5999);
    expect(rig.load(COMMANDS + 12)).toBe(rig.load(COMMANDS + 8));
  });

  test('wait for the rest of them', () => {
    const rig = started();
    rig.put(Command.rectangleFill, 9, 0, 0);
    rig.sync();
    expect(rig.load(COMMANDS + 12)).toBe(FIRST);
    rig.put(1, 1);
    rig.sync();
    expect(rig.load(MEMORY)).toBe(9);
  });

  test('outside of the picture, and unknown ones, are passed over, and told of', () => {
    const rig = started();
    rig.fill(1, 639, 479, 2, 1);
    rig.fill(1, 0xffffffff, 0, 1, 1);
    rig.put(Command.rectangleCopy, 0, 479, 0, 0, 1, 2);
    rig.put(0x77);
    rig.fill(2, 639, 479, 1, 1);
    rig.sync();
    expect(rig.load(MEMORY + 479 * LINE + 639 * 4)).toBe(2);
    expect(rig.mistakes).toHaveLength(4);
  });
});

describe('a driver', () => {
  test('that asks for very much waits longer, and the machine goes on between', () => {
    const rig = new SvgaRig();
    rig.start(2368, 1770);
    for (let n = 0; n < 20; n++) rig.fill(n, 0, 0, 2368, 1770);
    expect(rig.sync()).toBeGreaterThan(2);
    expect(rig.load(MEMORY)).toBe(19);
  });

  test('that asks for very many lines waits longer too', () => {
    const rig = new SvgaRig();
    rig.start(2368, 1770);
    for (let n = 0; n < 1000; n++) rig.fill(n, n, 0, 1, 1770);
    for (let n = 0; n < 1000; n++) rig.put(Command.rectangleCopy, n, 0, n + 1, 0, n % 2, 1770);
    expect(rig.sync()).toBeGreaterThan(2);
    expect(rig.load(MEMORY + 4 * 1000)).toBe(999);
  });

  test('whose header makes no sense has no commands carried out', () => {
    const rig = started();
    rig.set(Register.configurationDone, 0);
    for (const [word, value] of [
      [0, 12],
      [0, 0xfffffff0],
      [1, END + 4],
      [1, 10 << 10],
      [2, END],
      [3, 17],
    ] as const) {
      rig.header(...[FIRST, END, FIRST, FIRST].map((good, n) => (n === word ? value : good)));
      rig.store(COMMANDS + FIRST, Command.displayCursor);
      rig.set(Register.configurationDone, 1);
      rig.sync();
      expect(rig.load(COMMANDS + 12)).toBe(word === 3 ? value : FIRST);
    }
  });
});

describe('the cursor', () => {
  const at = (rig: SvgaRig, x: number, y: number) => {
    rig.set(Register.cursorX, x);
    rig.set(Register.cursorY, y);
    rig.set(Register.cursorOn, 1);
    return screen(rig);
  };

  test('of two masks covers, inverts or leaves what is there', () => {
    const rig = started();
    rig.fill(0x0000f0, 0, 0, 640, 480);
    // Four pixels of one line: AND 0 1 1 0, XOR 0 0 1 1.
    rig.put(Command.defineCursor, 3, 1, 0, 4, 1, 1, 1, 0b0110_0000, 0b0011_0000);
    rig.sync();
    const image = at(rig, 101, 50);
    expect([100, 101, 102, 103].map((x) => dot(image, x, 50))).toEqual([0, 0x0000f0, 0xffff0f, 0xffffff]);
    rig.set(Register.cursorOn, 0);
    expect(dot(screen(rig), 100, 50)).toBe(0x0000f0);
  });

  test('has colors, and is cut at the edges', () => {
    const rig = started();
    rig.put(Command.defineCursor, 3, 1, 1, 2, 2, 1, 32, 0, 0, 1, 2, 3, 0xabcdef);
    rig.sync();
    expect(dot(at(rig, 0, 0), 0, 0)).toBe(0xabcdef);
    expect(dot(at(rig, 640, 480), 639, 479)).toBe(1);
  });

  test('has alpha values', () => {
    const rig = started();
    rig.fill(0x808080, 0, 0, 640, 480);
    rig.put(Command.defineAlphaCursor, 3, 0, 0, 3, 1, 0x00000000, 0xff102030, 0x80400000);
    rig.put(Command.moveCursor, 7, 7);
    rig.put(Command.displayCursor, 3, 1);
    rig.sync();
    const image = screen(rig);
    expect([7, 8, 9].map((x) => dot(image, x, 7))).toEqual([0x808080, 0x102030, 0x804040]);
  });

  test('that is too large, or of a depth that there is not, is passed over', () => {
    const rig = started();
    rig.put(Command.defineAlphaCursor, 1, 0, 0, 65, 1, ...Array.from({ length: 65 }, () => 0xff));
    rig.put(Command.defineCursor, 1, 0, 0, 1, 1, 1, 7, 0, 0);
    rig.put(Command.defineAlphaCursor, 1, 0, 0, 0xffff, 0xffff);
    rig.sync();
    expect(at(rig, 0, 0).data[0]).toBe(0);
    expect(rig.mistakes).toHaveLength(3);
    expect(rig.load(COMMANDS + 12)).toBe(rig.load(COMMANDS + 8));
  });
});

test('state: commands that wait, the cursor and the mode are there again', () => {
  const rig = started();
  rig.put(Command.defineAlphaCursor, 3, 0, 0, 1, 1, 0xff445566);
  rig.set(Register.cursorOn, 1);
  rig.sync();
  const other = new SvgaRig();
  restore(other.svga.component, rig.svga.component.save());
  expect(other.get(Register.width)).toBe(640);
  other.start();
  expect(dot(screen(other), 0, 0)).toBe(0x445566);
});

test.each([1, 2, 3, 4])('a driver that goes wild does no harm (%i)', (seed) => {
  const rig = started();
  const numbers = new Random(seed);
  const random = () => numbers.below(2 ** 32);
  const names = Object.values(Register);
  const commands = Object.values(Command);
  for (let n = 0; n < 2000; n++) {
    const kind = random() % 8;
    const value = random() % 3 === 0 ? random() : random() % 700;
    if (kind === 0) rig.set(names[random() % names.length]!, value);
    else if (kind === 1) rig.store(COMMANDS + 4 * (random() % 4), value & ~3);
    else if (kind === 2) rig.advance(30e6);
    else if (kind === 3 && random() % 20 === 0) screen(rig);
    else if (kind === 4) rig.start(1 + (random() % 700), 1 + (random() % 500), [8, 16, 24, 32][random() % 4]);
    else
      rig.put(
        commands[random() % commands.length]!,
        value,
        ...Array.from({ length: random() % 9 }, () => random() % 900),
      );
  }
  rig.set(Register.pitchLock, 0);
  rig.start(64, 64);
  rig.fill(0x778899, 1, 1, 1, 1);
  rig.sync();
  expect(rig.load(MEMORY + 65 * 4)).toBe(0x778899);
});
