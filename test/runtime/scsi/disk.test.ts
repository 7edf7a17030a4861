import { expect, test } from 'vitest';
import { diskAction } from '../../../runtime/scsi/disk/commands.ts';

const identity = { vendor: 'V', product: 'P', revision: '1', serial: 'abc' };
const SECTORS = 1000;

const act = (command: readonly number[], isReadOnly = false, sectors = SECTORS) => {
  const block = new Uint8Array(16);
  block.set(command);
  return diskAction(block, { medium: { sectors, isReadOnly }, identity, sense: 0x052000 });
};

const bytesOf = (command: readonly number[], sectors = SECTORS): number[] => {
  const action = act(command, false, sectors);
  return action.kind === 'reply' ? [...action.bytes] : [];
};

test.each([
  ['READ(6), where no blocks are 256', [0x08, 0, 0, 5, 0], { kind: 'read', block: 5, count: 256 }],
  ['READ(10)', [0x28, 0, 0, 0, 1, 2, 0, 0, 3], { kind: 'read', block: 258, count: 3 }],
  ['READ(12)', [0xa8, 0, 0, 0, 0, 9, 0, 0, 0, 4], { kind: 'read', block: 9, count: 4 }],
  ['READ(16)', [0x88, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 2], { kind: 'read', block: 7, count: 2 }],
  ['WRITE(10) of none', [0x2a, 0, 0, 0, 0, 7], { kind: 'done' }],
  ['WRITE(10) past the cache', [0x2a, 8, 0, 0, 0, 7, 0, 0, 1], { kind: 'write', block: 7, mustStay: true }],
  ['WRITE(6), whose second byte is a part of the place', [0x0a, 0, 3, 0, 1], { kind: 'write', mustStay: false }],
  ['WRITE AND VERIFY(10)', [0x2e, 0, 0, 0, 0, 7, 0, 0, 1], { kind: 'write', mustStay: true }],
  ['VERIFY(10)', [0x2f, 0, 0, 0, 0, 7, 0, 0, 1], { kind: 'done' }],
  ['VERIFY(10) with data', [0x2f, 2, 0, 0, 0, 7, 0, 0, 1], { kind: 'compare', block: 7, count: 1 }],
  ['VERIFY(10) of the end', [0x2f, 0, 0, 0, 3, 0xe7, 0, 0, 2], { kind: 'failed', sense: 0x052100 }],
  ['SYNCHRONIZE CACHE(16)', [0x91], { kind: 'flush' }],
  ['WRITE SAME(16) without data', [0x93, 1, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 2], { kind: 'fill', block: 8, count: 2 }],
  ['UNMAP of nothing', [0x42], { kind: 'done' }],
  ['an unknown command', [0xff], { kind: 'failed', sense: 0x052000 }],
  ['SEEK beyond the end', [0x2b, 0, 0, 0, 3, 0xe8], { kind: 'failed', sense: 0x052100 }],
])('%s', (_name, command, expected) => {
  expect(act(command)).toMatchObject(expected);
});

test.each([0x0a, 0x2a, 0x2e, 0x41, 0x42, 0x8a, 0x93, 0xaa])('a disk that is only to be read refuses %i', (code) => {
  const command = [code, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1];
  expect(act(command, true)).toEqual({ kind: 'failed', sense: 0x072700 });
});

test('WRITE SAME takes one block, and goes to the end where it says no number', () => {
  const action = act([0x41, 0, 0, 0, 3, 0]);
  const pattern = new Uint8Array(512).fill(7);
  expect(action).toMatchObject({ kind: 'parameters', length: 512 });
  expect(action.kind === 'parameters' && action.take(pattern)).toEqual({
    kind: 'fill',
    block: 768,
    count: 232,
    pattern,
  });
});

test('UNMAP: ranges of its list, none beyond the end', () => {
  const action = act([0x42, 0, 0, 0, 0, 0, 0, 0, 40]);
  const take = (last: number) => {
    const list = new Uint8Array(40);
    list.set([0, 38, 0, 32], 0);
    list.set([0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 6], 8);
    list.set([0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, last], 24);
    return action.kind === 'parameters' && action.take(list);
  };
  expect(take(232)).toEqual({
    kind: 'discard',
    ranges: [
      { block: 5, count: 6 },
      { block: 768, count: 232 },
    ],
  });
  expect(take(233)).toEqual({ kind: 'failed', sense: 0x052100 });
});

test('INQUIRY, and the pages that it lists', () => {
  expect(bytesOf([0x12, 0, 0, 0, 96])).toHaveLength(36);
  expect(bytesOf([0x12, 1, 0, 0, 96])).toEqual([0, 0, 0, 6, 0x00, 0x80, 0x83, 0xb0, 0xb1, 0xb2]);
  expect(bytesOf([0x12, 1, 0x80, 0, 96])).toEqual([0, 0x80, 0, 3, 0x61, 0x62, 0x63]);
  for (const page of [0x83, 0xb0, 0xb1, 0xb2]) {
    const bytes = bytesOf([0x12, 1, page, 0, 96]);
    expect([bytes[1], (bytes[2]! << 8) + bytes[3]! + 4]).toEqual([page, bytes.length]);
  }
  expect(act([0x12, 1, 0x99, 0, 96])).toEqual({ kind: 'failed', sense: 0x052400 });
  expect(act([0x12, 0, 1, 0, 96])).toEqual({ kind: 'failed', sense: 0x052400 });
});

test('the capacity, of more than 32 bits too', () => {
  expect(bytesOf([0x25])).toEqual([0, 0, 3, 0xe7, 0, 0, 2, 0]);
  expect(bytesOf([0x25], 2 ** 33)).toEqual([0xff, 0xff, 0xff, 0xff, 0, 0, 2, 0]);
  expect(bytesOf([0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12], 2 ** 33)).toEqual([
    0, 0, 0, 1, 255, 255, 255, 255, 0, 0, 2, 0,
  ]);
});

test('mode pages are told with the length of a block or without, and may be set to what they are', () => {
  const long = bytesOf([0x5a, 0, 0x3f, 0, 0, 0, 0, 0, 255]);
  expect([long[0], long[1], long[7], long.length]).toEqual([0, long.length - 2, 8, long.length]);
  const caching = bytesOf([0x1a, 8, 8, 0, 255]);
  expect([caching.length, caching[4], caching[6]]).toEqual([24, 8, 4]);
  const action = act([0x15, 0x10, 0, 0, 24]);
  const select = (bytes: readonly number[]) => action.kind === 'parameters' && action.take(Uint8Array.from(bytes)).kind;
  expect(select([0, 0, 0, 0, ...caching.slice(4)])).toBe('done');
  expect(select([0, 0, 0, 0, 8, 18, 0, ...caching.slice(7)])).toBe('failed');
  expect(act([0x1a, 0, 0x3e, 0, 255])).toEqual({ kind: 'failed', sense: 0x052400 });
  expect(act([0x1a, 0, 0xff, 0, 255])).toEqual({ kind: 'failed', sense: 0x053900 });
});

test('REQUEST SENSE and REPORT LUNS', () => {
  expect(bytesOf([0x03, 0, 0, 0, 18]).filter((_, n) => [0, 2, 12].includes(n))).toEqual([0x70, 5, 0x20]);
  expect(bytesOf([0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 16])).toEqual([0, 0, 0, 8, ...Array<number>(12).fill(0)]);
  expect(act([0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 8])).toEqual({ kind: 'failed', sense: 0x052400 });
});
