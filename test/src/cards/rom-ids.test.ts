import { describe, expect, test } from 'vitest';
import { withCardIds } from '../../../src/cards/rom-ids.ts';

const DATA = 0x1c;

/** A ROM of 512 bytes whose sum is 0, with numbers of a card. */
function rom(vendor = 0, device = 0): Uint8Array {
  const bytes = new Uint8Array(512);
  bytes.set([0x55, 0xaa, 1]);
  bytes[0x18] = DATA;
  bytes.set([...new TextEncoder().encode('PCIR'), vendor, vendor >> 8, device, device >> 8], DATA);
  bytes[6] = -sum(bytes);
  return bytes;
}

const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
const ids = (bytes: Uint8Array): number[] => [...bytes.subarray(DATA + 4, DATA + 8)];

describe('the numbers of a card in a ROM for several', () => {
  test.each([
    ['rtl8139', [0xec, 0x10, 0x39, 0x81]],
    ['ne2k_pci', [0xec, 0x10, 0x29, 0x80]],
    ['e1000', [0x86, 0x80, 0x0e, 0x10]],
    ['virtio-net-pci', [0xf4, 0x1a, 0x00, 0x10]],
  ] as const)('%s: they are there, and the sum of all stays 0', (card, expected) => {
    const before = rom();
    const after = withCardIds(before, card);
    expect(ids(after)).toEqual(expected);
    expect(sum(after)).toBe(0);
    expect(ids(before)).toEqual([0, 0, 0, 0]);
  });

  test('a ROM that has them is not changed', () => {
    expect(withCardIds(rom(0x10ec, 0x8139), 'rtl8139')).toEqual(rom(0x10ec, 0x8139));
  });

  test.each([
    ['is empty', new Uint8Array(0)],
    ['has no mark', rom().fill(0, 0, 1)],
    ['has no mark of PCI', rom().fill(0, DATA, DATA + 1)],
    ['points beyond its end', rom().fill(0xff, 0x18, 0x1a)],
  ])('what %s is left as it is', (_, bytes) => {
    expect(withCardIds(bytes, 'e1000')).toEqual(bytes);
  });
});
