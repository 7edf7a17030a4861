import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawiron } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'bad-images-'));
const file = (name: string): string => join(folder, name);
const good = file('good.qcow2');
beforeAll(async () => {
  await rawiron(['image', 'create', '-f', 'qcow2', good, '1M']);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An image whose header, or a word of it, is changed. */
function changed(name: string, change: (view: DataView) => void): string {
  const bytes = new Uint8Array(readFileSync(good));
  change(new DataView(bytes.buffer));
  writeFileSync(file(name), bytes);
  return file(name);
}

/** An image that names this as its backing file. */
function withBacking(name: string, backing: string): string {
  return changed(name, (view) => {
    view.setBigUint64(8, 4096n);
    view.setUint32(16, backing.length);
    for (let n = 0; n < backing.length; n++) view.setUint8(4096 + n, backing.charCodeAt(n));
  });
}

test.each<[string, () => string, string]>([
  ['that is not there', () => file('none'), 'cannot open it: no such file or directory'],
  ['that is a directory', () => folder, 'is a directory'],
  ['that is a pipe', pipe, 'is neither a file nor a block device'],
  ['that is a device', () => '/dev/zero', 'is neither a file nor a block device'],
  ['that is empty', empty, 'has 0 bytes, less than a sector'],
  ['that was cut off in its header', () => cut('cut', 200), 'ends within its first cluster: was it cut off?'],
  ['that was cut off in its tables', () => cut('cut more', 70_000), 'goes beyond the end of the file'],
  [
    'with an L2 table beyond its end',
    () => changed('beyond', (view) => view.setBigUint64(Number(view.getBigUint64(40)), (1n << 63n) | (1n << 40n))),
    'the L2 table at offset 0x10000000000 is beyond the end of the file',
  ],
  [
    'with a table that is its own',
    () => changed('own', (view) => view.setBigUint64(Number(view.getBigUint64(40)), view.getBigUint64(40))),
    'overlaps other metadata; check the image',
  ],
  ['that is its own backing file', () => withBacking('loop', 'loop'), 'is its own backing file'],
  [
    'on a missing file',
    () => withBacking('top', 'none'),
    `its backing file cannot be found: ${file('none')}: cannot open it`,
  ],
  [
    'on a missing file whose name a terminal would obey',
    () => withBacking('escaping', '\x1b[2K\rnone'),
    `its backing file cannot be found: ${file('\\x1b[2K\\x0dnone')}: cannot open it`,
  ],
])(
  'an image %s is an error that names it; the exit code is 1, and nothing is written',
  async (_what, make, message) => {
    const image = make();
    const before = contentOf(image);
    const { code, output, errors } = await rawiron(['-display', 'none', '-serial', 'null', '-hda', image]);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toContain(`rawiron: ${image}: `);
    expect(errors).toContain(message);
    expect(errors.trim().split('\n')).toHaveLength(1);
    expect(contentOf(image)).toEqual(before);
  },
);

test('"image info" shows the name of a backing file whatever a terminal would make of it', async () => {
  const image = withBacking('hiding', '\x1b[1A\x1b[2K/../../etc/passwd\r\u009b8m');
  const { output } = await rawiron(['image', 'info', image]);
  expect(output).toContain('\nbacking file: \\x1b[1A\\x1b[2K/../../etc/passwd\\x0d');
  expect(output).not.toMatch(/[^\P{Cc}\n]/u);
});

function contentOf(path: string): Buffer | undefined {
  return path.startsWith(`${folder}/`) && !path.endsWith('none') && !path.endsWith('pipe')
    ? readFileSync(path)
    : undefined;
}

function pipe(): string {
  execFileSync('mkfifo', [file('pipe')]);
  return file('pipe');
}

function empty(): string {
  writeFileSync(file('empty'), '');
  return file('empty');
}

function cut(name: string, size: number): string {
  copyFileSync(good, file(name));
  truncateSync(file(name), size);
  return file(name);
}

test('a video BIOS that cannot be read is named, though the guest is started without firmware', async () => {
  const { code, errors } = await rawiron(['demo', '-device', `VGA,romfile=${file('none')}`]);
  expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining(`video BIOS ${file('none')}`) });
});
