import { expect, test } from 'vitest';
import { NinepClient, T, u8, u16, u32, u64 } from '../../support/ninep-client.ts';
import { errnoOf } from '../node/shared-folder/share.ts';
import { kinds } from './folders.ts';

const each = Object.entries(kinds);
const [ENOENT, EBADF, EEXIST, ENOTDIR, EISDIR, EINVAL, ELOOP, ENOTEMPTY] = [2, 9, 17, 20, 21, 22, 40, 39];
const [EMSGSIZE, EOPNOTSUPP, EROFS, ENAMETOOLONG] = [90, 95, 30, 36];

test.each(each)('%s: a file is made, written, read and removed', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  const fid = await client.create('', 'file', { mode: 0o640 });
  expect(await client.write(fid, 'hello')).toBe(5);
  expect(await client.write(fid, 'there', 10)).toBe(5);
  expect((await client.read(fid)).toString()).toBe('hello\0\0\0\0\0there');
  expect((await client.read(fid, 12, 2)).toString()).toBe('er');
  expect((await client.read(fid, 15)).length).toBe(0);
  expect(await client.stat(fid)).toMatchObject({ mode: 0o100640, size: 15n, uid: 0, nlink: 1n });
  await client.ask(T.fsync, u32(fid), u32(0));
  await client.ask(T.fsync, u32(fid), u32(1));
  await client.clunk(fid);
  expect(await share.contents('file')).toBe('hello\0\0\0\0\0there');
  await client.remove('', 'file');
  await expect(share.contents('file')).rejects.toThrow();
  expect(await errnoOf(client.walk('file'))).toBe(ENOENT);
});

test.each(each)('%s: flags of open: truncated, appended, exclusive', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  await client.clunk(await client.create('', 'file'));
  await client.at('file', async (fid) => client.write(await client.open(fid, 1), 'long text'));
  await client.at('file', async (fid) => client.write(await client.open(fid, 1 | 0o2000), '!', 0));
  await client.at('file', async (fid) =>
    expect((await client.read(await client.open(fid))).toString()).toBe('long text!'),
  );
  await client.at('file', async (fid) => client.open(fid, 2 | 0o1000));
  expect(await share.contents('file')).toBe('');
  expect(await errnoOf(client.create('', 'file', { flags: 2 | 0o200 }))).toBe(EEXIST);
  const again = await client.create('', 'file');
  expect(await client.write(again, 'x')).toBe(1);
  await client.at('file', async (fid) => {
    expect(await errnoOf(client.open(fid, 0o200000))).toBe(ENOTDIR);
    expect(await errnoOf(client.write(await client.open(fid, 0), 'x'))).toBe(EBADF);
  });
});

test.each(each)('%s: directories: made, listed in parts, and removed when they are empty', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  await client.makeDirectory('', 'folder', 0o750);
  const names = Array.from({ length: 200 }, (_, n) => `file-${n}-${'x'.repeat(n % 50)}`);
  for (const name of names) await client.clunk(await client.create('folder', name));
  expect(await client.names('folder')).toEqual(['.', '..', ...names].sort());
  const fid = await client.open(await client.walk('folder'));
  for (const count of [150, 1000, 60000]) {
    const entries = await client.list(fid, count);
    expect(entries.map(({ name }) => name).sort()).toEqual(['.', '..', ...names].sort());
  }
  const entries = await client.list(fid);
  const tail = await client.ask(T.readdir, u32(fid), u64(entries[150]!.next), u32(60000));
  expect(tail.toString('latin1')).toContain(entries[151]!.name);
  expect(tail.toString('latin1')).not.toContain(`${entries[150]!.name}\u000d`);
  const [first] = entries.filter(({ name }) => name === names[0]);
  expect((await client.stat(await client.walk(`folder/${names[0]}`))).qid.path).toBe(first!.path);
  expect((await client.stat(0)).qid.path).toBe(entries.find(({ name }) => name === '..')!.path);
  expect(await errnoOf(client.remove('', 'folder', 0x200))).toBe(ENOTEMPTY);
  for (const name of names) await client.remove('folder', name);
  expect(await errnoOf(client.remove('', 'folder'))).toBe(EISDIR);
  await client.remove('', 'folder', 0x200);
  expect(await client.names('')).toEqual(['.', '..']);
});

test.each(each)('%s: ".." of the folder is the folder, whatever is asked', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  await client.makeDirectory('', 'a');
  await client.makeDirectory('a', 'b');
  const root = (await client.stat(0)).qid.path;
  for (const path of ['..', '../../..', 'a/..', 'a/b/../..', 'a/./../../..', '.'])
    expect((await client.stat(await client.walk(path))).qid.path, path).toBe(root);
  const listed = await client.list(await client.open(await client.walk('')));
  expect(listed.map(({ path }) => path).slice(0, 2)).toEqual([root, root]);
});

test.each(each)('%s: names are bytes', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  await client.clunk(await client.create('', '\xff\xfe\n'));
  const german = Buffer.from('Größe').toString('latin1');
  await client.clunk(await client.create('', german));
  expect(await client.names('')).toEqual(['.', '..', german, '\xff\xfe\n'].sort());
  expect(await share.contents(german)).toBe('');
});

test.each(each)('%s: symbolic links have the target that they were given', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  await client.symlink('', 'link', '../some/where\xff');
  expect(await client.readLink('link')).toBe('../some/where\xff');
  const stat = await client.at('link', (fid) => client.stat(fid));
  expect([stat.mode, stat.qid.type]).toEqual([0o120777, 2]);
  await client.clunk(await client.create('', 'file'));
  expect(await errnoOf(client.readLink('file'))).toBe(EINVAL);
  expect(await errnoOf(client.symlink('', 'link', 'other'))).toBe(EEXIST);
  expect(await errnoOf(client.walk('link/file'))).toBe(ENOENT);
});

test.each(each)('%s: hard links are the same file', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  await client.makeDirectory('', 'folder');
  await client.clunk(await client.create('', 'file', { mode: 0o600 }));
  await client.at('folder', (directory) =>
    client.at('file', (fid) => client.ask(T.link, u32(directory), u32(fid), 'other')),
  );
  await client.at('folder/other', (fid) => client.change(fid, { mode: 0o444, uid: 7 }));
  const [one, two] = [await client.walk('file'), await client.walk('folder/other')];
  expect(await client.stat(one)).toEqual(await client.stat(two));
  expect(await client.stat(one)).toMatchObject({ nlink: 2n, mode: 0o100444 });
});

test.each(each)('%s: renamed: open files and places below go along', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  await client.makeDirectory('', 'a');
  await client.makeDirectory('a', 'b');
  const file = await client.create('a/b', 'file', { mode: 0o601 });
  const place = await client.walk('a/b/file');
  await client.rename('', 'a', '', 'c');
  await client.rename('c/b', 'file', '', 'moved');
  expect((await client.stat(place)).mode).toBe(0o100601);
  await client.write(file, 'text');
  expect((await client.read(await client.open(place))).toString()).toBe('text');
  expect(await errnoOf(client.walk('a'))).toBe(ENOENT);
  expect(await errnoOf(client.rename('', 'c', 'c/b', 'd'))).toBe(EINVAL);
  const target = await client.create('', 'target');
  await client.write(target, 'lost');
  const renamed = await client.walk('moved');
  await client.ask(T.rename, u32(renamed), u32(0), 'target');
  await client.at('target', async (fid) => expect((await client.read(await client.open(fid))).toString()).toBe('text'));
  expect((await client.read(target)).toString()).toBe('lost');
  expect((await client.stat(renamed)).size).toBe(4n);
  expect(await client.names('')).not.toContain('moved');
});

test.each(each)('%s: what is open can be used after it was removed, what is not cannot', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  const open = await client.create('', 'file');
  const place = await client.walk('file');
  await client.write(open, 'still there');
  await client.remove('', 'file');
  expect((await client.read(open)).toString()).toBe('still there');
  expect((await client.stat(open)).size).toBe(11n);
  await client.change(open, { size: 5 });
  expect((await client.stat(open)).size).toBe(5n);
  expect(await errnoOf(client.stat(place))).toBe(ENOENT);
  expect(await errnoOf(client.ask(T.remove, u32(place)))).toBe(ENOENT);
  // It is gone in spite of the error.
  expect(await errnoOf(client.clunk(place))).toBe(EBADF);
  await client.clunk(await client.create('', 'file'));
  expect((await client.at('file', (fid) => client.stat(fid))).size).toBe(0n);
});

test.each(each)('%s: remove: by the fid, which is gone then', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  await client.makeDirectory('', 'folder');
  await client.clunk(await client.create('folder', 'file'));
  const folder = await client.walk('folder');
  const file = await client.walk('folder/file');
  await client.ask(T.remove, u32(file));
  await client.ask(T.remove, u32(folder));
  expect(await client.names('')).toEqual(['.', '..']);
  expect(await errnoOf(client.ask(T.remove, u32(0)))).toBe(1);
});

test.each(each)('%s: attributes are changed', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  const fid = await client.create('', 'file');
  await client.change(fid, { mode: 0o4751, uid: 1000, gid: 100 });
  expect(await client.stat(fid)).toMatchObject({ mode: 0o104751, uid: 1000, gid: 100 });
  await client.change(fid, { size: 12345 });
  expect((await client.stat(fid)).size).toBe(12345n);
  // Halves are exact, whatever a double has room for.
  await client.change(fid, { mtime: 1_000_000_000_500_000_000n, atime: 7_000_000_000n });
  expect(await client.stat(fid)).toMatchObject({ mtime: 1_000_000_000_500_000_000n, atime: 7_000_000_000n });
  // Before 1970.
  await client.change(fid, { mtime: -5_000_000_000n });
  expect(await client.stat(fid)).toMatchObject({ mtime: -5_000_000_000n, atime: 7_000_000_000n });
  await client.change(fid, { mtime: 1_000_000_000_500_000_000n, atime: 9_000_000_000n });
  expect(await client.stat(fid)).toMatchObject({ mtime: 1_000_000_000_500_000_000n, atime: 9_000_000_000n });
  await client.at('file', (place) => client.change(place, { mtime: 2_000_000_000n, size: 3 }));
  expect(await client.stat(fid)).toMatchObject({ mtime: 2_000_000_000n, size: 3n });
  await client.makeDirectory('', 'folder');
  await client.at('folder', (place) => client.change(place, { mode: 0o1777 }));
  expect((await client.at('folder', (place) => client.stat(place))).mode).toBe(0o041777);
  await client.change(0, { mode: 0o711, mtime: 5_000_000_000n });
  expect(await client.stat(0)).toMatchObject({ mode: 0o040711, mtime: 5_000_000_000n });
});

test.each(each)('%s: walks: as far as there are names, and to where it comes', async (_, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  await client.makeDirectory('', 'a');
  await client.clunk(await client.create('a', 'file'));
  const fid = client.newFid();
  const reply = await client.ask(T.walk, u32(0), u32(fid), u16(3), 'a', 'nothing', 'more');
  expect(reply.readUInt16LE(0)).toBe(1);
  expect(await errnoOf(client.stat(fid))).toBe(EBADF);
  expect(await errnoOf(client.walk('a/file/more'))).toBe(ENOENT);
  expect(await errnoOf(client.walkNames(['nothing']))).toBe(ENOENT);
  const place = await client.walk('a');
  await client.ask(T.walk, u32(place), u32(place), u16(1), 'file');
  expect((await client.stat(place)).mode).toBe(0o100644);
  expect(await errnoOf(client.ask(T.walk, u32(place), u32(0), u16(0)))).toBe(EINVAL);
  await client.open(place);
  expect(await errnoOf(client.ask(T.walk, u32(place), u32(place), u16(0)))).toBe(EINVAL);
  expect(await errnoOf(client.walkNames(Array.from({ length: 17 }, () => '.')))).toBe(EINVAL);
  expect(await errnoOf(client.walkNames(['x'.repeat(256)]))).toBe(ENAMETOOLONG);
});

test.each(each)(
  '%s: locks are granted; there are no extended attributes and no authentication',
  async (_, openFolder) => {
    await using share = await openFolder();
    const { client } = share;
    const fid = await client.create('', 'file');
    const range = [u64(1), u64(2), u32(3), 'guest'] as const;
    expect([...(await client.ask(T.lock, u32(fid), u8(1), u32(0), ...range))]).toEqual([0]);
    const found = await client.ask(T.getlock, u32(fid), u8(1), ...range);
    expect([found[0], found.toString('latin1', 23)]).toEqual([2, 'guest']);
    expect(await errnoOf(client.ask(T.xattrwalk, u32(fid), u32(99), 'security.capability'))).toBe(EOPNOTSUPP);
    expect(await errnoOf(client.ask(T.xattrcreate, u32(fid), 'user.x', u64(1), u32(0)))).toBe(EOPNOTSUPP);
    expect(await errnoOf(client.ask(T.auth, u32(98), 'root', '', u32(0)))).toBe(EOPNOTSUPP);
    expect((await client.ask(T.flush, u16(1))).length).toBe(0);
    expect((await client.ask(T.statfs, u32(fid))).readUInt32LE(56)).toBe(255);
  },
);

test.each(each)('%s: a read-only folder stays as it is', async (_, openFolder) => {
  await using share = await openFolder({ isReadOnly: true, files: { 'folder/inner': '', file: 'text' } });
  const { client } = share;
  const file = await client.walk('file');
  const attempts = [
    () => client.create('', 'new'),
    () => client.makeDirectory('', 'new'),
    () => client.symlink('', 'new', 'file'),
    () => client.ask(T.mknod, u32(0), 'new', u32(0o100644), u32(0), u32(0), u32(0)),
    () => client.ask(T.link, u32(0), u32(file), 'new'),
    () => client.rename('', 'file', '', 'new'),
    () => client.ask(T.rename, u32(file), u32(0), 'new'),
    () => client.remove('', 'file'),
    () => client.remove('', 'folder', 0x200),
    () => client.at('file', (fid) => client.open(fid, 1)),
    () => client.at('file', (fid) => client.open(fid, 2)),
    () => client.at('file', (fid) => client.open(fid, 0o1000)),
    () => client.change(file, { mode: 0o777 }),
    () => client.change(file, { size: 0 }),
    async () => client.ask(T.remove, u32(await client.walk('file'))),
  ];
  for (const attempt of attempts) expect(await errnoOf(attempt())).toBe(EROFS);
  expect((await client.read(await client.open(file))).toString()).toBe('text');
  expect(await client.names('')).toEqual(['.', '..', 'file', 'folder']);
});

test.each(each)('%s: sessions begin with a version, and a new one forgets all', async (_, openFolder) => {
  await using share = await openFolder();
  const { client, session } = share;
  expect(session.isMounted).toBe(true);
  const version = async (size: number, text: string) => {
    const reply = await client.ask(T.version, u32(size), text);
    return [reply.readUInt32LE(0), reply.toString('latin1', 6)];
  };
  expect(await version(1 << 30, '9P2000.L')).toEqual([512 << 10, '9P2000.L']);
  expect(session.isMounted).toBe(false);
  expect(await errnoOf(client.stat(0))).toBe(EBADF);
  expect(await version(8192, '9P2000.u')).toEqual([8192, 'unknown']);
  expect(await errnoOf(version(4095, '9P2000.L'))).toBe(EMSGSIZE);
  const again = await NinepClient.mount(session);
  expect(await again.names('')).toEqual(['.', '..']);
  expect(await errnoOf(again.ask(T.attach, u32(0), u32(0), '', '', u32(0)))).toBe(EINVAL);
});

test.each(each)('%s: what is no file with data is not opened', async (kind, openFolder) => {
  await using share = await openFolder();
  const { client } = share;
  await client.makeDirectory('', 'folder');
  await client.at('folder', async (fid) => expect(await errnoOf(client.open(fid, 2))).toBe(EISDIR));
  await client.at('folder', async (fid) => {
    expect(await errnoOf(client.read(fid))).toBe(EBADF);
    expect(await errnoOf(client.read(await client.open(fid)))).toBe(EISDIR);
    expect(await errnoOf(client.open(fid))).toBe(EINVAL);
  });
  await client.symlink('', 'link', 'folder');
  // With mapped-file the host has a file there.
  if (kind !== 'mapped-file')
    await client.at('link', async (fid) => expect(await errnoOf(client.open(fid))).toBe(ELOOP));
  const file = await client.create('', 'file');
  expect(await errnoOf(client.list(file))).toBe(ENOTDIR);
});
