import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { T, u32 } from '../../../support/ninep-client.ts';
import { errnoOf, Share } from './share.ts';

const SECRET = 'what the guest must not see';
const models = ['mapped-file', 'passthrough', 'none'] as const;

/** Beside the shared folder there is a secret, and in the folder links that lead there. */
function withLinks(folder: string, outside: string): void {
  writeFileSync(join(outside, 'secret'), SECRET, { mode: 0o600 });
  mkdirSync(join(outside, 'private'));
  writeFileSync(join(outside, 'private/secret'), SECRET, { mode: 0o600 });
  symlinkSync('../secret', join(folder, 'to-file'));
  symlinkSync(join(outside, 'private'), join(folder, 'to-folder'));
  symlinkSync('..', join(folder, 'to-parent'));
  symlinkSync('../new', join(folder, 'to-nothing'));
  mkdirSync(join(folder, 'own'));
  writeFileSync(join(folder, 'own/file'), 'own');
}

/** All of what is beside the shared folder, with what it is like. */
function surroundings({ outside }: Share): string[] {
  const names = readdirSync(outside, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.startsWith('shared'),
  );
  return names.sort().map((name) => {
    const { mode, uid, gid, size, mtimeMs } = lstatSync(join(outside, name));
    const text = name.endsWith('secret') ? readFileSync(join(outside, name), 'utf8') : '';
    return `${name} ${mode} ${uid} ${gid} ${name === 'private' ? '' : size} ${mtimeMs} ${text}`;
  });
}

/** Attempts to get out, by names: each is refused with an error of the system's. */
const attempts: Readonly<Record<string, (share: Share) => Promise<unknown>>> = {
  'opening a link to a file': ({ client }) => client.at('to-file', (fid) => client.open(fid)),
  'writing through a link to a file': ({ client }) => client.at('to-file', (fid) => client.open(fid, 1 | 0o1000)),
  'walking through a link to a folder': ({ client }) => client.walkNames(['to-folder', 'secret']),
  'walking through a link to the parent': ({ client }) => client.walkNames(['to-parent', 'secret']),
  'opening a link to a folder': ({ client }) => client.at('to-folder', (fid) => client.open(fid)),
  'making a file in a link': ({ client }) => client.create('to-folder', 'new'),
  'making a file at a link': ({ client }) => client.create('', 'to-nothing', { flags: 2 }),
  'making a folder in a link': ({ client }) => client.makeDirectory('to-folder', 'new'),
  'making a link in a link': ({ client }) => client.symlink('to-folder', 'new', 'x'),
  'making a node in a link': ({ client }) =>
    client.at('to-folder', (fid) => client.ask(T.mknod, u32(fid), 'new', u32(0o100644), u32(0), u32(0), u32(0))),
  'removing in a link': ({ client }) => client.remove('to-folder', 'secret'),
  'renaming into a link': ({ client }) => client.rename('own', 'file', 'to-folder', 'new'),
  'renaming out of a link': ({ client }) => client.rename('to-folder', 'secret', '', 'new'),
  'linking into a link': ({ client }) =>
    client.at('to-folder', (folder) =>
      client.at('own/file', (fid) => client.ask(T.link, u32(folder), u32(fid), 'new')),
    ),
  'cutting a file behind a link': ({ client }) => client.at('to-file', (fid) => client.change(fid, { size: 0 })),
  'a name with a slash': ({ client }) => client.walkNames(['../secret']),
  'an absolute name': ({ client }) => client.walkNames(['/etc/passwd']),
  'a name with a NUL': ({ client }) => client.walkNames(['own\0/../../secret']),
  'no name': ({ client }) => client.walkNames(['']),
  'upwards, then down': ({ client }) => client.walkNames(['..', 'secret']),
  'upwards from below': ({ client }) => client.walkNames(['own', '..', '..', 'secret']),
  'making a file with a slash': ({ client }) => client.create('', '../new'),
  'making ".."': ({ client }) => client.create('', '..'),
  'making "."': ({ client }) => client.makeDirectory('', '.'),
  'making a folder with a slash': ({ client }) => client.makeDirectory('', '../new'),
  'making a link with a slash': ({ client }) => client.symlink('', '../new', 'x'),
  'making a name with a NUL': ({ client }) => client.create('', '..\0'),
  'renaming to a path': ({ client }) => client.rename('', 'own', '', '../own'),
  'renaming to ".."': ({ client }) => client.rename('', 'own', '', '..'),
  'renaming from a path': ({ client }) => client.rename('', '../secret', '', 'own/secret'),
  'renaming "."': ({ client }) => client.rename('', '.', 'own', 'new'),
  'removing a path': ({ client }) => client.remove('', '../secret'),
  'removing ".."': ({ client }) => client.remove('', '..', 0x200),
  'removing "."': ({ client }) => client.remove('', '.', 0x200),
  'linking to a path': ({ client }) => client.at('own/file', (fid) => client.ask(T.link, u32(0), u32(fid), '../new')),
};

describe.each(models)('nothing leads out of a shared folder, %s', (model) => {
  test.each(Object.entries(attempts))('%s', async (_name, attempt) => {
    await using share = await Share.open(model, { prepare: withLinks });
    const before = surroundings(share);
    expect(await errnoOf(attempt(share))).toBeGreaterThan(0);
    expect(surroundings(share)).toEqual(before);
    expect(existsSync(join(share.outside, 'new'))).toBe(false);
  });
});

test.each(models)('%s: what is changed of a link is not what it leads to', async (model) => {
  await using share = await Share.open(model, { prepare: withLinks });
  const { client } = share;
  const before = surroundings(share);
  for (const name of ['to-file', 'to-folder', 'to-parent']) {
    const fid = await client.walk(name);
    await errnoOf(client.change(fid, { mode: 0o777 }));
    await errnoOf(client.change(fid, { uid: 99, gid: 99 }));
    await client.change(fid, { mtime: 1_000_000_000n });
    expect(await client.readLink(name)).not.toBe('');
    await client.rename('', name, 'own', name);
    await client.remove('own', name);
  }
  expect(surroundings(share)).toEqual(before);
});

test.each(models)('%s: a folder becomes a link while the guest is in it', async (model) => {
  await using share = await Share.open(model, { prepare: withLinks });
  const { client, folder, outside } = share;
  // It is known by its name alone, and then as an open folder.
  const [fid, open] = [await client.walk('own'), await client.open(await client.walk('own'))];
  await client.walk('own/file');
  renameSync(join(folder, 'own'), join(folder, 'moved'));
  symlinkSync(join(outside, 'private'), join(folder, 'own'));
  const before = surroundings(share);
  expect(await errnoOf(client.walk('own/secret'))).toBeGreaterThan(0);
  for (const from of [fid, open]) {
    expect(await errnoOf(client.walk('secret', from))).toBeGreaterThan(0);
    await errnoOf(client.ask(T.mkdir, u32(from), `new${from}`, u32(0o755), u32(0)));
    await errnoOf(client.ask(T.unlinkat, u32(from), 'secret', u32(0)));
  }
  expect((await client.list(open)).map(({ name }) => name)).not.toContain('secret');
  expect(surroundings(share)).toEqual(before);
});

test.each(models)('%s: a file becomes a link between being found and being opened', async (model) => {
  await using share = await Share.open(model, { prepare: withLinks });
  const { client, folder } = share;
  const fid = await client.walk('own/file');
  rmSync(join(folder, 'own/file'));
  symlinkSync('../../secret', join(folder, 'own/file'));
  const before = surroundings(share);
  expect(await errnoOf(client.open(fid, 2))).toBeGreaterThan(0);
  expect(await errnoOf(client.change(fid, { size: 0 }))).toBeGreaterThan(0);
  await errnoOf(client.change(fid, { mode: 0o666, uid: 4 }));
  await errnoOf(client.change(fid, { atime: 1n, mtime: 1n }));
  expect(surroundings(share)).toEqual(before);
});

test.each(models)('%s: a program of the host exchanges a folder and a link all the time', async (model) => {
  await using share = await Share.open(model, { prepare: withLinks });
  const { client, folder, outside } = share;
  const paths = ['own', 'aside', 'link'].map((name) => join(folder, name));
  symlinkSync(join(outside, 'private'), paths[2]!);
  const before = surroundings(share);
  let exchanged = true;
  const exchange = () => {
    exchanged = !exchanged;
    renameSync(paths[0]!, paths[1]!);
    renameSync(paths[2]!, paths[0]!);
    renameSync(paths[1]!, paths[2]!);
  };
  for (let n = 0; n < 150; n++) {
    const walking = client.walk('own/secret').then(
      () => 'out',
      () => 'in',
    );
    const making = client.create('own', `new${n}`).catch(() => 0);
    exchange();
    await new Promise(setImmediate);
    exchange();
    expect(await walking).toBe('in');
    const fid = await making;
    if (fid !== 0) await client.clunk(fid);
  }
  expect(exchanged).toBe(true);
  expect(surroundings(share)).toEqual(before);
});

test.each(models)(
  '%s: a folder that a program of the host has moved into itself, for the guest, is no endless way',
  async (model) => {
    await using share = await Share.open(model);
    const { client, folder } = share;
    for (const [at, name] of [
      ['', 'a'],
      ['a', 'b'],
      ['a/b', 'c'],
    ] as const)
      await client.makeDirectory(at, name);
    const [a, c] = [await client.walk('a'), await client.walk('a/b/c')];
    await client.ask(T.mkdir, u32(c), 'open', u32(0o755), u32(0));
    renameSync(join(folder, 'a/b'), join(folder, 'b'));
    expect(await errnoOf(client.ask(T.rename, u32(a), u32(c), 'loop'))).toBe(22);
    expect(await client.names('b/c')).toEqual(['.', '..', 'open']);
  },
);

test.each(models)('%s: pipes and sockets of the host are not opened', async (model) => {
  await using share = await Share.open(model, {
    prepare: (folder) => void execFileSync('mkfifo', [join(folder, 'pipe')]),
  });
  const { client } = share;
  for (const flags of [0, 1, 2, 0o1000]) {
    expect(await errnoOf(client.at('pipe', (fid) => client.open(fid, flags)))).toBeGreaterThan(0);
    expect(await errnoOf(client.create('', 'pipe', { flags }))).toBeGreaterThan(0);
  }
  expect(await errnoOf(client.at('pipe', (fid) => client.change(fid, { size: 0 })))).toBeGreaterThan(0);
});

test.each(models)(
  '%s: a hard link to a file outside is that file: it was put there by who may read it',
  async (model) => {
    await using share = await Share.open(model, {
      prepare: (folder, outside) => {
        withLinks(folder, outside);
        linkSync(join(outside, 'secret'), join(folder, 'linked'));
      },
    });
    const { client } = share;
    const text = await client.at('linked', async (fid) => (await client.read(await client.open(fid))).toString());
    expect(text).toBe(SECRET);
  },
);

describe('mapped-file', () => {
  const META = '.virtfs_metadata';

  test.each([META, `${META}_root`])('the guest does not reach %s', async (name) => {
    await using share = await Share.open('mapped-file', { prepare: withLinks });
    const { client } = share;
    await client.clunk(await client.create('own', 'other'));
    await client.change(0, { mode: 0o700 });
    expect(await errnoOf(client.walk(name))).toBe(2);
    expect(await errnoOf(client.walk(`own/${name}`))).toBe(2);
    for (const folder of ['', 'own']) {
      expect(await client.names(folder)).not.toContain(name);
      expect(await errnoOf(client.create(folder, name))).toBe(22);
      expect(await errnoOf(client.makeDirectory(folder, name))).toBe(22);
      expect(await errnoOf(client.symlink(folder, name, 'x'))).toBe(22);
      expect(await errnoOf(client.rename('own', 'file', folder, name))).toBe(22);
      expect(await errnoOf(client.rename(folder, name, '', 'taken'))).toBe(2);
      expect(await errnoOf(client.remove(folder, name, 0x200))).toBe(2);
      expect(await errnoOf(client.remove(folder, name))).toBe(2);
    }
  });

  test.each(['a link', 'a pipe'])('%s in the place of metadata leads nowhere', async (what) => {
    await using share = await Share.open('mapped-file', { prepare: withLinks });
    const { client, folder, outside } = share;
    const before = surroundings(share);
    const put = (path: string, target: string) =>
      what === 'a link' ? symlinkSync(target, path) : execFileSync('mkfifo', [path]);
    put(join(folder, META), join(outside, 'private'));
    mkdirSync(join(folder, 'own', META));
    put(join(folder, 'own', META, 'file'), join(outside, 'secret'));
    put(join(folder, `${META}_root`), join(outside, 'secret'));
    for (const path of ['own', 'own/file', ''])
      expect(await errnoOf(client.at(path, (fid) => client.change(fid, { uid: 5 })))).toBeGreaterThan(0);
    expect(await errnoOf(client.create('', 'secret'))).toBeGreaterThan(0);
    expect(existsSync(join(folder, 'secret'))).toBe(false);
    expect(surroundings(share)).toEqual(before);
  });

  test("a link that a guest makes is no link at the host, so that nobody's program follows it", async () => {
    await using share = await Share.open('mapped-file');
    await share.client.symlink('', 'link', '/etc/passwd');
    expect(lstatSync(join(share.folder, 'link')).isFile()).toBe(true);
    await share.client.clunk(await share.client.create('', 'program', { mode: 0o4755 }));
    expect(statSync(join(share.folder, 'program')).mode & 0o7777).toBe(0o600);
  });
});

test('passthrough: owners and permissions are those of the host', async () => {
  await using share = await Share.open('passthrough');
  const { client, folder } = share;
  await client.clunk(await client.create('', 'file', { mode: 0o640 }));
  await client.at('file', (fid) => client.change(fid, { uid: process.getuid!(), gid: process.getgid!(), mode: 0o604 }));
  expect(statSync(join(folder, 'file')).mode & 0o7777).toBe(0o604);
  chmodSync(join(folder, 'file'), 0o611);
  expect((await client.at('file', (fid) => client.stat(fid))).mode).toBe(0o100611);
  expect(await errnoOf(client.ask(T.mknod, u32(0), 'device', u32(0o060644), u32(8), u32(0), u32(0)))).toBe(1);
});
