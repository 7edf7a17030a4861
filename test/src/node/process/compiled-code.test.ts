import { execSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheDirectory } from '../../../../src/node/files/cache-directory.mjs';
import { removeOldCode } from '../../../../src/node/process/compiled-code.mjs';

const root = join(import.meta.dirname, '../../../..');
const DAY = 24 * 3600_000;
vi.mock('node:os', { spy: true });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'code-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const compiled = (name: string): string => {
  const path = join(folder, 'v1', name);
  mkdirSync(join(folder, 'v1'), { recursive: true });
  writeFileSync(path, '');
  return path;
};

test('what was compiled more than 30 days ago goes', () => {
  const path = compiled('a');
  removeOldCode(folder, Date.now() + 29 * DAY);
  expect(existsSync(path)).toBe(true);
  removeOldCode(folder, Date.now() + 31 * DAY);
  expect(existsSync(path)).toBe(false);
});

test('the folder is looked through once a day', () => {
  removeOldCode(folder);
  const path = compiled('a');
  utimesSync(path, 0, 0);
  removeOldCode(folder, Date.now() + DAY / 2);
  expect(existsSync(path)).toBe(true);
  removeOldCode(folder, Date.now() + 2 * DAY);
  expect(existsSync(path)).toBe(false);
});

test('a folder that cannot be read is no mistake', () => {
  const loop = join(folder, 'loop');
  symlinkSync('loop', loop);
  expect(() => removeOldCode(loop)).not.toThrow();
});

test('a folder that cannot be made is no mistake', () => {
  const file = compiled('a');
  expect(() => removeOldCode(join(file, 'below'))).not.toThrow();
});

test('a user without a home keeps nothing', () => {
  vi.stubEnv('XDG_CACHE_HOME', '');
  vi.mocked(homedir).mockImplementationOnce(() => {
    throw new Error('uv_os_homedir returned ENOENT');
  });
  const directory = cacheDirectory();
  vi.unstubAllEnvs();
  expect(() => mkdirSync(directory, { recursive: true })).toThrow();
});

test('packages can be installed where only the manifest is there yet, as in a layer of a container', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: { dependencies: string };
  };
  expect(() => execSync(scripts.dependencies, { cwd: folder, stdio: 'pipe' })).not.toThrow();
});
