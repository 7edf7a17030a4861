import { expect, test } from 'vitest';
import { Symbols } from '../../../../runtime/debug/symbols.ts';
import { sameTranslation, wantedAddress } from '../../../../src/cli/inspect/attached.ts';

const symbols = new Symbols({ addresses: [0xc0101000, 0xc0102000], names: ['schedule', 'vfs_read'] });

test.each([
  ['c0101000', 0xc0101000],
  ['0xC0101000', 0xc0101000],
  ['c0101000+0x10', 0xc0101010],
  ['schedule', 0xc0101000],
  ['schedule+16', 0xc0101010],
  ['guest_08191d44', 0x08191d44],
  ['guest_08191d44+0x4', 0x08191d48],
  ['vfs_read_c12cd690', 0xc12cd690],
])('%s is an address', (word, address) => {
  expect(wantedAddress([word], symbols)).toBe(address);
});

test('what is none', () => {
  expect(() => wantedAddress(['vfs_raed'], symbols)).toThrow("there is no symbol 'vfs_raed'; similar: vfs_read");
  expect(() => wantedAddress(['other'], symbols)).toThrow(/^there is no symbol 'other'$/);
  expect(() => wantedAddress(['other'], new Symbols({ addresses: [], names: [] }))).toThrow('names need --symbols');
});

test('a translation is found again where its page was moved', async () => {
  const info = { linear: 0x8049010, physical: 0x5010, key: 3 };
  const asked = (there: object | null) => {
    const ask = async (question: string) => (question === 'translation' ? there && { info: there } : { info: 'moved' });
    return { ask } as never;
  };
  expect(await sameTranslation(asked(info), info)).toEqual({ info });
  expect(await sameTranslation(asked(null), info)).toEqual({ info: 'moved' });
  expect(await sameTranslation(asked({ ...info, physical: 0x6010 }), info)).toEqual({ info: 'moved' });
});
