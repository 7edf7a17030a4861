import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rawiron } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'image-info-'));
afterAll(() => rmSync(folder, { recursive: true }));
const image = (...args: string[]) => rawiron(['image', ...args]);
/** The information about a file, without the space that it takes on the host's disk. */
async function info(...args: string[]): Promise<string> {
  const { output } = await image('info', ...args);
  return output.replace(/^(disk size: |\s*"actual-size": ).*$/gm, '$1…');
}

const base = join(folder, 'base.img');
const changes = join(folder, 'below', 'changes.qcow2');
/** The name that the image has is relative to its own folder. */
const path = `${join(folder, 'below')}/../base.img`;

test('what is told of a raw image: the whole of it is what qemu-img 7.2 tells', async () => {
  writeFileSync(base, new Uint8Array(1 << 20));
  const text = `image: ${base}\nfile format: raw\nvirtual size: 1 MiB (1048576 bytes)\ndisk size: …\n`;
  expect(await info(base)).toBe(text);
  expect(await info('--output=json', base)).toBe(`{
    "virtual-size": 1048576,
    "filename": "${base}",
    "format": "raw",
    "actual-size": …
    "dirty-flag": false
}
`);
});

test('of an image with a backing file beside another folder', async () => {
  mkdirSync(join(folder, 'below'));
  await image('create', '-f', 'qcow2', '-b', '../base.img', '-F', 'raw', changes);
  const text = `image: ${changes}
file format: qcow2
virtual size: 1 MiB (1048576 bytes)
disk size: …
cluster_size: 65536
backing file: ../base.img (actual path: ${path})
backing file format: raw
Format specific information:
    compat: 1.1
    compression type: zlib
    lazy refcounts: false
    refcount bits: 16
    corrupt: false
    extended l2: false
`;
  expect(await info(changes)).toBe(text);
  const below = `image: ${path}\nfile format: raw\nvirtual size: 1 MiB (1048576 bytes)\ndisk size: …\n`;
  expect(await info('--backing-chain', changes)).toBe(`${text}\n${below}`);
  expect(await info('--output=json', changes)).toBe(`{
    "backing-filename-format": "raw",
    "virtual-size": 1048576,
    "filename": "${changes}",
    "cluster-size": 65536,
    "format": "qcow2",
    "actual-size": …
    "format-specific": {
        "type": "qcow2",
        "data": {
            "compat": "1.1",
            "compression-type": "zlib",
            "lazy-refcounts": false,
            "refcount-bits": 16,
            "corrupt": false,
            "extended-l2": false
        }
    },
    "full-backing-filename": "${path}",
    "backing-filename": "../base.img",
    "dirty-flag": false
}
`);
});

test('snapshots stand after the format of the backing file, as programs that compare outputs have it from qemu-img', async () => {
  await image('snapshot', '-c', 'first', changes);
  const { output } = await image('info', '--output=json', changes);
  expect(Object.keys(JSON.parse(output)).slice(0, 3)).toEqual(['backing-filename-format', 'snapshots', 'virtual-size']);
});

test('of one of the older version, which has no features', async () => {
  const old = join(folder, 'old.qcow2');
  await image('create', '-f', 'qcow2', '-o', 'compat=0.10', old, '1M');
  const { 'format-specific': specific } = JSON.parse((await image('info', '--output=json', old)).output);
  expect(specific.data).toEqual({ compat: '0.10', 'compression-type': 'zlib', 'refcount-bits': 16 });
});

/** An image with these incompatible and autoclear features, and an extension of the header that names a file. */
async function withFeatures(name: string, incompatible: number, autoclear: number, dataFile: string): Promise<string> {
  const file = join(folder, name);
  await image('create', '-f', 'qcow2', file, '1M');
  const bytes = readFileSync(file);
  bytes[79] = incompatible;
  bytes[95] = autoclear;
  const at = bytes.readUInt32BE(100);
  bytes.writeUInt32BE(0x44415441, at);
  bytes.writeUInt32BE(dataFile.length, at + 4);
  bytes.fill(0, at + 8, at + 32);
  bytes.write(dataFile, at + 8);
  writeFileSync(file, bytes);
  return file;
}

test('of images whose data cannot be read: it tells what qemu-img tells', async () => {
  const detailsOf = async (file: string) =>
    (await info(file)).replace(/^.*compat: 1.1\n {4}compression type: zlib\n/s, '');
  const apart = await withFeatures('apart.qcow2', 4, 2, 'df.raw');
  expect(await detailsOf(apart)).toBe(`    lazy refcounts: false
    refcount bits: 16
    data file: df.raw
    data file raw: true
    corrupt: false
    extended l2: false
`);
  expect(Object.keys(JSON.parse((await image('info', '--output=json', apart)).output)['format-specific'].data)).toEqual(
    [
      ...['compat', 'compression-type', 'lazy-refcounts', 'refcount-bits', 'data-file', 'data-file-raw', 'corrupt'],
      'extended-l2',
    ],
  );
  expect(await detailsOf(await withFeatures('long.qcow2', 16, 0, ''))).toContain('extended l2: true\n');
  const unknown = await image('info', await withFeatures('unknown.qcow2', 32, 0, ''));
  expect(unknown).toMatchObject({ code: 1, errors: expect.stringContaining('unknown feature of bit 5') });
  expect(await image('convert', '-O', 'raw', apart, join(folder, 'out.raw'))).toMatchObject({
    ...{ code: 1, errors: expect.stringContaining('external data file') },
  });
});

test('a new image has whole sectors', async () => {
  const short = join(folder, 'short');
  for (const format of ['raw', 'qcow2']) {
    const { output } = await image('create', '-f', format, short, '1000');
    expect(output).toContain('size=1000');
    expect(await info(short)).toContain('(1024 bytes)');
  }
  expect(await image('resize', short, '3000')).toMatchObject({
    code: 1,
    errors: expect.stringContaining('The new size must be a multiple of 512'),
  });
});

test('an image that ends within a sector gets the rest of it', async () => {
  const short = join(folder, 'short.raw');
  writeFileSync(short, new Uint8Array(1000));
  expect(await image('resize', '-f', 'raw', short, '1024')).toMatchObject({ code: 0, output: 'Image resized.\n' });
  expect(statSync(short).size).toBe(1024);
});

test.skipIf(sep === '\\')('of an image with a backslash in its name, and a backing file beside it', async () => {
  const top = join(folder, 'below', 'top\\x.qcow2');
  writeFileSync(join(folder, 'below', 'beside.img'), new Uint8Array(512));
  await image('create', '-f', 'qcow2', '-b', 'beside.img', '-F', 'raw', top);
  expect(await info('--backing-chain', top)).toContain(
    `\nbacking file: beside.img (actual path: ${join(folder, 'below', 'beside.img')})\n`,
  );
});
