import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawironEach } from '../support/command-line.ts';

const missing = spawnSync('qemu-img', ['--version']).error ? ': qemu-img is missing (npm run install-oracles)' : '';
const folder = mkdtempSync(join(tmpdir(), 'image-snapshot-copies-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const image = (...lists: string[][]) => rawironEach(lists.map((args) => ['image', ...args]));

const BYTES = 1 << 20;
/** The disk's contents, by the snapshot's name; the name of one is the ID of the other. */
const kept: Readonly<Record<string, number>> = { '2': 1, second: 2 };
const disk = file('disk.qcow2');

/** Puts these bytes all over the disk. */
function fill(byte: number): string[] {
  const path = file(`${byte}.raw`);
  writeFileSync(path, new Uint8Array(BYTES).fill(byte).fill(0, BYTES / 4, BYTES / 2));
  return ['convert', '-n', '-f', 'raw', '-O', 'qcow2', path, disk];
}

beforeAll(async () => {
  const ended = await image(
    ['create', '-f', 'qcow2', disk, `${BYTES}`],
    ...Object.entries(kept).flatMap(([name, byte]) => [fill(byte), ['snapshot', '-c', name, disk]]),
    fill(3),
  );
  expect(ended.map(({ code, errors }) => `${code}${errors}`)).toEqual(ended.map(() => '0'));
});

test.each<[string, number]>([
  ['1', 1],
  ['second', 2],
  // An ID goes before a name, as with qemu-img.
  ['2', 2],
  ['snapshot.name=2', 1],
  ['snapshot.id=2', 2],
  ['snapshot.id=1,snapshot.name=2', 1],
])('the snapshot -l %s of an image is copied', async (choice, byte) => {
  const [before, copy] = [readFileSync(disk), file('copy.raw')];
  const [ended] = await image(['convert', '-l', choice, '-O', 'raw', disk, copy]);
  expect(ended).toMatchObject({ code: 0, errors: '' });
  expect(readFileSync(copy).equals(readFileSync(file(`${byte}.raw`)))).toBe(true);
  expect(readFileSync(disk).equals(before)).toBe(true);
});

test.each<[string, string[], string]>([
  ['no such snapshot', ['-l', 'third', disk], "has no snapshot 'third'"],
  ['none of both', ['-l', 'snapshot.id=1,snapshot.name=second', disk], "with the ID '1' and with the name 'second'"],
  ['another property', ['-l', 'snapshot.date=1', disk], '-l snapshot.date=1 is not possible'],
  ['a raw image', ['-l', '1', '-f', 'raw', disk], 'a raw image has no snapshots'],
])('%s is refused', async (_what, args, message) => {
  const [ended] = await image(['convert', ...args, file('none.raw')]);
  expect(ended).toMatchObject({ code: 1, errors: expect.stringContaining(message) });
});

test('a snapshot of an image on another one is copied whole, and measured', async () => {
  const top = file('top.qcow2');
  const [, , , copied, measured] = await image(
    ['create', '-f', 'qcow2', '-b', file('1.raw'), '-F', 'raw', top],
    ['snapshot', '-c', 'empty', top],
    ['convert', '-n', '-f', 'raw', '-O', 'qcow2', file('3.raw'), top],
    ['convert', '-l', 'empty', '-O', 'raw', top, file('copy.raw')],
    ['measure', '-l', 'empty', '-O', 'qcow2', top],
  );
  expect([copied, measured]).toMatchObject([{ code: 0 }, { code: 0, output: expect.stringContaining('required') }]);
  expect(readFileSync(file('copy.raw')).equals(readFileSync(file('1.raw')))).toBe(true);
});

describe.skipIf(missing !== '')(`snapshots of qemu-img${missing}`, () => {
  test.each(['1', '2', 'first', 'snapshot.name=first'])('%s is copied alike', async (choice) => {
    const [path, ours, theirs] = [file('qemu.qcow2'), file('ours.raw'), file('theirs.raw')];
    const qemu = (...args: string[]) => expect(spawnSync('qemu-img', args).status).toBe(0);
    qemu('convert', '-f', 'raw', '-O', 'qcow2', '-c', '-o', 'cluster_size=4k', file('1.raw'), path);
    qemu('snapshot', '-c', 'first', path);
    await image(['convert', '-n', '-f', 'raw', '-O', 'qcow2', file('2.raw'), path]);
    qemu('snapshot', '-c', '1', path);
    qemu('convert', '-l', choice, '-O', 'raw', path, theirs);
    await image(['convert', '-l', choice, '-O', 'raw', path, ours]);
    expect(readFileSync(ours).equals(readFileSync(theirs))).toBe(true);
  });
});
