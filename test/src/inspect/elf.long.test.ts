import { describe, expect, test } from 'vitest';
import { Symbols } from '../../../runtime/debug/symbols.ts';
import { ElfFile } from '../../../src/inspect/elf.ts';
import { elfWithCode } from './elf-file.ts';

const code = [0x40, 0xc3, 0x48, 0xc3, 0x90];
const symbols = [
  { name: 'increment', value: 0x8048000, size: 2, section: 1 },
  { name: 'decrement', value: 0x8048002, size: 0, section: 1 },
  { name: 'nothing', value: 0x8048004, size: 1, section: 1 },
];

describe('functions of an ELF file', () => {
  const file = new ElfFile(elfWithCode(code, symbols));

  test('a function with its size', () => {
    expect(file.function('increment')).toEqual({ address: 0x8048000, bytes: Uint8Array.of(0x40, 0xc3) });
  });

  test('one without a size goes up to the next', () => {
    expect(file.function('decrement').bytes).toEqual(Uint8Array.of(0x48, 0xc3));
  });

  test('its symbols name addresses', () => {
    const table = new Symbols(file.list());
    expect(table.label(0x8048003)).toBe('decrement+0x1');
    expect(table.find('nothing')).toBe(0x8048004);
    expect(table.at(0x8047fff)).toBeUndefined();
  });

  test('a symbol that does not exist: similar ones are named', () => {
    expect(() => file.function('crement')).toThrow("no symbol 'crement'; similar: increment, decrement");
  });
});

test.each([
  ['no ELF file', Uint8Array.from(code), 'this is no ELF file'],
  ['one for another processor', elfWithCode(code, symbols, 62), 'not for i386'],
  ['one without symbols', elfWithCode(code, []), 'no symbols of code'],
  ['a damaged one', elfWithCode(code, symbols).subarray(0, 130), 'damaged'],
])('%s is refused', (_, bytes, message) => {
  expect(() => new ElfFile(bytes)).toThrow(message);
});

describe('an ELF file that lies', () => {
  const size = (bytes: number) => elfWithCode(code, [{ name: 'f', value: 0x8048001, size: bytes, section: 1 }]);

  test('a function does not go on after its section', () => {
    expect(new ElfFile(size(0xffffffff)).function('f').bytes).toEqual(Uint8Array.of(0xc3, 0x48, 0xc3, 0x90));
  });

  test('a section after the end of the file has no bytes', () => {
    const file = size(2);
    const view = new DataView(file.buffer);
    view.setUint32(view.getUint32(32, true) + 40 + 4 * 4, 0x7fff0000, true);
    expect(() => new ElfFile(file).function('f')).toThrow("the symbol 'f' is after the end of the file");
  });

  test.each([
    ['cut anywhere', (file: Uint8Array, n: number) => file.subarray(0, (n * 7) % file.length)],
    ['with wrong bytes', (file: Uint8Array, n: number) => withWrongByte(file, n)],
  ])('%s it is read or refused', (_, change) => {
    const good = elfWithCode(code, symbols);
    for (let n = 0; n < 20_000; n++) {
      try {
        new ElfFile(change(good, n)).function('decrement');
      } catch (error) {
        expect(error).toHaveProperty('name', 'ConfigurationError');
      }
    }
  });

  /** Every byte with some other values, one at a time. */
  function withWrongByte(file: Uint8Array, n: number): Uint8Array {
    const wrong = Uint8Array.from(file);
    wrong[n % file.length] = (n * 37) & 255;
    return wrong;
  }
});
