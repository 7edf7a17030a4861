import { describe, expect, test } from 'vitest';
import { loadFlat, placeBios } from '../../../../runtime/firmware/load/index.ts';

const image = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, n) => n >> 12);

describe('BIOS images', () => {
  test('end at 4 GB, and their last 128 KB end at 1 MB', () => {
    const { top, low } = placeBios(image(256 << 10));
    expect(top.address).toBe(0xfffc0000);
    expect(top.bytes).toEqual(image(256 << 10));
    expect(low.address).toBe(0xe0000);
    expect(low.bytes).toEqual(image(256 << 10).subarray(128 << 10));
  });

  test('a small one is all below 1 MB', () => {
    const { top, low } = placeBios(image(0x10000));
    expect([top.address, low.address]).toEqual([0xffff0000, 0xf0000]);
    expect(low.bytes).toEqual(image(0x10000));
  });

  test('sizes that cannot be', () => {
    expect(() => placeBios(image(0))).toThrow(/has 0 bytes; a ROM image is a multiple of 4096/);
    expect(() => placeBios(image(65537))).toThrow(/has 65537 bytes/);
    expect(() => placeBios(image((16 << 20) + 4096))).toThrow(/too large: 16 MB at most/);
    expect(placeBios(image(16 << 20)).top.address).toBe(0xff000000);
  });
});

describe('bare code', () => {
  const code = Uint8Array.of(0xf4);
  const memory = 8 << 20;
  const loadReal = (address: number) => loadFlat({ bytes: code, address, mode: 'real' }, memory);

  test('in real mode', () => {
    const boot = loadReal(0x7c00);
    expect(boot).toMatchObject({ mode: 'real', selectors: { code: 0, data: 0 } });
    expect(boot.registers).toMatchObject({ eip: 0x7c00, esp: 0x7c00, eflags: 2 });
    expect(boot.writes).toEqual([{ address: 0x7c00, bytes: code }]);
  });

  test.each([
    [0x21234, 1],
    [0x1ffff, 4],
    [0xfffe, 4],
  ])('in real mode, beyond the first 64 KB: %i, %i bytes', (address, length) => {
    const bytes = new Uint8Array(length);
    const boot = loadFlat({ bytes, address, mode: 'real' }, memory);
    const selector = address >> 4;
    expect(boot.selectors).toEqual({ code: selector, data: selector });
    expect(boot.registers).toMatchObject({ eip: address & 15, esp: 0 });
    expect(boot.writes).toEqual([{ address, bytes }]);
  });

  test('where there is no memory, or its mode does not reach', () => {
    const load =
      (address: number, mode: 'real' | 'flat32' = 'flat32', length = 1) =>
      () =>
        loadFlat({ bytes: new Uint8Array(length), address, mode }, memory);
    expect(load(memory)).toThrow("the code must be in the machine's 8 MB of memory; give it a lower address");
    expect(load(memory - 1)).not.toThrow();
    expect(load(0x9fffe, 'flat32', 3)).toThrow('where the display adapter is');
    expect(load(0xbffff, 'real')).toThrow('where the display adapter is');
    for (const address of [0x9ffff, 0xc0000]) expect(load(address)).not.toThrow();
    expect(load(0x4ff, 'flat32', 2)).toThrow('where its descriptor table is');
    expect(load(0x4ff)).not.toThrow();
    expect(load(0x100000, 'real')).toThrow('16-bit code must be below 1 MB');
    expect(load(0xfffff, 'real')).not.toThrow();
    expect(load(0x20001, 'real', 0x10000)).toThrow('16-bit code must be in one segment of 64 KB');
    expect(load(0x20000, 'real', 0x10000)).not.toThrow();
  });

  test('in protected mode, with a GDT', () => {
    const boot = loadFlat({ bytes: code, address: 0x10000, mode: 'flat32' }, memory);
    expect(boot).toMatchObject({ mode: 'flat32', selectors: { code: 0x10, data: 0x18 } });
    expect(boot.writes.map(({ address }) => address)).toEqual([boot.gdt!.base, 0x10000]);
  });
});
