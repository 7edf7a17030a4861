import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, rawironEach } from '../support/command-line.ts';

const missing = spawnSync('qemu-img', ['--version']).error ? ': qemu-img is missing (npm run install-oracles)' : '';
const folder = mkdtempSync(join(tmpdir(), 'image-layout-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const image = (...lists: string[][]) => rawironEach(lists.map((args) => ['image', ...args]));
const qemu = (args: readonly string[]) => spawnSync('qemu-img', args, { encoding: 'utf8' });

const K = 1024;
/** Bytes that don't become fewer when they are compressed a little. */
const pattern = (length: number, seed: number) => Uint8Array.from({ length }, (_, n) => (n * seed + (n >> 8)) | 1);

/** A raw image, one on it with a cluster of data and one of zeros, and one on that which is larger. */
const [base, middle, top] = [file('base.raw'), file('middle.qcow2'), file('top.qcow2')];
const [copy, packed, holes] = [file('copy.qcow2'), file('packed.qcow2'), file('holes.raw')];

beforeAll(async () => {
  writeFileSync(base, pattern(512 * K, 3));
  const changed = Buffer.from(pattern(512 * K, 3))
    .fill(7, 128 * K, 192 * K)
    .fill(0, 256 * K, 320 * K);
  writeFileSync(file('changed.raw'), changed);
  writeFileSync(holes, pattern(64 * K, 5));
  truncateSync(holes, 1024 * K);
  const ended = await image(
    ['convert', '-f', 'raw', '-O', 'qcow2', '-B', base, '-F', 'raw', file('changed.raw'), middle],
    ['create', '-f', 'qcow2', '-b', middle, '-F', 'qcow2', top, '1M'],
    ['convert', '-f', 'raw', '-O', 'qcow2', file('changed.raw'), copy],
    ['convert', '-f', 'raw', '-O', 'qcow2', '-c', file('changed.raw'), packed],
  );
  expect(ended.map(({ code, errors }) => `${code} ${errors}`)).toEqual(['0 ', '0 ', '0 ', '0 ']);
});

test('where the parts of a disk are kept', async () => {
  const [human, json, part] = await image(
    ['map', top],
    ['map', '--output=json', top],
    ['map', '--output=json', '--start-offset=100k', '--max-length=64k', top],
  );
  expect(human!.output.split('\n')).toEqual([
    'Offset          Length          Mapped to       File',
    `0               0x20000         0               ${base}`,
    `0x20000         0x10000         0x40000         ${middle}`,
    `0x30000         0x10000         0x30000         ${base}`,
    `0x50000         0x30000         0x50000         ${base}`,
    '',
  ]);
  expect(json!.output.split('\n').slice(-4)).toEqual([
    '{ "start": 262144, "length": 65536, "depth": 1, "present": true, "zero": true, "data": false},',
    '{ "start": 327680, "length": 196608, "depth": 2, "present": true, "zero": false, "data": true, "offset": 327680},',
    '{ "start": 524288, "length": 524288, "depth": 0, "present": false, "zero": true, "data": false}]',
    '',
  ]);
  expect(JSON.parse(part!.output)).toMatchObject([
    { start: 100 * K, length: 28 * K, depth: 2 },
    { start: 128 * K, length: 36 * K, depth: 1, offset: 0x40000 },
  ]);
});

test('what is compressed has no place that could be told to people', async () => {
  const [{ code, errors }] = (await image(['map', packed])) as [Ended];
  expect({ code, errors }).toEqual({
    code: 1,
    errors: 'rawiron: File contains external, encrypted or compressed clusters.\n',
  });
});

test.each<[string, string[], number, string]>([
  ['the same contents in two formats', [copy, middle], 0, 'Images are identical.'],
  ['a larger disk with zeros', [middle, top], 0, 'Warning: Image size mismatch!\nImages are identical.'],
  ['two sizes, strictly', ['-s', middle, top], 1, 'Strict mode: Image size mismatch!'],
  ['another way to keep it, strictly', ['-s', middle, copy], 1, 'Strict mode: Offset 262144 block status mismatch!'],
  ['other contents', ['-f', 'raw', base, middle], 1, 'Content mismatch at offset 131072!'],
  ['other contents, quietly', ['-q', '-f', 'raw', base, middle], 1, ''],
])('%s are compared', async (_what, args, code, text) => {
  const [ended] = await image(['compare', ...args]);
  expect(ended).toMatchObject({ code, output: text && `${text}\n`, errors: '' });
});

test('what cannot be compared has an exit code of its own, but not a wrong command', async () => {
  const [none, one] = await image(['compare', copy, file('none')], ['compare', copy]);
  expect(none).toMatchObject({ code: 2, errors: expect.stringContaining('no such file') });
  expect(one).toMatchObject({ code: 1, errors: expect.stringContaining('usage: rawiron image compare') });
});

test('how large an image will be', async () => {
  const [qcow2, raw, size, json, ...wrong] = await image(
    ['measure', '-O', 'qcow2', middle],
    ['measure', middle],
    ['measure', '-O', 'qcow2', '--size', '1G'],
    ['measure', '-O', 'qcow2', '--output=json', '-f', 'raw', base],
    ['measure'],
    ['measure', '--size', '1G', middle],
  );
  expect(qcow2!.output).toBe('required size: 786432\nfully allocated size: 851968\nbitmaps size: 0\n');
  expect(raw!.output).toBe('required size: 524288\nfully allocated size: 524288\n');
  expect(size!.output).toBe('required size: 393216\nfully allocated size: 1074135040\n');
  expect(JSON.parse(json!.output)).toEqual({ required: 851968, 'fully-allocated': 851968 });
  expect(wrong.map(({ errors }) => errors)).toEqual([
    'rawiron: Either --size N or one filename must be specified.\n',
    'rawiron: --size N cannot be used together with a filename.\n',
  ]);
});

describe.skipIf(missing !== '')(`answers of qemu-img${missing}`, () => {
  test('are the same', async () => {
    const lists = [
      ...[top, middle, copy, holes].flatMap((path) => [
        ['map', path],
        ['map', '--output=json', path],
      ]),
      ['map', '--output=json', packed],
      ['map', '--output=json', '--start-offset=70k', '--max-length=300k', top],
      ...[
        [copy, packed],
        [copy, middle],
        [top, middle],
        [holes, copy],
        [packed, packed],
      ].flatMap((pair) => [
        ['compare', ...pair],
        ['compare', '-s', ...pair],
      ]),
      ...['4k', '64k', '2M'].flatMap((cluster) => [
        ['measure', '-O', 'qcow2', '-o', `cluster_size=${cluster}`, top],
        ['measure', '-O', 'qcow2', '-o', `cluster_size=${cluster}`, '--size', '100G'],
      ]),
      ['measure', '-O', 'qcow2', '--output=json', packed],
      ['measure', '-O', 'qcow2', holes],
      ['measure', '-O', 'qcow2', '-o', `backing_file=${middle},backing_fmt=qcow2`, top],
      ['measure', '-O', 'qcow2', '-o', 'cluster_size=512,refcount_bits=64', '--size', '1000'],
    ];
    const ended = await image(...lists);
    for (const [n, args] of lists.entries()) {
      const { status, stdout } = qemu(args);
      expect({ args, code: ended[n]!.code, output: ended[n]!.output }).toEqual({ args, code: status, output: stdout });
    }
  });
});

test('a copy into an image that is there replaces what it has', async () => {
  const [old, large] = [file('old.qcow2'), file('large.raw')];
  writeFileSync(large, pattern(1024 * K, 9));
  const [, first, second, small, option] = await image(
    ['convert', '-f', 'raw', '-O', 'qcow2', large, old],
    ['convert', '-n', '-O', 'qcow2', top, old],
    ['convert', '-n', '-O', 'raw', middle, large],
    ['convert', '-n', '-O', 'qcow2', top, copy],
    ['convert', '-n', '-O', 'qcow2', '-o', 'compat=1.1', top, old],
  );
  expect([first, second].map((ended) => ended!.code)).toEqual([0, 0]);
  expect(small).toMatchObject({ code: 1, errors: expect.stringContaining('output file is smaller than input file') });
  expect(option).toMatchObject({ code: 1, errors: expect.stringContaining('-o has no effect') });
  const [same, check] = await image(['compare', old, top], ['check', old]);
  expect([same!.output, check!.code]).toEqual(['Images are identical.\n', 0]);
  const expected = Buffer.concat([readFileSync(file('changed.raw')), pattern(1024 * K, 9).subarray(512 * K)]);
  expect(readFileSync(large).equals(expected)).toBe(true);
});

test('an image on another backing file, or on none, reads as before', async () => {
  const [moved, zeros] = [file('moved.qcow2'), file('zeros.raw')];
  writeFileSync(zeros, new Uint8Array(1024 * K));
  const isTheSame = async () => {
    const [same, check, info] = await image(
      ['compare', moved, top],
      ['check', moved],
      ['info', '--output=json', moved],
    );
    expect(same!.output).toBe('Images are identical.\n');
    expect(check!.code).toBe(0);
    return JSON.parse(info!.output) as object;
  };
  const [, safe] = await image(
    ['create', '-f', 'qcow2', '-b', middle, '-F', 'qcow2', moved, '1M'],
    ['rebase', '-b', base, '-F', 'raw', moved],
  );
  expect(safe).toMatchObject({ code: 0, output: '', errors: '' });
  expect(await isTheSame()).toMatchObject({ 'backing-filename': base, 'backing-filename-format': 'raw' });
  // Two clusters differ.
  expect((await image(['check', moved]))[0]!.output).toContain('2/16 = 12.50% allocated');
  await image(['rebase', '-b', zeros, '-F', 'raw', moved]);
  expect(await isTheSame()).toMatchObject({ 'backing-filename': zeros });
  await image(['rebase', '-b', '', moved]);
  expect(await isTheSame()).not.toHaveProperty('backing-filename');
  await image(['rebase', '-b', zeros, '-F', 'raw', moved]);
  expect(await isTheSame()).toMatchObject({ 'backing-filename': zeros });
});

test('only the name of a backing file is changed by -u, and the file need not be there', async () => {
  const path = file('unsafe.qcow2');
  const [, named, info, unnamed, infoAfter] = await image(
    ['create', '-f', 'qcow2', '-b', base, '-F', 'raw', path],
    ['rebase', '-u', '-b', 'elsewhere.raw', '-F', 'raw', path],
    ['info', path],
    ['rebase', '-u', path],
    ['info', path],
  );
  expect([named, unnamed]).toMatchObject([{ code: 0, output: '' }, { code: 0 }]);
  expect(info!.output).toMatch(
    /^backing file: elsewhere\.raw \(actual path: .*elsewhere\.raw\)\nbacking file format: raw\n/m,
  );
  expect(infoAfter!.output).not.toContain('backing file');
});

test.each<[string, string[], string]>([
  ['no backing file', [middle], 'Must specify backing file (-b) or use unsafe mode (-u)'],
  ['no format', ['-b', base, middle], 'a backing file needs its format'],
  ['a missing file', ['-b', file('none'), '-F', 'raw', middle], 'no such file or directory'],
  ['a raw image', ['-b', base, '-F', 'raw', '-f', 'raw', base], 'a raw image has no backing file'],
  ['the image itself', ['-b', middle, '-F', 'qcow2', middle], 'is in use'],
])('%s is refused by rebase, and the image stays', async (_what, args, message) => {
  const before = readFileSync(middle);
  const [ended] = await image(['rebase', ...args]);
  expect(ended).toMatchObject({ code: 1, errors: expect.stringContaining(message) });
  expect(readFileSync(middle).equals(before)).toBe(true);
});

/** An image with a cluster in use that counts as free, one that counts twice, and one that is lost. */
function damaged(): string {
  const path = file('damaged.qcow2');
  const bytes = readFileSync(copy);
  const block = Number(bytes.readBigUInt64BE(Number(bytes.readBigUInt64BE(48))));
  bytes.writeUInt16BE(0, block + 2 * 6);
  bytes.writeUInt16BE(2, block + 2 * 7);
  bytes.writeUInt16BE(1, block + 2 * 100);
  writeFileSync(path, Buffer.concat([bytes, new Uint8Array(0x650000 - bytes.length)]));
  return path;
}

test('counts and flags that are wrong are repaired', async () => {
  const path = damaged();
  const [found, leaks, all, after, same] = await image(
    ['check', '--output=json', path],
    ['check', '-r', 'leaks', path],
    ['check', '-r', 'all', path],
    ['check', '--output=json', path],
    ['compare', path, copy],
  );
  expect(found!.code).toBe(2);
  expect(JSON.parse(found!.output)).toMatchObject({ corruptions: 3, leaks: 2, 'check-errors': 0, format: 'qcow2' });
  expect(leaks!.code).toBe(2);
  expect(all!.code).toBe(0);
  expect(all!.output).toMatch(
    /^The following inconsistencies were found and repaired:\n\n {4}2 leaked clusters\n {4}3 corruptions\n\nDouble checking the fixed image now\.\.\.\nNo errors were found on the image\.\n/,
  );
  expect(JSON.parse(after!.output)).not.toHaveProperty('corruptions');
  expect(same!.code).toBe(0);
  const [wrong] = await image(['check', '-r', 'some', path]);
  expect(wrong!.errors).toContain("Unknown option value for -r (expecting 'leaks' or 'all'): some");
});
