import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keep } from '../../../../src/node/files/kept-images.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kept-test-'));
  writeFileSync(join(home, 'source.ts'), 'one');
});
afterEach(() => rmSync(home, { recursive: true }));

const made = { bios: Uint8Array.of(1, 2), videoBios: Uint8Array.of(3) };
const cache = () => join(home, 'cache');

/** The images, and whether they had to be made. */
async function get(folder = cache()): Promise<{ bios: number[]; videoBios: number[]; made: boolean }> {
  let calls = 0;
  const make = async () => {
    calls++;
    return made;
  };
  const { bios, videoBios } = await keep('images', [pathToFileURL(home)], make, folder);
  return { bios: [...bios], videoBios: [...videoBios], made: calls > 0 };
}

const images = { bios: [1, 2], videoBios: [3] };

test('images are made once', async () => {
  expect(await get()).toEqual({ ...images, made: true });
  expect(await get()).toEqual({ ...images, made: false });
  expect(readdirSync(cache())).toEqual([expect.stringMatching(/^images-[0-9a-f]{64}$/)]);
});

test.each<[string, () => void]>([
  ['a source has changed', () => writeFileSync(join(home, 'source.ts'), 'two')],
  ['there is one more source', () => writeFileSync(join(home, 'other.ts'), '')],
  ['what is kept is truncated', () => writeFileSync(keptFile(), readFileSync(keptFile()).subarray(0, 40))],
  ['what is kept has changed', () => writeFileSync(keptFile(), changedByte(readFileSync(keptFile())))],
])('images are made again when %s', async (_, change) => {
  await get();
  change();
  expect(await get()).toEqual({ ...images, made: true });
  expect(await get()).toEqual({ ...images, made: false });
});

const keptFile = () => join(cache(), readdirSync(cache())[0]!);

/** The second byte of the BIOS is another one. */
function changedByte(bytes: Buffer): Buffer {
  bytes[bytes.indexOf(Buffer.of(1, 2)) + 1] = 9;
  return bytes;
}

test('a folder that cannot be made only costs time', async () => {
  const file = join(home, 'source.ts');
  expect(await get(file)).toEqual({ ...images, made: true });
});
