import { describe, expect, test } from 'vitest';
import { buildVideoBios } from '../../../../runtime/firmware/vgabios/index.ts';
import { answersOfMachine } from '../../../support/video-bios/answers.ts';
import type { Calls } from '../../../support/video-bios/calls.ts';

const rom = Buffer.from(buildVideoBios('cirrus'));

async function answersTo(calls: Calls) {
  return (await answersOfMachine(rom, { calls }, 'translator', 'cirrus')).calls!;
}

test('the option ROM belongs to the CL-GD5446', () => {
  const data = rom.subarray(rom.readUInt16LE(0x18));
  expect([data.readUInt16LE(4), data.readUInt16LE(6), rom.length]).toEqual([0x1013, 0x00b8, 0x8000]);
  expect(rom.reduce((sum, byte) => sum + byte, 0) & 0xff).toBe(0);
});

test('VBE has 4 MB, and the modes that the chip can show', async () => {
  const { controller, mode } = await answersTo({
    controller: { ax: 0x4f00, tell: ['buffer'] },
    mode: { ax: 0x4f01, cx: 0x118, tell: ['buffer'] },
  });
  const bytes = Buffer.from(controller!.buffer!, 'hex');
  const listed = Array.from({ length: 30 }, (_, n) => bytes.readUInt16LE(0x22 + 2 * n));
  expect([bytes.readUInt16LE(18), bytes[10]]).toEqual([64, 0]);
  const hex = listed.slice(0, listed.indexOf(0xffff)).map((number) => number.toString(16));
  const direct = ['110', '111', '112', '113', '114', '115', '116', '117', '118', '119', '11a', '11b'];
  expect(hex).toEqual(['100', '101', '103', '105', '107', ...direct, '141', '142', '143']);
  const information = Buffer.from(mode!.buffer!, 'hex');
  expect([information.readUInt16LE(0x10), information[0x19]]).toEqual([3072, 24]);
});

test.each([
  ['8', 0x101, 1, 640],
  ['15', 0x113, 2, 800],
  ['16', 0x117, 2, 1024],
  ['24', 0x112, 3, 640],
  ['32', 0x142, 4, 640],
])('in %s bits lines, windows and the start of the picture are what was set', async (_, mode, pixelBytes, width) => {
  const answers = await answersTo({
    set: { ax: 0x4f02, bx: mode },
    'which mode': { ax: 0x4f03 },
    'what lines have': { ax: 0x4f06, bx: 1 },
    'longer lines': { ax: 0x4f06, bx: 0, cx: width + 64 },
    'too long lines': { ax: 0x4f06, bx: 2, cx: 0x1400 },
    'the most': { ax: 0x4f06, bx: 3 },
    'a start': { ax: 0x4f07, bx: 0, cx: 8, dx: 20 },
    'which start': { ax: 0x4f07, bx: 1 },
    window: { ax: 0x4f05, bx: 0, dx: 5 },
    'which window': { ax: 0x4f05, bx: 0x0100 },
    'no such window': { ax: 0x4f05, bx: 0, dx: 64 },
    colours: { ax: 0x4f08, bx: 0x0800 },
  });
  const hex = (value: number): string => value.toString(16).padStart(4, '0');
  expect([answers['which mode']!.bx, answers['what lines have']!.bx]).toEqual([hex(mode), hex(width * pixelBytes)]);
  const longer = (width + 64) * pixelBytes;
  const { bx, cx, dx } = answers['longer lines']!;
  expect([bx, cx, dx]).toEqual([hex(longer), hex(width + 64), hex(Math.floor((4 << 20) / longer))]);
  const most = Math.floor(4088 / pixelBytes) & ~7;
  expect([answers['too long lines']!.ax, answers['the most']!.cx]).toEqual(['024f', hex(most)]);
  expect([answers['which start']!.cx, answers['which start']!.dx]).toEqual(['0008', '0014']);
  expect([answers['which window']!.dx, answers['no such window']!.ax]).toEqual(['0005', '014f']);
  const { ax, bx: bits } = answers.colours!;
  expect(pixelBytes === 1 ? bits : ax).toBe(pixelBytes === 1 ? '0600' : '034f');
});

test('a mode has its characters, and its state comes back after another mode', async () => {
  const answers = await answersTo({
    set: { ax: 0x4f02, bx: 0x114 },
    write: { ax: 0x0e41, bx: 7 },
    'its state': { ax: 0x4f04, cx: 0x0f, dx: 1, bx: 0 },
    text: { ax: 0x0003 },
    'text again': { ax: 0x4f03 },
    'its state again': { ax: 0x4f04, cx: 0x0f, dx: 2, bx: 0 },
    'which mode': { ax: 0x4f03 },
    'write again': { ax: 0x0e42, bx: 7 },
    'to what was written': { ax: 0x0200, dx: 1 },
    read: { ax: 0x0800 },
  });
  // AH: the lower byte of color 7 as a pixel with 5, 6 and 5 bits.
  expect([answers['text again']!.bx, answers['which mode']!.bx, answers.read!.ax]).toEqual(['0003', '0114', '5542']);
});

describe('what drivers of the chip ask', () => {
  test('is answered by function 12', async () => {
    const answers = await answersTo({
      chip: { ax: 0x1200, bx: 0x80 },
      memory: { ax: 0x1200, bx: 0x85 },
      'a mode': { ax: 0x125f, bx: 0xa0 },
      'no mode': { ax: 0x1259, bx: 0xa0 },
      lines: { ax: 0x1200, bx: 0x10 },
    });
    const found = ['chip', 'memory', 'a mode', 'no mode'].map((name) => answers[name]!.ax);
    expect([...found, answers.lines!.bx]).toEqual(['0039', '1240', '015f', '0059', '0003']);
  });

  test('are modes by numbers of its own', async () => {
    const answers = await answersTo({
      set: { ax: 0x005f },
      'which mode': { ax: 0x0f00 },
      'which of VBE': { ax: 0x4f03 },
      text: { ax: 0x0003 },
      'which then': { ax: 0x0f00 },
    });
    expect([answers['which mode']!.ax, answers['which of VBE']!.bx, answers['which then']!.ax]).toEqual([
      '505f',
      '0101',
      '5003',
    ]);
  });

  test('is nothing for protected mode, and no EDID', async () => {
    const answers = await answersTo({ functions: { ax: 0x4f0a, bx: 0 }, edid: { ax: 0x4f15, bx: 1 } });
    expect([answers.functions!.ax, answers.edid!.ax]).toEqual(['014f', '014f']);
  });
});
