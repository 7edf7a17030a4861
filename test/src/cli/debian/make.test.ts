import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseDebian } from '../../../../src/cli/debian/main.ts';
import { StepTimes } from '../../../../src/cli/debian/make.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'debian-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('a disk that has something else is left alone', async () => {
  const disk = join(folder, 'd.img');
  await writeFile(disk, new Uint8Array(2 << 20));
  await expect(parseDebian([disk])()).rejects.toThrow(`${disk} is there and has no Debian that this command made`);
  await writeFile(disk, 'text');
  await expect(parseDebian([disk])()).rejects.toThrow(`${disk} is there and has no Debian that this command made`);
});

test('a key has to be a public one', async () => {
  const key = join(folder, 'key');
  const disk = join(folder, 'd.qcow2');
  await writeFile(key, '-----BEGIN OPENSSH PRIVATE KEY-----\n');
  await expect(parseDebian(['--key', key, disk])()).rejects.toThrow(`--key ${key} has something else than public keys`);
  await expect(parseDebian(['--key', `${key}.pub`, disk])()).rejects.toThrow(`--key ${key}.pub cannot be read`);
  expect(await readdir(folder)).toEqual(['key']);
});

test('what is wrong with the machine or its folders is said before a disk is made', async () => {
  expect(() => parseDebian([join(folder, 'd.qcow2'), '--', '-nosuch'])).toThrow('-nosuch');
  expect(() => parseDebian([join(folder, 'none', 'd.qcow2')])).toThrow(`there is no folder ${join(folder, 'none')}`);
  expect(() => parseDebian(['--share', join(folder, 'none')])).toThrow(`there is no folder ${join(folder, 'none')}`);
});

// Nothing keeps root from writing to a folder but its file system.
test.skipIf(process.getuid?.() === 0)(
  'a folder that nothing can be written to is named before a disk is made',
  async () => {
    await chmod(folder, 0o555);
    expect(() => parseDebian([join(folder, 'd.qcow2')])).toThrow(`no disk can be made in ${folder}: permission denied`);
    await chmod(folder, 0o755);
  },
);

test('a host without an apt client is told so', async () => {
  vi.stubEnv('PATH', folder);
  await expect(parseDebian([join(folder, 'd.qcow2')])()).rejects.toThrow('the host has no apt client');
  expect(await readdir(folder)).toEqual([]);
});

test('the time of each step', () => {
  let now = 0;
  const steps: string[] = [];
  const times = new StepTimes(
    (activity, percent) => steps.push(`${activity} ${percent}`),
    () => now,
  );
  times.report('Unpacking', 0);
  now = 1000;
  times.report('Unpacking', 50);
  now = 2500;
  times.report('Booting');
  now = 3000;
  expect(times.summary()).toBe('3.0 s:\n     2.5 s  Unpacking\n     0.5 s  Booting');
  expect(steps).toEqual(['Unpacking 0', 'Unpacking 50', 'Booting undefined']);
});
