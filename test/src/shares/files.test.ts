import { expect, test } from 'vitest';
import { NinepSession } from '../../../src/ninep/session.ts';
import { SharedFiles } from '../../../src/shares/files.ts';
import { MemoryFolder } from '../../../src/shares/memory/folder.ts';
import { ShareError, type ShareErrorCode } from '../../../src/shares/share-error.ts';
import { NinepClient, T, u32 } from '../../support/ninep-client.ts';

async function shared(capacity = 1 << 20) {
  const session = new NinepSession(new MemoryFolder(capacity), true);
  const guest = new NinepSession(new MemoryFolder(capacity), false);
  return {
    /** The guest may change nothing. */
    fixed: new SharedFiles('fixed', session),
    files: new SharedFiles('host', guest),
    client: await NinepClient.mount(guest),
    session: guest,
  };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function codeOf(answer: Promise<unknown>): Promise<ShareErrorCode | ''> {
  try {
    await answer;
    return '';
  } catch (error) {
    if (error instanceof ShareError) return error.code;
    throw error;
  }
}

test('files are written, whatever they are given as, and the guest reads them', async () => {
  const { files, client } = await shared();
  await files.writeFile('text', 'Grüße');
  await files.writeFile('/way/to/bytes', Uint8Array.of(1, 2, 255).subarray(1));
  await files.writeFile('buffer', Uint8Array.of(3).buffer);
  await files.writeFile('blob', new Blob(['a', 'b']));
  await files.writeFile('bin/tool', { content: '#!/bin/sh\n', executable: true });
  const contents = (path: string) =>
    client.at(path, async (fid) => (await client.read(await client.open(fid))).toString('latin1'));
  expect(await contents('text')).toBe(Buffer.from('Grüße').toString('latin1'));
  expect(await contents('way/to/bytes')).toBe('\x02\xff');
  expect(await contents('buffer')).toBe('\x03');
  expect(await contents('blob')).toBe('ab');
  expect(await client.at('bin/tool', (fid) => client.stat(fid))).toMatchObject({ mode: 0o100755, uid: 0, gid: 0 });
  expect(await client.at('text', (fid) => client.stat(fid))).toMatchObject({ mode: 0o100644 });
  expect(await client.at('way/to', (fid) => client.stat(fid))).toMatchObject({ mode: 0o040755 });
});

test('what the guest writes is read, and listed', async () => {
  const { files, client } = await shared();
  await client.makeDirectory('', 'out', 0o700);
  const fid = await client.create('out', Buffer.from('Größe').toString('latin1'), { mode: 0o600 });
  await client.write(fid, 'x'.repeat(60_000));
  await client.write(fid, 'end', 70_000);
  await client.symlink('out', 'link', 'Größe');
  await client.ask(T.mknod, u32(0), 'pipe', u32(0o010644), u32(0), u32(0), u32(0));
  const bytes = await files.readFile('out/Größe');
  expect([bytes.length, text(bytes.subarray(70_000))]).toEqual([70_003, 'end']);
  expect((await files.list()).map(({ name, kind, size, mode }) => [name, kind, size, mode])).toEqual([
    ['out', 'directory', 0, 0o700],
    ['pipe', 'other', 0, 0o644],
  ]);
  const [file, link] = await files.list('out');
  expect([link!.kind, file!.kind, file!.name, file!.size]).toEqual(['symbolic link', 'file', 'Größe', 70_003]);
  expect(Math.abs(file!.modified.getTime() - Date.now())).toBeLessThan(60_000);
});

test('a file that is written again keeps its owner and permissions, and who has it open sees it', async () => {
  const { files, client } = await shared();
  const fid = await client.create('', 'file', { mode: 0o640 });
  await client.write(fid, 'long text');
  await client.change(fid, { uid: 5 });
  await files.writeFile('file', 'new');
  expect((await client.read(fid)).toString()).toBe('new');
  expect(await client.stat(fid)).toMatchObject({ mode: 0o100640, uid: 5, size: 3n });
  await files.writeFile('file', { content: '', executable: true });
  expect(await client.stat(fid)).toMatchObject({ mode: 0o100755, uid: 5, size: 0n });
});

test('files and whole directories are removed, while the guest has them open', async () => {
  const { files, client } = await shared();
  for (const path of ['d/a', 'd/e/b', 'd/e/c', 'f']) await files.writeFile(path, path);
  const [open, place] = [await client.open(await client.walk('d/e/b')), await client.walk('d/e/c')];
  await files.remove('d');
  await files.remove('f');
  expect(await files.list()).toEqual([]);
  expect((await client.read(open)).toString()).toBe('d/e/b');
  await expect(client.stat(place)).rejects.toThrow('errno 2');
});

test('no path leads out, and links are not followed', async () => {
  const { files, client } = await shared();
  await files.writeFile('d/file', 'x');
  await client.symlink('', 'link', 'd');
  await client.symlink('d', 'to-file', 'file');
  const wrong: readonly (readonly [string, ShareErrorCode])[] = [
    ['..', 'EINVAL'],
    ['../file', 'EINVAL'],
    ['d/../d/file', 'EINVAL'],
    ['d/./file', 'EINVAL'],
    ['d//file', 'EINVAL'],
    ['d/file/', 'EINVAL'],
    ['d/fi\0le', 'EINVAL'],
    ['\ud800', 'EINVAL'],
    [`d/${'ä'.repeat(128)}`, 'ENAMETOOLONG'],
    ['link/file', 'ENOTDIR'],
    ['d/file/more', 'ENOTDIR'],
  ];
  for (const [path, code] of wrong) {
    expect(await codeOf(files.readFile(path)), path).toBe(code);
    expect(await codeOf(files.writeFile(path, 'x')), path).toBe(code);
    expect(await codeOf(files.remove(path)), path).toBe(code);
    expect(await codeOf(files.list(path)), path).toBe(code);
  }
  expect(await codeOf(files.readFile('d/to-file'))).toBe('ELOOP');
  expect(await codeOf(files.writeFile('d/to-file', 'x'))).toBe('ELOOP');
  expect(await codeOf(files.readFile('nothing'))).toBe('ENOENT');
  expect(await codeOf(files.remove('nothing'))).toBe('ENOENT');
  expect(await codeOf(files.readFile('d'))).toBe('EISDIR');
  expect(await codeOf(files.writeFile('d', 'x'))).toBe('EISDIR');
  expect(await codeOf(files.readFile(''))).toBe('EISDIR');
  expect(await codeOf(files.writeFile('/', 'x'))).toBe('EISDIR');
  expect(await codeOf(files.remove(''))).toBe('EISDIR');
  expect(await codeOf(files.list('d/file'))).toBe('ENOTDIR');
  expect(await codeOf(files.readFile(5 as unknown as string))).toBe('EINVAL');
  await expect(files.readFile('a/b')).rejects.toThrow('host: a/b: there is no such file');
  // The link itself is removed.
  await files.remove('link');
  expect(text(await files.readFile('d/file'))).toBe('x');
});

test('a file that there is no room for is not there', async () => {
  const { files } = await shared(100_000);
  expect(await codeOf(files.writeFile('big', new Uint8Array(200_000)))).toBe('ENOSPC');
  expect(await files.list()).toEqual([]);
  await files.writeFile('small', new Uint8Array(50_000));
  expect((await files.readFile('small')).length).toBe(50_000);
});

test('a file that is mostly a hole does not use up the memory of who reads it', async () => {
  const { files, client } = await shared(100_000);
  const fid = await client.create('', 'file');
  await client.change(fid, { size: 2 ** 40 });
  expect(await codeOf(files.readFile('file'))).toBe('EFBIG');
  await client.change(fid, { size: 90_000 });
  expect((await files.readFile('file')).length).toBe(90_000);
  const full = await shared(5000);
  await full.files.writeFile('file', new Uint8Array(3700));
  expect((await full.files.readFile('file')).length).toBe(3700);
});

test('where the guest may change nothing, the host may', async () => {
  const { fixed } = await shared();
  await fixed.writeFile('file', 'x');
  expect(text(await fixed.readFile('file'))).toBe('x');
});

test('the files are there when the machine is gone', async () => {
  const { files, client, session } = await shared();
  await client.write(await client.create('', 'result'), 'done');
  await session.close();
  expect(text(await files.readFile('result'))).toBe('done');
  await files.remove('result');
});

test('the guest sees all of what is written, or nothing', async () => {
  const { files, client } = await shared(8 << 20);
  const write = (byte: number) => files.writeFile('file', new Uint8Array(200_000).fill(byte));
  await write(0);
  const fid = await client.open(await client.walk('file'));
  for (let n = 1; n < 20; n++) {
    const [, bytes] = await Promise.all([write(n), client.read(fid, 0, 60_000)]);
    expect(new Set(bytes).size).toBe(1);
    expect(bytes.length).toBe(60_000);
  }
});

test('what is no file is refused', async () => {
  const { files } = await shared();
  const give = (file: unknown) => files.writeFile('x', file as string);
  await expect(give(5)).rejects.toThrow("the file 'x' is 5; it must be an object with content, executable");
  await expect(give({ content: 5 })).rejects.toThrow("the file 'x' holds 5");
  await expect(give({ content: '', mode: 5 })).rejects.toThrow("unknown 'mode'");
  await expect(give({ content: '', executable: 5 })).rejects.toThrow('it must be a boolean');
  expect(await files.list()).toEqual([]);
});
