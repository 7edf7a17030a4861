import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { listTexts } from '../../../src/cli/lists.ts';

const parse = (line: string) => parseArguments(line.split(' ')).machine;
const bytes = (...all: number[]) => Uint8Array.from(all);

test.each([
  ['-device loader,file=F,addr=0x1000', { image: 'F', address: 0x1000 }],
  ['-device loader,file=F', { image: 'F', address: 0 }],
  ['-device loader,file=F,addr=4096,force-raw=on,cpu-num=0', { image: 'F', address: 0x1000, raw: true, processor: 0 }],
  ['-device loader,addr=0x7c00,cpu-num=0', { address: 0x7c00, processor: 0 }],
  [
    '-device loader,data=0x1122334455667788,data-len=8,addr=0x2000',
    { image: bytes(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11), address: 0x2000, raw: true },
  ],
  ['-device loader,data=0xff11,data-len=1,addr=1', { image: bytes(0x11), address: 1, raw: true }],
  // The first bytes of eight, as in QEMU.
  ['-device loader,data=0x11,data-len=4,data-be=on,addr=1', { image: bytes(0, 0, 0, 0), address: 1, raw: true }],
  ['-device loader,data-len=2,addr=1', { image: bytes(0, 0), address: 1, raw: true }],
])('%s', (line, content) => {
  expect(parse(line)).toEqual({ memoryContents: [content] });
});

test('several are put in after each other', () => {
  expect(parse('-device loader,file=A,addr=1 -device loader,file=B,addr=2').memoryContents).toMatchObject([
    { image: 'A' },
    { image: 'B' },
  ]);
});

describe('as in QEMU is refused', () => {
  test.each([
    ['loader', 'please include valid arguments; give file=FILE,addr=N'],
    ['loader,force-raw=on,addr=1', 'please include valid arguments; force-raw is for a file'],
    ['loader,addr=0x7c00', 'cpu_num must be specified when setting a program counter'],
    ['loader,data=1,addr=1', 'Both data and data-len must be specified'],
    ['loader,data=1,data-len=9,addr=1', 'data-len cannot be greater than 8 bytes'],
    ['loader,file=F,data=1,data-len=1', 'Specifying a file is not supported when loading memory values'],
    ['loader,file=F,data-be=on', 'Specifying a file is not supported when loading memory values'],
    ['loader,data=1,data-len=1,force-raw=on', 'Specifying force-raw is not supported when loading memory values'],
    ['loader,data=0x10000000000000000,data-len=8', "'0x10000000000000000' is no whole number of 64 bits; give data=N"],
    ['loader,file=F,addr=x', "'x' is not a whole number; give addr=N"],
    ['loader,file=F,frob=1', "'frob' is not supported in 'loader,file=F,frob=1'"],
  ])('-device %s', (device, message) => {
    expect(() => parse(`-device ${device}`)).toThrow(message);
  });
});

test('its properties are listed as by QEMU', () => {
  expect(listTexts['list-devices']('loader')).toMatch(
    /^loader options:\n {2}addr=<uint64> .*\n {2}cpu-num=<uint32>\n {2}data=<uint64>\n {2}data-be=<bool>\n {2}data-len=<uint8>\n {2}file=<str>\n/,
  );
});
