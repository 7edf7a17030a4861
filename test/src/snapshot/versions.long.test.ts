import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { Machine } from '../../../src/index.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { readSnapshot } from '../../../src/snapshot/read.ts';
import { machines } from './versions/machines.ts';

const folder = join(import.meta.dirname, 'versions');
const files = readdirSync(folder).filter((name) => name.endsWith('.snapshot'));

test.each(Object.keys(machines))('there is a file of this version: %s', (name) => {
  expect(files).toContain(name);
});

const withShares = Object.entries(machines).flatMap(([name, { shares }]) => (shares ? [name] : []));

test.each(withShares)('%s has what was in folders in memory', async (name) => {
  await using machine = await Machine.restore(await readFile(join(folder, name)));
  expect(new TextDecoder().decode(await machine.shares.get('shared')!.readFile('a/b'))).toBe('text');
});

test.each(files)('a machine goes on from %s (if not, see docs/internals/snapshot-format.md)', async (name) => {
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

test.each(Object.entries(machines))(
  '%s has all devices that there are now (if not: npx node test/src/snapshot/versions/make.ts)',
  async (name, options) => {
    await using machine = await Machine.create(options);
    const file = await readFile(join(folder, name));
    expect(await componentsOf(file)).toEqual(await componentsOf(await machine.snapshot()));
  },
);
