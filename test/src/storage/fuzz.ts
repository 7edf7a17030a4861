import fc from 'fast-check';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { checkQcow2 } from '../../../src/storage/qcow2/check.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';
import { StorageError } from '../../../src/storage/store.ts';
import { contents, MemoryHost } from './memory-host.ts';

const SIZE = 16384;

/** An image with a bit of everything. */
async function sample(): Promise<Uint8Array> {
  const store = new MemoryStore('image');
  const disk = await createQcow2(store, { size: SIZE, clusterSize: 512 }, new MemoryHost().decompressor);
  await disk.write(300, new Uint8Array(5000).fill(1));
  await disk.zero(1024, 512);
  await disk.flush();
  return contents(store);
}

const word = fc.oneof(
  fc.constantFrom(0, 1, 0x200, 0x400, 0xffffffff, 0x80000000, 0x40000000, 0x7fffffff),
  fc.integer({ min: 0, max: 0xffffffff }),
);

/** Where words are changed: mostly in the header and in the first clusters, where the tables are. */
const mutation = fc.tuple(fc.oneof(fc.nat(28), fc.nat(1024)), word);

/** A StorageError is what a broken image should give; the message of anything else. */
async function unexpected(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof StorageError)) return `${(error as Error).stack}`;
  }
  return undefined;
}

async function use(bytes: Uint8Array): Promise<void> {
  const host = new MemoryHost();
  host.files.set('image', bytes);
  const disk = await openDisk(host, 'image');
  const length = Math.min(disk.size, SIZE);
  await disk.read(0, new Uint8Array(length));
  await disk.write(Math.floor(length / 3), new Uint8Array(Math.floor(length / 4)).fill(2));
  await disk.zero(0, Math.floor(length / 2));
  await disk.close();
}

/** Changes words of an image and uses it; returns what went wrong other than by a clear error. */
export async function fuzzQcow2(runs: number, seed: number): Promise<string[]> {
  const image = await sample();
  const problems: string[] = [];
  for (const mutations of fc.sample(fc.array(mutation, { minLength: 1, maxLength: 4 }), { numRuns: runs, seed })) {
    const bytes = image.slice();
    const view = new DataView(bytes.buffer);
    for (const [index, value] of mutations) view.setUint32((index * 4) % (bytes.length - 4), value);
    const checked = await unexpected(() => checkQcow2(new MemoryStore('image', bytes, true)));
    const problem = checked ?? (await unexpected(() => use(bytes)));
    if (problem !== undefined) problems.push(`${JSON.stringify(mutations)}: ${problem}`);
  }
  return problems;
}
