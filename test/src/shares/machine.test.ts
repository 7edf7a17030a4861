import { expect, test } from 'vitest';
import { ConfigurationError, Machine, type ShareOptions } from '../../../src/index.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function machineWith(...shares: readonly ShareOptions[]): Promise<Machine> {
  return await Machine.create({ memory: 4, boot: { demo: true }, isolate: 'caller', shares });
}

test('a machine has the files of its shares that are in memory, by tag, when it has ended too', async () => {
  const machine = await machineWith({ tag: 'a', files: { 'x/y': 'text' } }, { tag: 'none' }, { tag: 'b', files: {} });
  expect([...machine.shares.keys()]).toEqual(['a', 'b']);
  expect(machine.shares.get('a')!.tag).toBe('a');
  await machine.shares.get('b')!.writeFile('more', 'more');
  await machine.stop();
  expect(text(await machine.shares.get('a')!.readFile('x/y'))).toBe('text');
  expect(text(await machine.shares.get('b')!.readFile('more'))).toBe('more');
});

test('a fork, and a machine made from a snapshot, have the tags, and files where they are given', async () => {
  await using machine = await machineWith({ tag: 'a', files: { x: 'text' } });
  const snapshot = await machine.snapshot();
  await using restored = await Machine.restore(snapshot, { isolate: 'caller' });
  expect(restored.shares.size).toBe(0);
  await using given = await Machine.restore(snapshot, {
    isolate: 'caller',
    shares: [{ tag: 'a', files: { y: 'own' } }],
  });
  expect((await given.shares.get('a')!.list()).map(({ name }) => name)).toEqual(['y']);
  await using fork = await machine.fork();
  expect(fork.shares.size).toBe(0);
  await machine.load(snapshot);
  expect(text(await machine.shares.get('a')!.readFile('x'))).toBe('text');
});

const wrong: readonly (readonly [string, Partial<ShareOptions> | object, string])[] = [
  ['files and a folder', { files: {}, folder: '/tmp' }, 'shares[0] has files in memory; leave out folder'],
  ['files and a model', { files: {}, securityModel: 'none' }, 'leave out folder and securityModel'],
  ['a capacity without files', { capacity: 5 }, 'shares[0].capacity is for files in memory'],
  ['no capacity', { files: {}, capacity: 0 }, 'shares[0].capacity is 0'],
  ['a Map', { files: new Map([['a', 'b']]) }, 'shares[0].files is [object Map]'],
  ['a list', { files: ['a'] }, 'shares[0].files is [object Array]'],
  ['a way upwards', { files: { '../a': '' } }, "shares[0].files: '../a' is no path"],
  ['no name', { files: { '': '' } }, 'shares[0].files has a file without a name'],
  ['a number', { files: { a: 5 } }, "shares[0].files['a'] is 5"],
  ['a file that is a directory too', { files: { a: '', 'a/b': '' } }, 'shares: t: a/b: it is no directory'],
  ['more than there is room for', { files: { a: 'text' }, capacity: 100 }, 'there is no room for more (capacity)'],
];

test.each(wrong)('refused: %s', async (_, share, message) => {
  const made = machineWith({ tag: 't', ...share } as ShareOptions);
  await expect(made).rejects.toThrow(ConfigurationError);
  await expect(made).rejects.toThrow(message);
});
