import { describe, expect, test } from 'vitest';
import { buildVideoBios } from '../../../../runtime/firmware/vgabios/index.ts';

const rom = Buffer.from(buildVideoBios());

describe('the option ROM', () => {
  test('has its signature, its length and a sum of 0', () => {
    expect(rom.readUInt16LE(0)).toBe(0xaa55);
    expect(rom[2]! * 512).toBe(rom.length);
    expect(rom.length).toBe(0x8000);
    expect(rom.reduce((sum, byte) => sum + byte, 0) & 0xff).toBe(0);
  });

  test('belongs to the VGA with Bochs VBE', () => {
    const data = rom.subarray(rom.readUInt16LE(0x18));
    expect(data.toString('latin1', 0, 4)).toBe('PCIR');
    expect([data.readUInt16LE(4), data.readUInt16LE(6)]).toEqual([0x1234, 0x1111]);
    expect(data.readUIntLE(13, 3)).toBe(0x030000);
    expect(data.readUInt16LE(16) * 512).toBe(rom.length);
    expect([data[20], data[21]]).toEqual([0, 0x80]);
  });

  test('tells programs that look at C000:001E that it is an EGA or VGA', () => {
    expect(rom.toString('latin1', 0x1e, 0x21)).toBe('IBM');
  });

  test('has segment overrides after REP: an emulation of real mode that X and others bring (x86emu) forgets one before it', () => {
    const before = /[\x26\x2e\x36\x3e\x64\x65][\xf2\xf3]\x66?[\xa4-\xa7\xaa-\xaf]/;
    for (const name of ['std', 'cirrus'] as const) {
      const text = Buffer.from(buildVideoBios(name)).toString('latin1');
      expect([name, before.exec(text)?.index]).toEqual([name, undefined]);
    }
  });

  test('comes out the same each time', () => {
    expect(rom.equals(buildVideoBios())).toBe(true);
  });
});
