import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawironEach } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'image-names-'));
const before = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

const names = [
  'fat:rw:.',
  'nbd:host:10809',
  'nbd://host/disk',
  'ssh://host/disk',
  'rbd:pool/disk',
  'json:{"driver":"raw"}',
];

test('an image that QEMU would reach by a protocol is refused as such, wherever it is opened', async () => {
  const machine = ['-display', 'none', '-serial', 'null'];
  const lists = names.flatMap((name) => [
    ['image', 'info', name],
    ['image', 'create', name, '1M'],
    [...machine, '-hda', name],
    [...machine, '-drive', `file=${name.replaceAll(',', ',,')},if=virtio`],
    [name, ...machine],
  ]);
  const ended = await rawironEach([...lists, ['image', 'info', 'none:disk']]);
  for (const [n, args] of lists.entries()) {
    const name = names[Math.floor(n / 5)]!;
    expect({ args, code: ended[n]!.code }).toEqual({ args, code: 1 });
    expect(ended[n]!.errors).toContain(
      `rawiron: ${name}: not supported: there is nothing here for '${name.split(':')[0]}:'`,
    );
    expect(existsSync(name)).toBe(false);
  }
  expect(ended.at(-1)!.errors).toContain('none:disk: cannot open it: no such file or directory');
});

test('a file whose name has a colon is opened, and file: may stand before a path', async () => {
  const ended = await rawironEach([
    ['image', 'create', './nbd:disk', '1M'],
    ['image', 'info', 'nbd:disk'],
    ['image', 'create', 'a:b', '1M'],
    ['image', 'create', '-f', 'qcow2', '-b', 'file:a:b', '-F', 'raw', 'file:top', '2M'],
    ['image', 'convert', '-O', 'raw', 'file:top', `file:${folder}/copy`],
    ['image', 'info', 'file:top'],
    ['image', 'create', '-o', 'compat=0.9', '-f', 'qcow2', 'file:none', '1M'],
  ]);
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 1]);
  expect(statSync('copy').size).toBe(2 << 20);
  // As qemu-img shows it.
  expect(ended[5]!.output).toMatch(/^image: top\n/);
  expect(['file:top', 'file:none', 'none'].filter((name) => existsSync(name))).toEqual([]);
});
