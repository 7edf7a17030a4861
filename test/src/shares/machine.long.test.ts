import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigurationError, Machine, type ShareOptions } from '../../../src/index.ts';
import { nodeCompressor } from '../../../src/node/files/compressor.ts';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { sharesGoingOn } from '../../../src/shares/options.ts';
import { readSnapshot } from '../../../src/snapshot/read.ts';
import { writeSnapshot } from '../../../src/snapshot/write.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';
import type { Qcow2Disk } from '../../../src/storage/qcow2/disk.ts';
import { pipe } from '../migration/pipe.ts';

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

const names = async (machine: Machine): Promise<string[]> =>
  (await machine.shares.get('a')!.list()).map(({ name }) => name);

test('a fork, and a machine made from a snapshot, have the files as they were, and what is given besides', async () => {
  await using machine = await machineWith({ tag: 'a', files: { x: 'text' } }, { tag: 'b' });
  const snapshot = await machine.snapshot();
  await machine.shares.get('a')!.writeFile('x', 'changed');
  await machine.shares.get('a')!.writeFile('later', '');
  await using fork = await machine.fork();
  await using restored = await Machine.restore(snapshot, { isolate: 'caller' });
  await using given = await Machine.restore(snapshot, {
    isolate: 'caller',
    shares: [{ tag: 'a', files: { y: 'own' } }],
  });
  expect([await names(restored), await names(given), await names(fork)]).toEqual([['x'], ['x', 'y'], ['later', 'x']]);
  await machine.load(snapshot);
  expect(text(await machine.shares.get('a')!.readFile('x'))).toBe('text');
  expect(text(await fork.shares.get('a')!.readFile('x'))).toBe('changed');
  await fork.shares.get('a')!.remove('x');
  expect([await names(machine), await names(fork)]).toEqual([['x'], ['later']]);
});

test('a folder of a snapshot needs its room, and a share is found by its tag', async () => {
  await using machine = await machineWith({ tag: 'b' }, { tag: 'a', files: { x: new Uint8Array(100_000) } });
  const snapshot = await machine.snapshot();
  const small = Machine.restore(snapshot, { isolate: 'caller', shares: [{ tag: 'a', files: {}, capacity: 50_000 }] });
  await expect(small).rejects.toThrow("the share 'a': the snapshot has more files than there is room for");
  await expect(small).rejects.toThrow(ConfigurationError);
  await using other = await Machine.restore(snapshot, {
    isolate: 'caller',
    shares: [{ tag: 'a', files: {}, capacity: 150_000 }],
  });
  expect(await names(other)).toEqual(['x']);
});

test('a folder in memory moves with its machine', async () => {
  await using machine = await machineWith({ tag: 'a', files: { x: 'text' }, readOnly: true });
  await machine.start();
  const [near, far] = pipe();
  const coming = Machine.receive(far, { isolate: 'caller', shares: [{ tag: 'a', files: { y: '' } }] });
  const [other] = await Promise.all([coming, machine.migration.send(near)]);
  await other.migration.arrived;
  expect(await names(other)).toEqual(['x', 'y']);
  await other.stop();
});

/** Does something with an empty qcow2 image. */
async function withImage(act: (path: string) => Promise<void>): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'share-image-'));
  try {
    const path = join(work, 'disk.qcow2');
    const file = await openFile(path, 'write', 'new');
    await (await createQcow2(file, { size: 1 << 20 }, nodeStorage.decompressor)).close();
    await act(path);
  } finally {
    await rm(work, { recursive: true });
  }
}

test('a snapshot within an image has the folders in memory', () =>
  withImage(async (image) => {
    await using machine = await Machine.create({
      memory: 4,
      boot: { demo: true },
      drives: [image],
      shares: [{ tag: 'a', files: { x: 'text' } }],
    });
    await machine.snapshots.save('one');
    await machine.shares.get('a')!.remove('x');
    await machine.snapshots.load('one');
    expect(await names(machine)).toEqual(['x']);
  }));

test('a share that is named again that is in memory keeps what is not said of it', () => {
  const had = [{ tag: 'a', files: {}, readOnly: true, capacity: 5 }, { tag: 'b' }, { tag: 'c', files: {} }];
  const server = { index: 'i', contents: 'c' };
  const given = [
    { tag: 'b', folder: '/' },
    { tag: 'a', server, capacity: 6 },
    { tag: 'c', folder: '/' },
  ];
  expect(sharesGoingOn(had, given)).toEqual([
    { tag: 'a', files: {}, server, readOnly: true, capacity: 6 },
    { tag: 'b', folder: '/' },
    { tag: 'c', folder: '/' },
  ]);
  expect(sharesGoingOn(had)).toEqual(had);
  expect(sharesGoingOn([{ tag: 'a', files: {} }], [{ tag: 'a', readOnly: true }])).toEqual([
    { tag: 'a', files: {}, readOnly: true },
  ]);
  // What is given twice is refused where it is checked.
  expect(sharesGoingOn(had, [{ tag: 'b' }, { tag: 'b', folder: '/' }])).toHaveLength(4);
});

test('a share that the machine had not is refused by its tag', async () => {
  expect(() => sharesGoingOn([{ tag: 'a' }, { tag: 'b' }], [{ tag: 'c' }])).toThrow(
    "the machine that goes on has no share with the tag 'c': its tags are 'a', 'b'",
  );
  await using machine = await Machine.create({ memory: 4, boot: { demo: true } });
  const snapshot = await machine.snapshot();
  await expect(Machine.restore(snapshot, { shares: [{ tag: 'host', files: {} }] })).rejects.toThrow(
    "the machine that goes on has no share with the tag 'host': it has none at all",
  );
});

test.each([
  ['what is no state', { 'virtio-9p0': 5 }, [{ tag: 'a' }]],
  ['no client', { 'virtio-9p0': { tag: 'a' } }, [{ tag: 'a', files: {} }]],
  ['another tag', { 'virtio-9p0': { tag: 'b', client: {} } }, [{ tag: 'a', files: {} }]],
  ['what is mounted, without a folder', { 'virtio-9p0': { tag: 'a', client: { fids: [[1, 0]] } } }, [{ tag: 'a' }]],
  [
    'no table',
    { 'virtio-9p0': { tag: 'a', client: { fids: [], mostBytes: 8192, replies: [], folder: {} } } },
    [{ tag: 'a', files: {} }],
  ],
])('a snapshot is refused that has %s', async (_, shares, options) => {
  await using machine = await machineWith(...options);
  const saved = await readSnapshot('it', await machine.snapshot(), nodeStorage.decompressor);
  const file = await writeSnapshot({ ...(saved as object), shares }, nodeCompressor);
  const restored = Machine.restore(file, { isolate: 'caller' });
  await expect(restored).rejects.toThrow(ConfigurationError);
  await expect(restored).rejects.toThrow("the share 'a':");
  await expect(machine.load(file)).rejects.toThrow("the share 'a':");
});

test('a disk stays as it is where a share refuses what is in its image', () =>
  withImage(async (image) => {
    const options = { memory: 4, boot: { demo: true }, drives: [image] } as const;
    await using machine = await Machine.create({
      ...options,
      shares: [{ tag: 'a', files: { x: new Uint8Array(99_999) } }],
    });
    await machine.snapshots.save('one');
    await machine.stop();
    const disk = (await openDisk(nodeStorage, image)) as Qcow2Disk;
    await disk.write(0, new Uint8Array(512).fill(7));
    await disk.close();
    await using other = await Machine.create({ ...options, shares: [{ tag: 'a', files: {}, capacity: 50_000 }] });
    await expect(other.snapshots.load('one')).rejects.toThrow('more files than there is room for');
    await other.stop();
    const later = await openDisk(nodeStorage, image);
    const sector = new Uint8Array(512);
    await later.read(0, sector);
    await later.close();
    expect(sector.every((byte) => byte === 7)).toBe(true);
  }));

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
