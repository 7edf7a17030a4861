import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rawironEach } from '../support/command-line.ts';

const missing = spawnSync('qemu-img', ['--version']).error ? ': qemu-img is missing (npm run install-oracles)' : '';
const folder = mkdtempSync(join(tmpdir(), 'image-preallocation-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const image = (...lists: string[][]) => rawironEach(lists.map((args) => ['image', ...args]));
const kept = (name: string): number => statSync(file(name)).blocks * 512;

const MEGABYTE = 1 << 20;
const qcow2 = (options: string, name: string) => ['create', '-f', 'qcow2', '-o', options, file(name), '3000000'];

test('a new image may have its space beforehand', async () => {
  const names = ['metadata', 'falloc', 'full'];
  const ended = await image(
    ...names.map((name) => qcow2(`preallocation=${name},cluster_size=4k`, name)),
    ...names.map((name) => ['check', file(name)]),
    ['create', '-o', 'preallocation=full', file('raw'), '1M'],
    ['create', '-o', 'preallocation=off,size=1M', file('holes')],
    ['convert', '-O', 'qcow2', '-o', 'preallocation=metadata', file('raw'), file('copy')],
    ['compare', file('copy'), file('raw')],
    ['check', file('copy')],
  );
  expect(ended.map(({ code, errors }) => `${code} ${errors}`)).toEqual(ended.map(() => '0 '));
  for (const { output } of ended.slice(3, 6)) expect(output).toContain('733/733 = 100.00% allocated');
  expect(ended.at(-1)!.output).toContain('16/16 = 100.00% allocated');
  expect(kept('metadata')).toBeLessThan(MEGABYTE);
  for (const name of ['falloc', 'full']) expect(kept(name)).toBeGreaterThanOrEqual(3_000_000);
  expect([kept('raw'), kept('holes')]).toEqual([MEGABYTE, 0]);
});

test('a backing file is only named by -u, and need not be there', async () => {
  const [made, info, sizeless, checked] = await image(
    ['create', '-u', '-f', 'qcow2', '-b', 'none.raw', '-F', 'raw', file('named'), '2M'],
    ['info', '--output=json', file('named')],
    ['create', '-u', '-f', 'qcow2', '-b', 'none.raw', '-F', 'raw', file('sizeless')],
    ['create', '-f', 'qcow2', '-b', 'none.raw', '-F', 'raw', file('sizeless'), '2M'],
  );
  expect(made).toMatchObject({ code: 0, errors: '' });
  const expected = { 'backing-filename': 'none.raw', 'backing-filename-format': 'raw', 'virtual-size': 2 * MEGABYTE };
  expect(JSON.parse(info!.output)).toMatchObject(expected);
  expect(sizeless).toMatchObject({ code: 1, errors: expect.stringContaining('not opened (-u) needs a size') });
  expect(checked).toMatchObject({ code: 1, errors: expect.stringContaining('none.raw: cannot open it') });
  expect(existsSync(file('sizeless'))).toBe(false);
});

test('an image may say that its counts are written late; they are not', async () => {
  writeFileSync(file('bytes'), new Uint8Array(MEGABYTE).fill(5));
  const lazy = ['-O', 'qcow2', '-o', 'lazy_refcounts=on', file('lazy')];
  const [copied, info, check] = await image(
    ['convert', '-f', 'raw', file('bytes'), ...lazy],
    ['info', '--output=json', file('lazy')],
    ['check', file('lazy')],
  );
  expect([copied!.code, check!.code]).toEqual([0, 0]);
  expect(JSON.parse(info!.output)).toMatchObject({ 'format-specific': { data: { 'lazy-refcounts': true } } });
});

test.each<[string, string[], string]>([
  [
    'metadata of a raw image',
    ['create', '-o', 'preallocation=metadata', file('new'), '1M'],
    'preallocation=metadata is',
  ],
  ['clusters of a raw image', ['create', '-o', 'cluster_size=4k', file('new'), '1M'], '(preallocation=off|falloc|full'],
  ['another way', qcow2('preallocation=some', 'new'), '-o preallocation=some is not supported'],
  [
    'late counts of version 2',
    qcow2('lazy_refcounts=on,compat=0.10', 'new'),
    'lazy_refcounts=on is not possible with compat=0.10',
  ],
  ['space above a backing file', qcow2('preallocation=full,backing_file=a,backing_fmt=raw', 'new'), 'a backing file'],
  [
    'space and compression',
    ['convert', '-c', '-O', 'qcow2', '-o', 'preallocation=full', folder, file('new')],
    'a compressed image (-c)',
  ],
  ['space at the end', ['resize', '--preallocation=full', file('raw'), '2M'], 'give --preallocation=off'],
])('%s is refused, and nothing is written', async (_what, args, message) => {
  const [ended] = await image(args);
  expect(ended).toMatchObject({ code: 1, output: '', errors: expect.stringContaining(message) });
  expect(existsSync(file('new'))).toBe(false);
});

test('a disk is resized without space beforehand, as it is anyway', async () => {
  const [, resized] = await image(
    ['create', file('small'), '1M'],
    ['resize', '-f', 'raw', '--preallocation=off', file('small'), '2M'],
  );
  expect(resized).toMatchObject({ code: 0, output: 'Image resized.\n' });
});

describe.skipIf(missing !== '')(`what qemu-img says of it${missing}`, () => {
  const options = ['metadata,cluster_size=512,refcount_bits=1', 'metadata,compat=0.10', 'full,cluster_size=2M'];
  test.each(options)('preallocation=%s', async (option) => {
    const args = qcow2(`lazy_refcounts=off,preallocation=${option}`, 'qemu');
    await image(args);
    const check = () => spawnSync('qemu-img', ['check', file('qemu')], { encoding: 'utf8' }).stdout;
    expect(check()).toContain('No errors were found');
    writeFileSync(file('zeros'), new Uint8Array(3_000_320));
    const compared = spawnSync('qemu-img', ['compare', '-F', 'raw', file('qemu'), file('zeros')], { encoding: 'utf8' });
    expect(compared.stdout).toBe('Images are identical.\n');
    const ours = readFileSync(file('qemu')).length;
    spawnSync('qemu-img', args);
    expect(Math.abs(readFileSync(file('qemu')).length - ours)).toBeLessThanOrEqual(2 << 20);
  });

  test('late counts that it leaves are mended', async () => {
    await image(['create', '-f', 'qcow2', '-o', 'lazy_refcounts=on', file('left'), '1M']);
    const write = ['-c', 'write -P 3 0 200k', '-c', 'flush', '-c', 'abort', file('left')];
    expect(spawnSync('qemu-io', write).signal ?? 'none').not.toBe('none');
    const [before, resized, after] = await image(
      ['info', file('left')],
      ['resize', file('left'), '2M'],
      ['check', file('left')],
      ['convert', '-O', 'raw', file('left'), file('kept')],
    );
    expect(readFileSync(file('kept')).indexOf(0)).toBe(200 << 10);
    expect(before!.output).toContain('cleanly shut down: no');
    expect([resized!.code, resized!.errors, after!.code]).toEqual([0, '', 0]);
  });
});
