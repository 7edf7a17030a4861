import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ExportFolder } from '../../../../src/cli/inspect/export-folder.ts';

let above: string;
let folder: string;
beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), 'export-test-'));
  folder = join(above, 'new', 'cache');
});
afterEach(() => rm(above, { recursive: true }));

const list = 'rawiron-export.json';
const exportFiles = async (files: Readonly<Record<string, string>>) => (await ExportFolder.open(folder)).write(files);
const content = async () => (await readdir(folder)).sort();

test('the folder is made, and a later export takes the place of an earlier one', async () => {
  await exportFiles({ 'a.js': 'a', 'b.js': 'b' });
  expect(await content()).toEqual(['a.js', 'b.js', list]);
  await exportFiles({ 'b.js': 'new', 'c.js': 'c' });
  expect(await content()).toEqual(['b.js', 'c.js', list]);
  expect(await readFile(join(folder, 'b.js'), 'utf8')).toBe('new');
});

test('files of others stay', async () => {
  await exportFiles({ 'a.js': 'a' });
  await writeFile(join(folder, 'notes.txt'), 'mine');
  await exportFiles({ 'b.js': 'b' });
  expect(await content()).toEqual(['b.js', 'notes.txt', list]);
});

test('a file of others that would be replaced: refused, and nothing has changed', async () => {
  await exportFiles({ 'a.js': 'a' });
  await writeFile(join(folder, 'b.js'), 'mine');
  await expect(exportFiles({ 'b.js': 'b' })).rejects.toThrow('b.js is no file of an export');
  expect(await readFile(join(folder, 'b.js'), 'utf8')).toBe('mine');
  await exportFiles({ 'c.js': 'c' });
  expect(await content()).toEqual(['b.js', 'c.js', list]);
});

test('a folder with files that is no export: refused', async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'a.js'), 'mine');
  await expect(exportFiles({ 'b.js': 'b' })).rejects.toThrow('holds files that are no export');
  expect(await content()).toEqual(['a.js']);
});

test.each(['no JSON', '{}', '{"files": ["../victim"]}', '{"files": [".."]}', '{"files": [7]}'])(
  'a list that says %s is not believed',
  async (text) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, list), text);
    await writeFile(join(folder, '..', 'victim'), 'mine');
    await expect(exportFiles({ 'b.js': 'b' })).rejects.toThrow("is no list of an export's files");
    expect(await readFile(join(folder, '..', 'victim'), 'utf8')).toBe('mine');
  },
);

test('what is no folder', async () => {
  await writeFile(join(above, 'new'), '');
  await expect(exportFiles({ 'b.js': 'b' })).rejects.toThrow(/cannot write .*new.*: not a directory/);
});
