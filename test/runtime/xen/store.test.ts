import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { XenRig } from './xen-rig.ts';

const [DIRECTORY, READ, WATCH, UNWATCH, BEGIN, END, WRITE, MAKE, REMOVE] = [1, 2, 4, 5, 6, 7, 11, 12, 13];
const EVENT = 15;

test('a guest reads, writes and removes nodes of its own', () => {
  const rig = new XenRig();
  expect(rig.ask(DIRECTORY, 'device')).toBe('vbd\0vif\0console\0vkbd\0vfb\0');
  expect(rig.ask(READ, 'name\0')).toBe('rawiron');
  expect(rig.ask(WRITE, 'data/some/where\0x\0y')).toBe('OK\0');
  expect(rig.ask(READ, '/local/domain/1/data/some/where\0')).toBe('x\0y');
  expect(rig.ask(MAKE, 'data/empty\0')).toBe('OK\0');
  expect(rig.ask(DIRECTORY, 'data\0')).toBe('some\0empty\0');
  expect(rig.ask(REMOVE, 'data\0')).toBe('OK\0');
  expect(rig.ask(READ, 'data/some/where\0')).toBe('error ENOENT\0');
});

test.each([
  ['a node of a back end', WRITE, '/local/domain/0/backend/vbd/1/51712/state\x006', 'EACCES'],
  ['what is no path', WRITE, 'a//b\x001', 'EINVAL'],
  ['a path that is too long', READ, `${'/abcdefg'.repeat(400)}\0`, 'EINVAL'],
  ['a value that is too long', WRITE, `data\0${'x'.repeat(3000)}`, 'ENOSPC'],
  ['an unknown type', 99, '', 'ENOSYS'],
  ['a transaction that there is not', END, 'T\0', 'ENOENT'],
])('%s is refused', (_name, type, payload, error) => {
  expect(new XenRig().ask(type, payload, type === END ? 5 : 0)).toBe(`error ${error}\0`);
});

test('watches tell of changes below their paths, as they were given, after the answers', () => {
  const rig = new XenRig();
  expect(rig.store(WATCH, 'data\0mine\0')).toEqual([
    [WATCH, 'OK\0'],
    [EVENT, 'data\0mine\0'],
  ]);
  expect(rig.store(WRITE, 'data/a\x001')).toEqual([
    [WRITE, 'OK\0'],
    [EVENT, 'data/a\0mine\0'],
  ]);
  expect(rig.store(WRITE, 'database\x001')).toEqual([[WRITE, 'OK\0']]);
  expect(rig.ask(WATCH, 'data\0mine\0')).toBe('error EEXIST\0');
  expect(rig.ask(UNWATCH, 'data\0mine\0')).toBe('OK\0');
  expect(rig.store(WRITE, 'data/a\x002')).toHaveLength(1);
});

test('a transaction takes effect as a whole, and not at all where something else has changed', () => {
  const rig = new XenRig();
  const one = Number.parseInt(rig.ask(BEGIN, '\0'), 10);
  rig.ask(WRITE, 'data/a\x001', one);
  expect(rig.ask(READ, 'data/a\0')).toBe('error ENOENT\0');
  expect(rig.ask(READ, 'data/a\0', one)).toBe('1');
  expect(rig.ask(END, 'T\0', one)).toBe('OK\0');
  expect(rig.ask(READ, 'data/a\0')).toBe('1');
  const two = Number.parseInt(rig.ask(BEGIN, '\0'), 10);
  rig.ask(WRITE, 'data/a\x002', two);
  rig.ask(WRITE, 'data/b\x001');
  expect(rig.ask(END, 'T\0', two)).toBe('error EAGAIN\0');
  expect(rig.ask(READ, 'data/a\0')).toBe('1');
});

test('a guest cannot fill the store', () => {
  const rig = new XenRig();
  let last = '';
  for (let n = 0; n < 1000 && last !== 'error ENOSPC\0'; n++) last = rig.ask(WRITE, `data/n${n}\x001`);
  expect(last).toBe('error ENOSPC\0');
  for (let n = 0; n < 50; n++) rig.ask(WRITE, `more/n${n}\x001`);
  expect(rig.ask(READ, 'more/n0\0')).toBe('error ENOENT\0');
  expect(rig.ask(READ, 'name\0')).toBe('rawiron');
});

test('a guest that reads no answers is asked for nothing more', () => {
  const rig = new XenRig();
  rig.ask(WRITE, `data\0${'x'.repeat(2000)}`);
  const written = rig.flood(READ, 'data\0', 5000);
  expect(written).toBeLessThan(2000);
});

test('a state has nodes, watches and transactions', () => {
  const rig = new XenRig();
  rig.ask(WATCH, 'data\0mine\0');
  const number = Number.parseInt(rig.ask(BEGIN, '\0'), 10);
  rig.ask(WRITE, 'data/a\x001', number);
  const other = new XenRig();
  loadComponents([other.xen.component], saveComponents([rig.xen.component]));
  other.special.set(rig.special);
  expect(other.store(END, 'T\0', number)).toEqual([
    [END, 'OK\0'],
    [EVENT, 'data/a\0mine\0'],
  ]);
  const saved = saveComponents([rig.xen.component]) as never as { xen: { 'xen store': { contents: string } } };
  saved.xen['xen store'].contents = '{"nodes":[[1]]}';
  expect(() => loadComponents([other.xen.component], saved as never)).toThrow(/xen.*contents/);
});
