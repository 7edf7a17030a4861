import { expect, test } from 'vitest';
import { Mmu } from '../../../runtime/memory/mmu.ts';
import { PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { storeAlarms } from '../../../runtime/memory/store-alarm.ts';
import { WORD_COUNT } from '../../../translator/abi/state.ts';

/** An MMU without paging, and two alarms that note when they ring. */
function rig() {
  const map = new PhysicalMap(new GuestRam(64 * 4096));
  const mmu = new Mmu(new Int32Array(WORD_COUNT), map);
  const rings: string[] = [];
  const make = storeAlarms(map);
  const [first, second] = ['first', 'second'].map((name) => make(() => rings.push(name)));
  return { map, mmu, rings, first: first!, second: second! };
}

test('it rings at the first store to one of its pages, and is off then', () => {
  const { mmu, rings, first } = rig();
  mmu.current.store32(0x9000, 1);
  first.set([9, 12]);
  mmu.current.store32(0x8000, 1);
  mmu.current.store32(0xa000, 1);
  expect(rings).toEqual([]);
  mmu.current.store32(0xc010, 1);
  mmu.current.store32(0x9000, 1);
  expect(rings).toEqual(['first']);
});

test('it is set anew on other pages; none turn it off; what is no memory is left out', () => {
  const { mmu, rings, first } = rig();
  first.set([9]);
  first.set([10, 0xfffff, 2 ** 40]);
  mmu.current.store32(0x9000, 1);
  expect(rings).toEqual([]);
  first.set([]);
  mmu.current.store32(0xa000, 1);
  expect(rings).toEqual([]);
});

test('two alarms, and a watch, do not disturb each other', () => {
  const { map, mmu, rings, first, second } = rig();
  const watch = map.ram.frames.watch(0, 64);
  watch.take();
  first.set([9]);
  second.set([9, 10]);
  mmu.current.store32(0x9000, 1);
  expect([rings, watch.take()]).toEqual([['first', 'second'], [9]]);
  second.set([10]);
  mmu.current.store32(0xa000, 1);
  expect([rings.length, watch.take()]).toEqual([3, [10]]);
});

test('it rings for what devices write too', () => {
  const { map, rings, first } = rig();
  first.set([9]);
  map.ram.frames.stored(0x9ff0, 16, 'device');
  expect(rings).toEqual(['first']);
});
