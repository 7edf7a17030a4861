import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseSize } from '../../../src/cli/image/size.ts';
import { sizeText } from '../../../src/storage/size-text.ts';
import { rawiron, rawironEach } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'image-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const image = (...args: string[]) => rawiron(['image', ...args]);

test('images are made, resized, copied, shown and checked', async () => {
  const [qcow2, raw] = [file('a.qcow2'), file('a.raw')];
  expect(await image('create', '-f', 'qcow2', qcow2, '2M')).toMatchObject({ code: 0, errors: '' });
  expect(await image('resize', qcow2, '+1M')).toMatchObject({ code: 0, output: 'Image resized.\n' });
  expect(await image('convert', '-O', 'raw', qcow2, raw)).toMatchObject({ code: 0, output: '' });
  expect(statSync(raw).size).toBe(3 << 20);
  const info = JSON.parse((await image('info', '--output=json', qcow2)).output) as object;
  expect(info).toMatchObject({ format: 'qcow2', 'virtual-size': 3 << 20, 'cluster-size': 65536 });
  const checked = await image('check', qcow2);
  expect(checked.code).toBe(0);
  expect(checked.output).toMatch(/^No errors were found on the image\./);
  const none = { code: 63, output: 'This image format does not support checks\n', errors: '' };
  expect(await image('check', raw)).toEqual(none);
  expect(await image('check', '-r', 'all', raw)).toEqual(none);
});

test('images of other hypervisors are checked, and not repaired', async () => {
  const vdi = file('a.vdi');
  await image('create', '-f', 'vdi', vdi, '2M');
  expect(await image('check', vdi)).toMatchObject({ code: 0, errors: '' });
  const { code, errors } = await image('check', '-r', 'all', vdi);
  expect([code, errors]).toEqual([1, expect.stringContaining('a vdi image is checked, and cannot be repaired')]);
});

test('what is told of an image has its snapshots, as qemu-img shows them', async () => {
  const path = file('snapshots.qcow2');
  await image('create', '-f', 'qcow2', path, '2M');
  expect((await image('info', path)).output).not.toContain('Snapshot list');
  for (const name of ['first', 'second one']) await image('snapshot', '-c', name, path);
  const { output: list } = await image('snapshot', '-l', path);
  expect((await image('info', path)).output).toContain(`cluster_size: 65536\n${list}Format specific information:\n`);
  const { snapshots } = JSON.parse((await image('info', '--output=json', path)).output) as { snapshots: object[] };
  expect(snapshots).toMatchObject([
    { id: '1', name: 'first', 'vm-state-size': 0, 'date-sec': expect.any(Number), 'vm-clock-nsec': 0 },
    { id: '2', name: 'second one' },
  ]);
});

test('an image becomes smaller by a size with a minus, if that is allowed', async () => {
  const path = file('smaller.qcow2');
  await image('create', '-f', 'qcow2', path, '3M');
  expect(await image('resize', path, '-1M')).toMatchObject({ code: 1, errors: expect.stringContaining('--shrink') });
  expect(await image('resize', '--shrink', path, '-1M')).toMatchObject({ code: 0, output: 'Image resized.\n' });
  expect((await image('info', path)).output).toContain('(2097152 bytes)');
});

test('a raw image that ends within a sector has it whole', async () => {
  writeFileSync(file('short'), 'hello');
  expect((await image('info', '-f', 'raw', file('short'))).output).toContain('virtual size: 512 B (512 bytes)');
});

test('a copy is compressed, told of as it grows, and has holes', async () => {
  const [from, packed, back, changes] = ['from', 'packed', 'back', 'changes'].map(file);
  const bytes = Buffer.alloc(3 << 20, 'abcdefg');
  bytes.fill(0, 1 << 20, 2 << 20);
  writeFileSync(from, bytes);
  const { code, output } = await image('convert', '-f', 'raw', '-O', 'qcow2', '-c', '-p', from, packed);
  expect({ code, end: output.split('\r').slice(-2) }).toEqual({ code: 0, end: ['    (100.00/100%)', '\n'] });
  expect(statSync(packed).size).toBeLessThan(500_000);
  expect((await image('check', packed)).output).toContain('32/48 = 66.67% allocated');
  expect(await image('convert', '-O', 'raw', packed, back)).toMatchObject({ code: 0, errors: '', output: '' });
  expect(readFileSync(back).equals(bytes)).toBe(true);
  expect(statSync(back).blocks * 512).toBeLessThanOrEqual(2 << 20);
  await image('convert', '-O', 'raw', '-S', '0', packed, back);
  expect(statSync(back).blocks * 512).toBeGreaterThanOrEqual(3 << 20);
  bytes.fill(1, 0, 10);
  bytes.fill(0, 2 << 20, (2 << 20) + (1 << 17));
  writeFileSync(from, bytes);
  await image('convert', '-f', 'raw', '-O', 'qcow2', '-B', packed, '-F', 'qcow2', from, changes);
  expect((await image('check', changes)).output).toContain('1/48 = 2.08% allocated');
  await image('convert', '-O', 'raw', changes, back);
  expect(readFileSync(back).equals(bytes)).toBe(true);
});

/** A backing file with two clusters of 1s and an image on it with one cluster of 2s, one of zeros, and more of them beyond. */
async function changedImage(
  name: string,
  format: 'raw' | 'qcow2',
): Promise<{ base: string; changes: string; seen: string }> {
  const [plain, base, changed, changes, seen] = ['1', `base.${format}`, '2', 'changes', 'seen'].map((end) =>
    file(`${name}.${end}`),
  );
  writeFileSync(plain, Buffer.alloc(2 << 16, 1));
  await image('convert', '-f', 'raw', '-O', format, plain, base);
  const bytes = Buffer.alloc(5 << 16, 0);
  writeFileSync(changed, bytes.fill(1, 0, 1 << 16).fill(2, 3 << 16, 4 << 16));
  await image('convert', '-f', 'raw', '-O', 'qcow2', '-B', base, '-F', format, changed, changes);
  await image('convert', '-O', 'raw', changes, seen);
  expect(readFileSync(seen).equals(bytes)).toBe(true);
  return { base, changes, seen };
}

test.each(['raw', 'qcow2'] as const)('what an image has of its own is committed to a %s image', async (format) => {
  const { base, changes, seen } = await changedImage(`commit-${format}`, format);
  expect(await image('commit', changes)).toMatchObject({ code: 0, output: 'Image committed.\n', errors: '' });
  for (const path of [base, changes]) {
    const copy = `${path}.copy`;
    await image('convert', '-O', 'raw', path, copy);
    expect(readFileSync(copy).equals(readFileSync(seen))).toBe(true);
    expect((await image('check', path)).code).toBe(path.endsWith('raw') ? 63 : 0);
  }
  // There would be a line before it if clusters were in use.
  expect((await image('check', changes)).output.split('\n')[1]).toMatch(/^Image end offset/);
});

test('a commit that keeps what it has committed, of an image with a snapshot', async () => {
  const { base, changes } = await changedImage('kept', 'qcow2');
  await image('snapshot', '-c', 'before', changes);
  const { output: before } = await image('check', changes);
  expect(await image('commit', '-d', changes)).toMatchObject({ code: 0 });
  expect((await image('check', changes)).output).toBe(before);
  expect(await image('commit', changes)).toMatchObject({ code: 0 });
  expect((await image('check', changes)).code).toBe(0);
  await image('snapshot', '-a', 'before', changes);
  const copies = [base, changes].map((path) => `${path}.copy`);
  for (const [n, path] of [base, changes].entries()) await image('convert', '-O', 'raw', path, copies[n]!);
  expect(readFileSync(copies[1]!).equals(readFileSync(copies[0]!))).toBe(true);
});

test('what is told of a chain of images', async () => {
  const { base, changes } = await changedImage('chain', 'raw');
  const { output } = await image('info', '--backing-chain', changes);
  expect(output.split('\n').filter((line) => /^(image|file format|backing file):|^$/.test(line))).toEqual([
    `image: ${changes}`,
    'file format: qcow2',
    `backing file: ${base}`,
    '',
    `image: ${base}`,
    'file format: raw',
    '',
  ]);
  const chain = JSON.parse((await image('info', '-U', '--backing-chain', '--output=json', changes)).output) as object;
  expect(chain).toMatchObject([{ filename: changes }, { filename: base, format: 'raw' }]);
});

test('options of qemu-img that ask for what is so anyway are taken', async () => {
  const path = file('taken.qcow2');
  const options = 'preallocation=off,lazy_refcounts=off,extended_l2=off,size=2M';
  expect(await image('create', '-f', 'qcow2', '-o', options, path)).toMatchObject({ code: 0 });
  expect(await image('convert', '-W', '-t', 'none', '-T', 'none', path, file('taken.raw'))).toMatchObject({ code: 0 });
  expect(statSync(file('taken.raw')).size).toBe(2 << 20);
});

test('snapshots within an image are taken, listed, returned to and forgotten', async () => {
  const path = file('snapshots.qcow2');
  await image('create', '-f', 'qcow2', path, '1M');
  expect(await image('snapshot', '-l', path)).toMatchObject({ code: 0, output: '' });
  expect(await image('snapshot', '-c', 'first one', path)).toMatchObject({ code: 0, output: '', errors: '' });
  const { output } = await image('snapshot', '-l', path);
  const lines = output.split('\n');
  expect(lines.slice(0, 2)).toEqual([
    'Snapshot list:',
    'ID        TAG               VM SIZE                DATE     VM CLOCK     ICOUNT',
  ]);
  expect(lines[2]).toMatch(/^1 {9}first one {13}0 B \d{4}-\d\d-\d\d \d\d:\d\d:\d\d 00:00:00.000 {10}0$/);
  expect(await image('snapshot', '-a', 'first one', path)).toMatchObject({ code: 0 });
  expect(await image('snapshot', '-d', '1', path)).toMatchObject({ code: 0 });
  expect(await image('snapshot', path)).toMatchObject({ code: 0, output: '' });
});

const mistakes: readonly [string, () => string[], string][] = [
  ['a directory', () => ['info', folder], 'is a directory'],
  ['a missing file', () => ['info', file('none')], 'no such file or directory'],
  ['a truncated image', () => ['check', truncated()], 'truncated: the refcount table goes beyond the end of the file'],
  ['a snapshot that is not there', () => ['snapshot', '-a', 'none', file('a.qcow2')], "has no snapshot 'none'"],
  ['a snapshot in a raw image', () => ['snapshot', '-c', 'a', file('a.raw')], 'a raw image has no snapshots'],
  ['two things at once', () => ['snapshot', '-l', '-d', 'a', file('a.qcow2')], 'give one of -l, -c, -a and -d'],
  ['a size that is none', () => ['create', file('new'), '1Q'], "'1Q' is not a size"],
  ['no size', () => ['create', file('new')], 'needs a size'],
  [
    'a cluster size that cannot be',
    () => ['create', '-f', 'qcow2', '-o', 'cluster_size=700', file('new'), '1M'],
    '700',
  ],
  ['too large a disk', () => ['create', '-f', 'qcow2', '-o', 'cluster_size=512', file('new'), '1P'], 'cannot have'],
  ['a raw image with -c', () => ['convert', '-c', raw(), file('new')], 'a raw image cannot be compressed'],
  ['a hole of 100 bytes', () => ['convert', '-S', '100', raw(), file('new')], '-S 100 is not possible'],
  ['no reader', () => ['convert', '-m', '0', raw(), file('new')], '-m 0 is not possible'],
  ['an unknown -o', () => ['create', '-f', 'qcow2', '-o', 'shape=3', file('new'), '1M'], '-o shape=3 is not supported'],
  [
    'space beforehand',
    () => ['create', '-f', 'qcow2', '-o', 'preallocation=all', file('new'), '1M'],
    '-o preallocation=all is not supported',
  ],
  ['a commit to nothing', () => ['commit', file('a.qcow2')], 'has no backing file to commit it to'],
  ['a commit of a raw image', () => ['commit', raw()], 'is a raw image; only a qcow2 image can be committed'],
  [
    'a backing file without its format',
    () => ['convert', '-O', 'qcow2', '-B', raw(), raw(), file('new')],
    'a backing file needs its format',
  ],
  [
    'a backing file that is not there',
    () => ['create', '-f', 'qcow2', '-o', `backing_file=${file('none')},backing_fmt=raw`, file('new')],
    `${file('none')}: cannot open it: no such file or directory`,
  ],
  ['an unknown format', () => ['create', '-f', 'qed', file('new'), '1M'], "'qed' is not supported"],
  ['an unknown command', () => ['make'], "unknown command 'make'"],
  ['a command that is misspelt', () => ['crate'], "unknown command 'crate'; similar: create"],
];
/** All are run in one process, when the first test asks. */
let ended: ReturnType<typeof rawironEach> | undefined;

const cases = mistakes.map(([what, , message], n) => [what, n, message] as const);
test.each(cases)('%s is an error, and nothing is written', async (_what, n, message) => {
  ended ??= rawironEach(mistakes.map(([, line]) => ['image', ...line()]));
  const { code, errors, output } = (await ended)[n]!;
  expect({ code, output }).toEqual({ code: 1, output: '' });
  expect(errors).toContain(message);
  expect(existsSync(file('new'))).toBe(false);
});

function raw(): string {
  const path = file('raw');
  writeFileSync(path, new Uint8Array(1024));
  return path;
}

function truncated(): string {
  const path = file('truncated');
  const header = Buffer.alloc(104);
  header.write('514649fb00000003', 'hex');
  header.writeUInt32BE(16, 20);
  header.writeUInt32BE(0x10000, 52);
  header.writeUInt32BE(1, 56);
  header.writeUInt32BE(4, 96);
  header.writeUInt32BE(104, 100);
  writeFileSync(path, header);
  truncateSync(path, 70_000);
  return path;
}

test('sizes are those of qemu-img', () => {
  expect(['512', '1k', '1.5G', '2T'].map(parseSize)).toEqual([512, 1024, 1.5 * 2 ** 30, 2 ** 41]);
  expect([0, 999, 65536, 200704, 64 << 20, 1140850688].map(sizeText)).toEqual([
    '0 B',
    '999 B',
    '64 KiB',
    '196 KiB',
    '64 MiB',
    '1.06 GiB',
  ]);
});
