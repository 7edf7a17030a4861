import { beforeEach, expect, test } from 'vitest';
import { Key } from '../../../translator/abi/key.ts';
import { Eflags, Segment, Word } from '../../../translator/abi/state.ts';
import { Rig } from './rig.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
  rig.portValue = 0x5555;
});

/** A device that has so many bytes at once: 1, 2, 3, … */
function give(length: number): void {
  rig.portBlock = (target) => {
    const count = Math.min(length, target.length);
    for (let n = 0; n < count; n++) target[n] = n + 1;
    length -= count;
    return count;
  };
}

function registers(values: { ecx: number; edi?: number; esi?: number }): void {
  Object.assign(rig.words, {
    [Word.ecx]: values.ecx,
    [Word.edi]: values.edi ?? 0,
    [Word.esi]: values.esi ?? 0,
    [Word.edx]: 0x1f0,
  });
}

const after = () => [rig.words[Word.ecx], rig.words[Word.edi], rig.words[Word.esi], rig.words[Word.eip]];

test('REP INSW takes what the device has, then single elements', () => {
  registers({ ecx: 4, edi: 0x8000 });
  give(4);
  rig.trap('repeatStringIn', 2, -1, 0x10, 0x12);
  expect(rig.portLog).toEqual(['in 1f0 2: 4 of 8', 'in 1f0 2', 'in 1f0 2']);
  expect([rig.memory.current.load32(0x8000), rig.memory.current.load32(0x8004)]).toEqual([0x04030201, 0x55555555]);
  expect(after()).toEqual([0, 0x8008, 0, 0x12]);
});

test('REP OUTSD gives the device its elements', () => {
  registers({ ecx: 3, esi: 0x8000 });
  const given: number[] = [];
  rig.portBlock = (source) => {
    given.push(...source);
    return source.length;
  };
  rig.memory.current.store32(0x8004, 0x01020304);
  rig.trap('repeatStringOut', 4, -1, Segment.ds, 0x10, 0x12);
  expect([rig.portLog, given.slice(4, 8)]).toEqual([['out 1f0 4: 12 of 12'], [4, 3, 2, 1]]);
  expect(after()).toEqual([0, 0, 0x800c, 0x12]);
});

test('a block ends with the page, with 256 elements, and with the segment', () => {
  registers({ ecx: 0x1000, edi: 0x8ffc });
  give(Infinity);
  rig.trap('repeatStringIn', 2, -1, 0x10, 0x12);
  expect(rig.portLog).toEqual(['in 1f0 2: 4 of 4', 'in 1f0 2: 508 of 508']);
  expect(after()).toEqual([0xf00, 0x91fc, 0, 0x10]);
});

test('misaligned elements are a block too, but for one that lies in two pages', () => {
  registers({ ecx: 0x103, edi: 0x8bfe });
  give(Infinity);
  rig.trap('repeatStringIn', 4, -1, 0x10, 0x12);
  expect(rig.portLog).toEqual(['in 1f0 4: 1024 of 1024']);
  rig.portLog.length = 0;
  rig.trap('repeatStringIn', 4, -1, 0x10, 0x12);
  expect(rig.portLog).toEqual(['in 1f0 4', 'in 1f0 4: 8 of 8']);
  expect(after()).toEqual([0, 0x900a, 0, 0x12]);
});

test('a 16-bit address wraps after its last element', () => {
  registers({ ecx: 0x30002, edi: 0x2fffe });
  give(Infinity);
  rig.trap('repeatStringIn', 2, 0xffff, 0x10, 0x12);
  expect(rig.portLog).toEqual(['in 1f0 2: 2 of 2', 'in 1f0 2: 2 of 2']);
  expect(after()).toEqual([0x30000, 0x20002, 0, 0x12]);
});

test.each<[string, () => void]>([
  ['goes downwards', () => (rig.words[Word.eflags] |= Eflags.df)],
  ['is traced', () => (rig.words[Word.eflags] |= Eflags.tf)],
  ['is to leave', () => (rig.words[Word.attention] = 1)],
  [
    'is misaligned, and that is a fault of other instructions',
    () => {
      rig.words[Word.edi] += 1;
      rig.words[Word.key] |= Key.alignment;
    },
  ],
  ['goes to a page that is not at hand', () => (rig.memory.writableSpan = () => null)],
])('single elements where the instruction %s', (_, prepare) => {
  registers({ ecx: 1, edi: 0x8000 });
  give(Infinity);
  prepare();
  rig.trap('repeatStringIn', 2, -1, 0x10, 0x12);
  expect(rig.portLog).toEqual(['in 1f0 2']);
});
