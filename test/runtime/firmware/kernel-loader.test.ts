import { expect, test } from 'vitest';
import { buildKernelLoader } from '../../../runtime/firmware/kernel-loader/index.ts';

const rom = Buffer.from(buildKernelLoader());
const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => total + byte, 0) & 0xff;

test('the kernel loader is an option ROM with a boot entry vector', () => {
  expect(rom.subarray(0, 2)).toEqual(Buffer.of(0x55, 0xaa));
  expect(rom[2]! * 512).toBe(rom.length);
  expect(sum(rom)).toBe(0);
  const header = rom.subarray(rom.readUInt16LE(0x1a)).subarray(0, 32);
  expect(header.toString('latin1', 0, 4)).toBe('$PnP');
  expect(sum(header)).toBe(0);
  const cld = 0xfc;
  expect(rom[header.readUInt16LE(0x1a)]).toBe(cld);
});
