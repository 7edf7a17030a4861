import { describe, expect, test } from 'vitest';
import { decodeEntries, type Entry, encodeEntry } from '../../../runtime/replay/entries.ts';

const values: unknown[] = [
  undefined,
  null,
  true,
  false,
  -1.5,
  'a text of some length'.repeat(30),
  new Uint8Array(1000).fill(7),
  { error: null, bytes: Uint8Array.of(1, 2, 3), list: [1, [2, 'x']] },
];
const entries: Entry[] = [
  { type: 'mark', instructions: 0, time: 0, checksums: [1, 0xffffffff] },
  ...values.map((value): Entry => ({ type: 'input', instructions: 5, time: 41, at: 40, port: 'com1', value })),
  ...values.map((answer, id): Entry => ({ type: 'answer', instructions: 2 ** 40, time: 2 ** 45, id, answer })),
  { type: 'reached', instructions: 2 ** 41, time: 2 ** 46 },
];
const encoded = new Uint8Array(Buffer.concat(entries.map(encodeEntry)));

test('entries are read as they were written', () => {
  expect(decodeEntries(encoded)).toEqual(entries);
});

test('of what ends early all whole entries are read', () => {
  for (let length = 0; length < encoded.length; length += 13) {
    const read = decodeEntries(encoded.subarray(0, length));
    expect(read).toEqual(entries.slice(0, read.length));
  }
});

describe('an entry is refused', () => {
  const changed = (entry: Entry, change: (bytes: Uint8Array) => void) => {
    const bytes = encodeEntry(entry);
    change(bytes);
    return () => decodeEntries(bytes);
  };

  test('of an unknown kind', () => {
    expect(changed(entries[0]!, (bytes) => bytes.fill(9, 4, 5))).toThrow('unknown kind');
  });
  test('whose parts are longer than it', () => {
    expect(changed(entries[0]!, (bytes) => bytes.fill(0xff, 21, 25))).toThrow('ends too early');
  });
  test('that is before another one', () => {
    const bytes = new Uint8Array(Buffer.concat([encodeEntry(entries.at(-1)!), encodeEntry(entries[0]!)]));
    expect(() => decodeEntries(bytes)).toThrow('not in order');
  });
});

test('whatever bytes there are, they are read or refused', () => {
  let refused = 0;
  for (let n = 0; n < encoded.length; n += 3) {
    try {
      decodeEntries(encoded.with(n, encoded[n]! ^ 0x85));
    } catch (error) {
      expect((error as Error).constructor.name).toBe('RecordingDamage');
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(10);
});
