import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { Machine } from '../../../src/index.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { VERSION } from '../../../src/snapshot/layout.ts';
import { readSnapshot } from '../../../src/snapshot/read.ts';
import { everyDevice } from './versions/machine.ts';

const folder = join(import.meta.dirname, 'versions');
const files = readdirSync(folder).filter((name) => name.endsWith('.snapshot'));

test('there is a file of this version', () => {
  expect(files).toContain(`${VERSION}.snapshot`);
});

test.each(files)('a machine goes on from %s (if not, see docs/snapshots.md, Versions)', async (name) => {
  await using machine = await Machine.restore(await readFile(join(folder, name)));
  await machine.start();
  machine.serial.write(' 1\r');
  expect((await machine.serial.expect(/with (\d+) primes/))[1]).toBe('23000');
});

/** The names of components in a snapshot. */
async function componentsOf(file: Uint8Array): Promise<string[]> {
  const saved = await readSnapshot('a file', file, nodeStorage.decompressor);
  return Object.keys((saved as { readonly components: Record<string, Saved> }).components).sort();
}

test('the file of this version has all devices that there are now', async () => {
  await using machine = await Machine.create(everyDevice);
  const file = await readFile(join(folder, `${VERSION}.snapshot`));
  expect(await componentsOf(file)).toEqual(await componentsOf(await machine.snapshot()));
});
