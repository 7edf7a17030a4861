import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AptClient, hasApt } from '../../../src/node/assets/apt.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apt-test-'));
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Puts a program before the host's of the same name. */
const program = (name: string, script: string) =>
  writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

test('progress comes from the status lines, also those that come in pieces', async () => {
  await program(
    'apt-get',
    'printf "dlstatus:1:0.0000:Retrieving\\ndlsta" >&3; sleep 0.1; echo "tus:2:57.5:Retrieving" >&3',
  );
  const apt = await AptClient.create(folder);
  const progress = vi.fn();
  await apt.update(progress);
  expect(progress.mock.calls.map(([, percent]) => percent)).toEqual([0, 57.5]);
});

test('the client works in its own folder, with the sources that it was given', async () => {
  await program('apt-get', `echo "$@" > ${folder}/arguments`);
  const apt = await AptClient.create(folder, 'deb http://mirror/debian bookworm main\n');
  await apt.update(() => {});
  expect(await readFile(join(folder, 'arguments'), 'utf8')).toContain(`-c ${folder}/apt.conf`);
  const configuration = await readFile(join(folder, 'apt.conf'), 'utf8');
  expect(configuration).toContain('APT::Architecture "i386";');
  // The lock of installed packages is beside their list: not in a folder that only root may write to.
  for (const setting of ['State::Lists', 'State::status', 'Cache', 'Etc::SourceList']) {
    expect(configuration).toMatch(new RegExp(`^Dir::${setting} "${folder}/`, 'm'));
  }
  expect(await readFile(join(folder, 'sources.list'), 'utf8')).toContain('http://mirror/debian');
});

test('a download is the file of that package', async () => {
  await program('apt-get', 'shift 5; touch "other_1_i386.deb" "$1_6.1_i386.deb"');
  const apt = await AptClient.create(folder);
  expect(await apt.download('kernel', () => {})).toBe(join(folder, 'packages', 'kernel_6.1_i386.deb'));
});

test('packages come with what they depend on, and are not installed', async () => {
  await program(
    'apt-get',
    `echo "$@" > ${folder}/arguments; touch ${folder}/cache/archives/libc6_2.deb ${folder}/cache/archives/bash_5.deb`,
  );
  const apt = await AptClient.create(folder);
  const files = await apt.downloadAll(['bash'], () => {});
  expect(files.sort()).toEqual(['bash_5.deb', 'libc6_2.deb'].map((file) => join(folder, 'cache/archives', file)));
  expect(await readFile(join(folder, 'arguments'), 'utf8')).toContain(' install --download-only ');
});

test('the dependency of a metapackage, if there is one', async () => {
  await program('apt-cache', '[ "$5" = kernel ] && printf "kernel\\n  Depends: kernel-6.1\\n" || exit 100');
  const apt = await AptClient.create(folder);
  expect(await apt.dependency('kernel')).toBe('kernel-6.1');
  expect(await apt.dependency('nothing')).toBeUndefined();
});

test('a failure says what the client said', async () => {
  await program('apt-get', 'echo "E: no route to the mirror" >&2; exit 100');
  const apt = await AptClient.create(folder);
  await expect(apt.update(() => {})).rejects.toThrow('apt-get failed (exit code 100):\n  E: no route to the mirror');
});

test('without a client there is none', async () => {
  vi.stubEnv('PATH', folder);
  expect(await hasApt()).toBe(false);
});
