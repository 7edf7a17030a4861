import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawironEach } from '../support/command-line.ts';

const missing = spawnSync('qemu-img', ['--version']).error ? ': qemu-img is missing (npm run install-oracles)' : '';
const folder = mkdtempSync(join(tmpdir(), 'image-parts-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);
const image = (...lists: string[][]) => rawironEach(lists.map((args) => ['image', ...args]));

const pattern = (length: number, seed: number) =>
  Buffer.from(Uint8Array.from({ length }, (_, n) => n * seed + (n >> 8)));
const [short, holes, packed] = [file('short'), file('holes'), file('packed')];

beforeAll(async () => {
  writeFileSync(short, pattern(70_000, 3));
  writeFileSync(holes, pattern(5000, 7));
  truncateSync(holes, 3 << 20);
  const [ended] = await image(['convert', '-c', '-f', 'raw', '-O', 'qcow2', short, packed]);
  expect(ended).toMatchObject({ code: 0, errors: '' });
});

/** The bytes of an image with its last sector. */
const whole = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);

test('several images are joined, one after the other', async () => {
  const [plain, other] = await image(
    ['convert', short, holes, packed, short, file('joined')],
    ['convert', '-c', '-O', 'qcow2', packed, holes, file('joined.qcow2')],
  );
  expect([plain, other]).toMatchObject([{ code: 0, errors: '' }, { code: 0 }]);
  const [first, second] = [whole(readFileSync(short)), readFileSync(holes)];
  expect(readFileSync(file('joined')).equals(Buffer.concat([first, second, first, first]))).toBe(true);
  await image(['convert', file('joined.qcow2'), file('joined')]);
  expect(readFileSync(file('joined')).equals(Buffer.concat([first, second]))).toBe(true);
});

test('blocks of an image are copied', async () => {
  const ended = await image(
    ['dd', `if=${packed}`, `of=${file('middle')}`, 'bs=1k', 'skip=3', 'count=5'],
    ['dd', '-f', 'qcow2', '-O', 'qcow2', `if=${packed}`, `of=${file('end')}`, 'skip=100'],
    ['convert', file('end'), file('end.raw')],
    ['dd', `if=${holes}`, `of=${file('none')}`, 'bs=1G', 'skip=1'],
  );
  expect(ended.map(({ code, errors }) => `${code} ${errors}`)).toEqual(ended.map(() => '0 '));
  const bytes = whole(readFileSync(short));
  expect(readFileSync(file('middle')).equals(bytes.subarray(3072, 8192))).toBe(true);
  expect(readFileSync(file('end.raw')).equals(bytes.subarray(51_200))).toBe(true);
  expect(readFileSync(file('none'))).toHaveLength(0);
});

test.each<[string, string[], string]>([
  ['a snapshot of several', ['convert', '-l', '1', packed, packed, file('new')], 'No support for concatenating'],
  [
    'a backing file for several',
    ['convert', '-O', 'qcow2', '-B', short, '-F', 'raw', short, short, file('new')],
    'Having a backing file for the target makes no sense',
  ],
  ['a missing source', ['convert', short, file('missing'), file('new')], 'no such file'],
  ['no output', ['dd', `if=${short}`], 'Must specify both input and output files'],
  ['another operand', ['dd', `if=${short}`, `of=${file('new')}`, 'seek=1'], 'unrecognized operand seek=1'],
  ['no block', ['dd', `if=${short}`, `of=${file('new')}`, 'bs=0'], 'bs=0 is not possible'],
])('%s is refused, and nothing is written', async (_what, args, message) => {
  const [ended] = await image(args);
  expect(ended).toMatchObject({ code: 1, output: '', errors: expect.stringContaining(message) });
  expect(existsSync(file('new'))).toBe(false);
});

describe.skipIf(missing !== '')(`copies of qemu-img are the same${missing}`, () => {
  test.each([
    ['convert -f raw -O raw {short} {holes} {short} {to}'],
    ['dd if={packed} of={to} bs=1000 skip=7'],
    ['dd -O raw if={holes} of={to} bs=4k count=3'],
    ['dd if={packed} of={to} count=0'],
    ['dd if={packed} of={to} bs=300 count=7'],
  ])('%s', async (line) => {
    const args = (to: string) =>
      line.split(' ').map((word) => word.replace(/\{(\w+)\}/, (_, name: string) => (name === 'to' ? to : file(name))));
    expect(spawnSync('qemu-img', args(file('theirs'))).status).toBe(0);
    expect(await image(args(file('ours')))).toMatchObject([{ code: 0, errors: '' }]);
    expect(readFileSync(file('ours')).equals(readFileSync(file('theirs')))).toBe(true);
  });
});
