import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { metadataText, parseMetadata } from '../../../../src/node/shared-folder/metadata.ts';
import { T, u32 } from '../../../support/ninep-client.ts';
import { errnoOf, Share } from './share.ts';

const META = '.virtfs_metadata';

test('metadata are lines of text', () => {
  const text = 'virtfs.uid=1000\nvirtfs.gid=100\nvirtfs.mode=33188\nvirtfs.rdev=0\n';
  const metadata = { user: 1000, group: 100, mode: 0o100644, device: 0n };
  expect(parseMetadata(text)).toEqual(metadata);
  expect(metadataText(metadata)).toBe(text);
  expect(metadataText({ mode: 0o100600 })).toBe('virtfs.mode=33152\n');
  expect(parseMetadata('')).toEqual({});
  expect(parseMetadata('virtfs.uid=-5\nvirtfs.more=1\nuid=3\nvirtfs.gid=7\n')).toEqual({ group: 7 });
});

/**
 * The files that QEMU 7.2 has written for a guest's `chown 5:6 .; mkdir -m 750 d; mknod d/b b 8 17; chmod 660 d/b; chown 3:4 d/b;
 * ln -s f d/l`.
 */
function madeByQemu(folder: string): void {
  writeFileSync(join(folder, `${META}_root`), 'virtfs.uid=5\nvirtfs.gid=6\n');
  mkdirSync(join(folder, META));
  mkdirSync(join(folder, 'd', META), { recursive: true });
  writeFileSync(join(folder, META, 'd'), 'virtfs.uid=0\nvirtfs.gid=0\nvirtfs.mode=16872\n');
  writeFileSync(join(folder, 'd/b'), '');
  writeFileSync(join(folder, 'd', META, 'b'), 'virtfs.uid=3\nvirtfs.gid=4\nvirtfs.mode=25008\nvirtfs.rdev=2065\n');
  writeFileSync(join(folder, 'd/l'), 'f');
  writeFileSync(join(folder, 'd', META, 'l'), 'virtfs.uid=0\nvirtfs.gid=0\nvirtfs.mode=41471\n');
}

test("what QEMU's guest has made is there", async () => {
  await using share = await Share.open('mapped-file', { prepare: madeByQemu });
  const { client } = share;
  expect(await client.stat(0)).toMatchObject({ uid: 5, gid: 6 });
  expect(await client.at('d', (fid) => client.stat(fid))).toMatchObject({ mode: 0o040750, uid: 0 });
  expect(await client.at('d/b', (fid) => client.stat(fid))).toMatchObject({
    mode: 0o060660,
    rdev: 2065n,
    uid: 3,
    gid: 4,
  });
  expect(await client.readLink('d/l')).toBe('f');
  expect(await client.names('d')).toEqual(['.', '..', 'b', 'l']);
});

test('devices are as QEMU has them', async () => {
  await using share = await Share.open('mapped-file');
  const { client, folder } = share;
  await client.ask(T.mknod, u32(0), 'b', u32(0o060660), u32(8), u32(17), u32(4));
  expect(readFileSync(join(folder, META, 'b'), 'utf8')).toBe(
    'virtfs.uid=0\nvirtfs.gid=4\nvirtfs.mode=25008\nvirtfs.rdev=2065\n',
  );
  expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('');
});

test('metadata go along with their files, and with them away', async () => {
  await using share = await Share.open('mapped-file');
  const { client, folder } = share;
  await client.makeDirectory('', 'd');
  await client.clunk(await client.create('', 'f', { mode: 0o604 }));
  await client.clunk(await client.create('d', 'g', { mode: 0o640 }));
  await client.rename('', 'f', 'd', 'f');
  expect(readdirSync(join(folder, META))).toEqual(['d']);
  await client.rename('d', 'f', 'd', 'g');
  expect(await client.at('d/g', (fid) => client.stat(fid))).toMatchObject({ mode: 0o100604 });
  expect(readdirSync(join(folder, 'd', META))).toEqual(['g']);
  writeFileSync(join(folder, 'own'), '', { mode: 0o600 });
  await client.rename('', 'own', 'd', 'g');
  // A file of the host's has none: those of the file whose place it takes are not its own.
  expect(await client.at('d/g', (fid) => client.stat(fid))).toMatchObject({ mode: 0o100600 });
  await client.remove('d', 'g');
  await client.remove('', 'd', 0x200);
  expect(readdirSync(folder)).toEqual([META]);
  expect(readdirSync(join(folder, META))).toEqual([]);
});

const EISDIR = 21;
const ENOSPC = 28;

/** Makes writes to files fail as on a full disk, up to `restore`. */
async function fillDisk(folder: string): Promise<{ restore(): void }> {
  const handle = await open(folder);
  const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'write'>;
  await handle.close();
  const write = vi.spyOn(prototype, 'write');
  write.mockRejectedValue(Object.assign(new Error('no space left on device'), { errno: -ENOSPC, code: 'ENOSPC' }));
  return { restore: () => write.mockRestore() };
}

/** Requests that make something named "new". */
const makers: readonly [string, (client: Share['client']) => Promise<unknown>][] = [
  ['a file', (client) => client.create('', 'new')],
  ['a directory', (client) => client.makeDirectory('', 'new')],
  ['a symbolic link', (client) => client.symlink('', 'new', 'target')],
  ['a device', (client) => client.ask(T.mknod, u32(0), 'new', u32(0o060660), u32(8), u32(17), u32(4))],
];

test.each(makers)('%s that a full disk has no room for is not there', async (_what, make) => {
  await using share = await Share.open('mapped-file');
  const { client, folder } = share;
  const full = await fillDisk(folder);
  expect(await errnoOf(make(client))).toBe(ENOSPC);
  full.restore();
  const left = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name !== META);
  expect(left).toEqual([]);
  await make(client);
  expect(await client.names('')).toContain('new');
});

test.each(makers)('%s whose metadata cannot be had is not there', async (_what, make) => {
  const prepare = (folder: string) => mkdirSync(join(folder, META, 'new'), { recursive: true });
  await using share = await Share.open('mapped-file', { prepare });
  expect(await errnoOf(make(share.client))).toBe(EISDIR);
  expect(readdirSync(share.folder)).toEqual([META]);
});

test('on a full disk a file keeps its owner and permissions', async () => {
  await using share = await Share.open('mapped-file');
  const { client, folder } = share;
  await client.clunk(await client.create('', 'f', { mode: 0o604 }));
  const full = await fillDisk(folder);
  expect(await errnoOf(client.at('f', (fid) => client.change(fid, { mode: 0o777 })))).toBe(ENOSPC);
  full.restore();
  expect(await client.at('f', (fid) => client.stat(fid))).toMatchObject({ mode: 0o100604 });
});
