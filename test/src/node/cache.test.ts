import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AssetFiles, cacheDirectory, cachedAssets } from '../../../src/node/assets/cache.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cache-test-'));
  vi.stubEnv('XDG_CACHE_HOME', home);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

const files: AssetFiles = { kernel: Buffer.from('kernel'), busybox: Buffer.from('busybox') };
const kept = (name: string) => join(home, 'rawiron', 'set', name);

async function get(make = async () => files): Promise<{ texts: string[]; made: boolean }> {
  const maker = vi.fn(make);
  const got = await cachedAssets('set', maker);
  const texts = [got.kernel, got.busybox].map((bytes) => Buffer.from(bytes).toString());
  return { texts, made: maker.mock.calls.length > 0 };
}

test('the place is the one that the environment names', () => {
  expect(cacheDirectory()).toBe(join(home, 'rawiron'));
  vi.stubEnv('XDG_CACHE_HOME', '');
  vi.stubEnv('HOME', '/home/someone');
  expect(cacheDirectory()).toBe('/home/someone/.cache/rawiron');
});

test('made once, and kept', async () => {
  expect(await get()).toEqual({ texts: ['kernel', 'busybox'], made: true });
  expect(await get()).toEqual({ texts: ['kernel', 'busybox'], made: false });
  expect(await readdir(join(home, 'rawiron'))).toEqual(['set']);
});

test('names may have folders in them', async () => {
  const make = vi.fn(async () => ({ 'lib/python/re.py': Buffer.from('import enum') }));
  for (const _ of ['made', 'kept']) {
    const got = await cachedAssets('set', make);
    expect(Buffer.from(got['lib/python/re.py']!).toString()).toBe('import enum');
  }
  expect(make).toHaveBeenCalledTimes(1);
});

test('only what is wanted is read, and must be as it was', async () => {
  await get();
  await writeFile(kept('kernel'), 'Kernel');
  const make = vi.fn(async () => files);
  expect(await cachedAssets('set', make, ['busybox'])).toEqual({ busybox: Buffer.from('busybox') });
  expect(make).not.toHaveBeenCalled();
  await cachedAssets('set', make, ['kernel']);
  expect(make).toHaveBeenCalledTimes(1);
});

test('all files of a folder are wanted by its name, and a folder without files is missing', async () => {
  const make = vi.fn(async () => ({ 'lib/re/a.py': Buffer.from('a'), 'lib/re/b.py': Buffer.from('b'), ...files }));
  await cachedAssets('set', make);
  expect(Object.keys(await cachedAssets('set', make, ['lib/re/', 'kernel']))).toEqual([
    'lib/re/a.py',
    'lib/re/b.py',
    'kernel',
  ]);
  expect(make).toHaveBeenCalledTimes(1);
  await cachedAssets('set', make, ['lib/io/']);
  expect(make).toHaveBeenCalledTimes(2);
});

test.each<[string, () => Promise<void>]>([
  ['truncated', () => truncate(kept('kernel'), 3)],
  ['changed', () => writeFile(kept('kernel'), 'Kernel')],
  ['missing', () => rm(kept('busybox'))],
  ['without manifest', () => rm(kept('manifest.json'))],
])('made again when a file is %s', async (_, damage) => {
  await get();
  await damage();
  expect(await get()).toEqual({ texts: ['kernel', 'busybox'], made: true });
  expect(await readFile(kept('kernel'), 'utf8')).toBe('kernel');
});

test('a failure leaves nothing behind, and what was kept stays unless it is damaged', async () => {
  const fail = async () => {
    throw new Error('no network');
  };
  await expect(get(fail)).rejects.toThrow('no network');
  expect(await readdir(join(home, 'rawiron'))).toEqual([]);
});

test('work folders of processes that are gone are removed, those of running ones are not', async () => {
  const gone = `set.${2 ** 30}.tmp`;
  const running = `set.${process.ppid}.tmp`;
  for (const name of [gone, running]) await mkdir(join(home, 'rawiron', name), { recursive: true });
  await get();
  expect((await readdir(join(home, 'rawiron'))).sort()).toEqual(['set', running].sort());
});

test('one set may be made twice at the same time in one program, each in a folder of its own', async () => {
  const works = new Set<string>();
  const both = Promise.withResolvers<void>();
  const make = async (work: string) => {
    works.add(work);
    if (works.size === 2) both.resolve();
    await both.promise;
    return files;
  };
  await Promise.all([1, 2].map(() => cachedAssets('set', make)));
  expect((await get()).made).toBe(false);
});
