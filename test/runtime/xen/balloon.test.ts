import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { MEMORY_BYTES, PAGE, Place, XenRig } from './xen-rig.ts';

const DOMAIN = 0x7ff0;
const [READ, WATCH, WRITE, REMOVE, EVENT] = [2, 4, 11, 13, 15];
const PAGES = MEMORY_BYTES / PAGE;
const [DECREASE, POPULATE] = [1, 6];

const started = (): XenRig => {
  const rig = new XenRig();
  rig.start();
  return rig;
};

/** The guest gives up pages, or takes them back; the answer. */
function change(rig: XenRig, call: number, pages: readonly number[]): number {
  for (const [n, page] of pages.entries()) rig.view.setUint32(Place.data * PAGE + 4 * n, page, true);
  return rig.callWith(12, call, Place.data * PAGE, pages.length, 0, 0, DOMAIN).answer;
}

/** The last number of pages that the host was told. */
const told = ({ balloon }: XenRig): number => balloon.stream.sent.at(-4)! + 256 * balloon.stream.sent.at(-3)!;

test('the guest finds how much memory it has, and hears what it is to have', () => {
  const rig = started();
  expect(rig.ask(READ, 'memory/static-max\0')).toBe('1024');
  expect(rig.ask(READ, 'memory/target\0')).toBe('1024');
  rig.ask(WATCH, 'memory/target\0t\0');
  rig.balloon.stream.onInput(Uint8Array.of(1, 0, 0, 0, 64, 0, 0, 0));
  expect(rig.balloon.stream.takenBytes).toBe(8);
  expect(rig.fromStore()).toEqual([[EVENT, 'memory/target\0t\0']]);
  expect(rig.ask(READ, 'memory/target\0')).toBe('768');
});

test('a wish for more than all memory is one for all of it', () => {
  const rig = started();
  rig.balloon.stream.onInput(Uint8Array.of(0, 0, 0, 1));
  expect(rig.ask(READ, 'memory/target\0')).toBe('0');
});

test('pages that the guest gives up are the host’s, which is told how many there are, and come back empty', () => {
  const rig = started();
  expect(change(rig, DECREASE, [40, 41, 42])).toBe(3);
  expect(rig.released.splice(0)).toEqual([40, 41, 42]);
  expect([told(rig), rig.call(12, 3, 0), rig.call(12, 4, 0)]).toEqual([3, PAGES - 3, PAGES]);
  expect(change(rig, POPULATE, [41, 40])).toBe(2);
  // What the guest has put there meanwhile is gone.
  expect(rig.released).toEqual([41, 40]);
  expect([told(rig), rig.call(12, 3, 0)]).toEqual([1, PAGES - 1]);
});

test('pages that are no memory are not counted, and cannot be taken back', () => {
  const rig = started();
  change(rig, DECREASE, [PAGES, 0xffff_ffff]);
  expect([rig.released, rig.call(12, 3, 0)]).toEqual([[], PAGES]);
  expect(change(rig, POPULATE, [40, PAGES])).toBe(0);
  expect(rig.released).toEqual([]);
});

test('whatever the guest gives up twice or takes back too often, it has no less than nothing and no more than all', () => {
  const rig = started();
  const all = Array.from({ length: 200 }, (_, n) => n);
  for (let n = 0; n < 3; n++) change(rig, DECREASE, all);
  expect(rig.call(12, 3, 0)).toBe(0);
  for (let n = 0; n < 3; n++) change(rig, POPULATE, all);
  expect(rig.call(12, 3, 0)).toBe(PAGES);
});

test('a reset gives all memory back, and leaves the wish', () => {
  const rig = started();
  change(rig, DECREASE, [40]);
  rig.balloon.stream.onInput(Uint8Array.of(64, 0, 0, 0));
  rig.xen.reset();
  rig.start();
  expect([told(rig), rig.call(12, 3, 0), rig.ask(READ, 'memory/target\0')]).toEqual([0, PAGES, '768']);
});

test('a state has what is in the balloon, and its host is told', () => {
  const rig = started();
  change(rig, DECREASE, [40, 41]);
  rig.balloon.stream.onInput(Uint8Array.of(64, 0, 0, 0));
  const other = new XenRig();
  other.bytes.set(rig.bytes);
  loadComponents([other.xen.component], saveComponents([rig.xen.component]));
  expect([told(other), other.call(12, 3, 0), other.ask(READ, 'memory/target\0')]).toEqual([2, PAGES - 2, '768']);
});

test('there are no statistics', () => {
  const rig = started();
  rig.balloon.statistics.onInput(Uint8Array.of(1));
  expect(rig.balloon.statistics.sent).toEqual([0, 0]);
});

test('a guest that has removed the node, and filled the store, is told nothing', () => {
  const rig = started();
  rig.ask(REMOVE, 'memory/target\0');
  for (let n = 0, answer = ''; n < 1000 && !answer.startsWith('error'); n++) answer = rig.ask(WRITE, `data/n${n}\x001`);
  rig.balloon.stream.onInput(Uint8Array.of(64, 0, 0, 0));
  expect(rig.ask(READ, 'memory/target\0')).toBe('error ENOENT\0');
});
