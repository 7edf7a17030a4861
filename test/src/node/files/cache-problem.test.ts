import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inCache } from '../../../../src/node/files/cache-problem.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-problem-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test('a problem with the cache names it, and what to do', async () => {
  writeFileSync(join(folder, 'rawiron'), '');
  await expect(inCache(async () => mkdirSync(join(folder, 'rawiron/containers')))).rejects.toThrow(
    `the cache ${folder}/rawiron cannot be used: not a directory; XDG_CACHE_HOME gives it another place`,
  );
});

test('a problem of a write, which names no path, is one of the cache', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    errno: -28,
    code: 'ENOSPC',
    syscall: 'write',
  });
  await expect(inCache(() => Promise.reject(full))).rejects.toThrow(
    '/rawiron cannot be used: no space left on device;',
  );
});

test('a problem with another file names that one', async () => {
  await expect(inCache(async () => readFileSync(join(folder, 'image.tar')))).rejects.toThrow(
    `${folder}/image.tar: no such file or directory`,
  );
});

test('other errors stay as they are', async () => {
  const error = new RangeError('a mistake of ours');
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { errno: -111, syscall: 'connect' });
  for (const other of [error, refused]) await expect(inCache(() => Promise.reject(other))).rejects.toBe(other);
});
