import { expect, test } from 'vitest';
import { ScancodeReader } from '../../../src/input/scancodes.ts';

// The sequences are those of set 1 in IBM's Technical Reference and in Microsoft's "Keyboard Scan Code Specification".
test.each<[string, number[], [number, boolean][]]>([
  [
    'the key A',
    [0x1e, 0x9e],
    [
      [0x1e, true],
      [0x1e, false],
    ],
  ],
  [
    'the arrow up, with the prefix',
    [0xe0, 0x48, 0xe0, 0xc8],
    [
      [0xc8, true],
      [0xc8, false],
    ],
  ],
  [
    'the pause key, which sends all at once',
    [0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5],
    [
      [0xc6, true],
      [0xc6, false],
    ],
  ],
  [
    'Ctrl after it',
    [0xe1, 0x1d, 0x45, 0x1d],
    [
      [0xc6, true],
      [0x1d, true],
    ],
  ],
])('%s', (_, codes, keys) => {
  expect(new ScancodeReader().read(codes)).toEqual(keys);
  const reader = new ScancodeReader();
  expect(codes.flatMap((code) => reader.read([code]))).toEqual(keys);
});
