import { describe, expect, test } from 'vitest';
import { detectKernel, loadKernelByFirmware } from '../../../../runtime/firmware/load/index.ts';
import { addressedMultiboot, bzImage, unversionedKernel } from './images.ts';

const MEMORY = 64 << 20;
const load = (kernel: Uint8Array, more: object = {}) => loadKernelByFirmware({ memoryBytes: MEMORY, kernel, ...more });

describe('Linux', () => {
  test('the parts are where the boot protocol has them', () => {
    const { kernel, setup, commandLine, initrd, entry } = load(bzImage(), { commandLine: 'quiet' });
    expect(kernel.address).toBe(0x100000);
    expect(kernel.bytes).toHaveLength(0x3000);
    expect([setup?.address, setup?.bytes.length]).toEqual([0x10000, 5 * 512]);
    expect(commandLine).toEqual({ address: 0x20000, bytes: Uint8Array.from(Buffer.from('quiet\0')) });
    expect([initrd, entry]).toEqual([undefined, undefined]);
  });

  test('the header has what the loader tells', () => {
    const { setup } = load(bzImage(), { initrd: new Uint8Array(100), commandLine: 'quiet' });
    const header = Buffer.from(setup!.bytes);
    expect(header.readUInt8(0x210)).toBe(0xff);
    expect(header.readUInt8(0x211)).toBe(0x81);
    expect(header.readUInt16LE(0x224)).toBe(0xfe00);
    expect(header.readUInt32LE(0x228)).toBe(0x20000);
    expect(header.readUInt32LE(0x21c)).toBe(100);
  });

  test('the initrd is below what firmware keeps at the end of memory', () => {
    const { initrd } = load(bzImage(), { initrd: new Uint8Array(100) });
    expect(initrd?.address).toBe(MEMORY - (128 << 10) - 0x1000);
  });

  test.each([
    ['vga=ask', 0xfffd],
    ['quiet vga=normal', 0xffff],
    ['vga=0x317', 0x317],
    ['vga=791', 791],
    ['vga=nonsense', 0],
    ['novga=791', 0],
  ])('%s', (commandLine, mode) => {
    expect(Buffer.from(load(bzImage(), { commandLine }).setup!.bytes).readUInt16LE(0x1fa)).toBe(mode);
  });

  test('an initrd that does not fit is refused, with how much memory would do', () => {
    expect(() => load(bzImage(), { initrd: new Uint8Array(60 << 20) })).toThrow(/give it at least \d+ MB/);
  });
});

describe('Linux before boot protocol 2.02', () => {
  const places = (kernel: Uint8Array, commandLine = '') => {
    const items = load(kernel, { commandLine });
    return [items.kernel.address, items.setup?.address, items.commandLine?.address];
  };

  test('a bzImage has its setup code at 90000h, and the command line in its segment', () => {
    const kernel = bzImage({ version: 0x201 });
    expect(places(kernel, 'quiet')).toEqual([0x100000, 0x90000, 0x99ff0]);
    const header = Buffer.from(load(kernel, { commandLine: 'quiet' }).setup!.bytes);
    expect([header.readUInt16LE(0x20), header.readUInt16LE(0x22)]).toEqual([0xa33f, 0x9ff0]);
    expect([header.readUInt8(0x211), header.readUInt16LE(0x224)]).toEqual([0x81, 0x9df0]);
    expect(header.readUInt32LE(0x228)).toBe(0);
  });

  test('2.00 has no heap', () => {
    const header = Buffer.from(load(bzImage({ version: 0x200 })).setup!.bytes);
    expect([header.readUInt8(0x210), header.readUInt8(0x211), header.readUInt16LE(0x224)]).toEqual([0xff, 1, 0]);
  });

  test('a zImage is below its setup code, of any protocol', () => {
    expect(places(bzImage({ loadFlags: 0 }))).toEqual([0x10000, 0x90000, 0x99ff0]);
    const header = Buffer.from(load(bzImage({ loadFlags: 0 }), { commandLine: 'quiet' }).setup!.bytes);
    expect(header.readUInt32LE(0x228)).toBe(0x99ff0);
    expect(() => load(bzImage({ loadFlags: 0, payloadBytes: 0x80010 }))).toThrow('512 KB fit below its setup code');
  });

  test('without a header nothing but the command line is written to it', () => {
    const kernel = unversionedKernel();
    expect(places(kernel)).toEqual([0x10000, 0x90000, 0x99ff0]);
    const setup = load(kernel).setup!.bytes;
    expect(setup.subarray(0x200)).toEqual(kernel.subarray(0x200, setup.length));
    expect(() => load(kernel, { initrd: Uint8Array.of(1) })).toThrow('too old to take an initrd');
  });

  test('what tells no sizes, or others, is no kernel', () => {
    const disk = unversionedKernel();
    expect(detectKernel(disk.subarray(0, disk.length - 12))).toBe('linux');
    for (const image of [disk.subarray(0, disk.length - 16), Buffer.concat([disk, disk])])
      expect(() => detectKernel(image)).toThrow('neither a Linux kernel');
  });
});

test('a Multiboot kernel is one piece, with its module', () => {
  const image = addressedMultiboot([0x100040, 0x100000, 0, 0, 0x100080]);
  const { kernel, initrd, entry, setup } = load(image, { initrd: Uint8Array.of(1, 2, 3) });
  expect([kernel.address, entry, setup]).toEqual([0x100000, 0x100080, undefined]);
  expect(kernel.bytes.subarray(0, image.length)).toEqual(image);
  expect(kernel.bytes.subarray(-3)).toEqual(Uint8Array.of(1, 2, 3));
  expect(Buffer.from(initrd!.bytes).readUInt32LE(0) & 0b1001).toBe(0b1001);
});
