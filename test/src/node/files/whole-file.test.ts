import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Machine, openMonitor } from '../../../../src/index.ts';
import { writeWhole } from '../../../../src/node/files/whole-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whole-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Pieces that fail after the first one, when `look` has seen the state at that time. */
async function* failing(look: () => Promise<void>): AsyncGenerator<Uint8Array> {
  yield bytes('new');
  await look();
  throw new Error('no more');
}

test('a file stays as it was until the new one is there', async () => {
  const file = join(folder, 'file');
  await writeFile(file, 'old', { mode: 0o640 });
  await chmod(file, 0o640);
  const look = async () => expect(await readFile(file, 'utf8')).toBe('old');
  await expect(writeWhole(file, failing(look))).rejects.toThrow('no more');
  await look();
  await writeWhole(file, [bytes('ne'), bytes('w')]);
  expect(await readFile(file, 'utf8')).toBe('new');
  expect((await stat(file)).mode & 0o777).toBe(0o640);
  expect(await readdir(folder)).toEqual(['file']);
});

test('a link is followed, and what is no file is written where it is', async () => {
  await mkdir(join(folder, 'other'));
  await symlink(join(folder, 'other', 'target'), join(folder, 'link'));
  await writeFile(join(folder, 'other', 'target'), 'old');
  await writeWhole(join(folder, 'link'), [bytes('new')]);
  expect(await readFile(join(folder, 'other', 'target'), 'utf8')).toBe('new');
  expect(await readdir(join(folder, 'other'))).toEqual(['target']);
  await writeWhole('/dev/null', [bytes('new')]);
  expect((await stat('/dev/null')).isFile()).toBe(false);
  await expect(writeWhole(folder, [bytes('new')])).rejects.toThrow('EISDIR');
  await expect(writeWhole(join(folder, 'none', 'file'), [bytes('new')])).rejects.toThrow('ENOENT');
});

test('the monitor writes files so', async () => {
  const file = join(folder, 'machine');
  await writeFile(file, 'old');
  await using machine = await Machine.create({ memory: 2, vga: 'none', boot: { bios: 'rawiron' } });
  const before = (await stat(file)).ino;
  expect(await openMonitor(machine).execute(`migrate file:${file}`)).toBe('');
  expect((await stat(file)).ino).not.toBe(before);
  expect((await readFile(file, 'latin1')).slice(0, 8)).toBe('RAWIRON\n');
});
