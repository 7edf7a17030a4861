import fc from 'fast-check';
import type { BlockDisk } from '../../../../src/storage/blocks/disk.ts';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { StorageError } from '../../../../src/storage/store.ts';
import { CountedStore } from '../counted-store.ts';
import { contents } from '../memory-host.ts';
import { type Kind, reseal } from './images.ts';

const SIZE = 3 * (1 << 20) + 512;
/** Bytes of a disk that are used. */
const USED = 4 << 20;

/** An image with a bit of everything. */
async function sample(kind: Kind): Promise<Uint8Array> {
  const store = new MemoryStore('image');
  const disk = await kind.create(store, SIZE);
  await disk.write(1_000_000, new Uint8Array(100_000).fill(1));
  await disk.write(3 << 20, new Uint8Array(512).fill(2));
  await disk.flush();
  return contents(store);
}

async function use(kind: Kind, bytes: Uint8Array): Promise<void> {
  const reader = (await kind.open(new CountedStore('image', bytes, true))) as BlockDisk;
  if (reader.size < 2 ** 32) await reader.check();
  await reader.close();
  const disk = await kind.open(new CountedStore('image', bytes));
  const length = Math.min(disk.size, USED);
  await disk.read(0, new Uint8Array(length));
  await disk.write(Math.floor(length / 3), new Uint8Array(Math.floor(length / 4)).fill(3));
  await disk.zero(0, Math.floor(length / 2));
  await disk.close();
}

const word = fc.oneof(
  fc.constantFrom(0, 1, 0x200, 0x400, 0xffffffff, 0xfffffffe, 0x80000000, 0x40000000, 0x7fffffff, 0x100000),
  fc.integer({ min: 0, max: 0xffffffff }),
);
const mutation = fc.tuple(fc.nat(), word);
const mutations = fc.tuple(fc.array(mutation, { minLength: 1, maxLength: 4 }), fc.boolean());

/** Changes words that mean something; what is found other than clear errors. */
export async function fuzzImages(kind: Kind, runs: number, seed: number): Promise<string[]> {
  const image = await sample(kind);
  const view = new DataView(image.buffer);
  const meaning = Array.from({ length: image.length >>> 2 }, (_, n) => n * 4).filter(
    (at) => ![0, 0x01010101, 0x02020202].includes(view.getUint32(at)),
  );
  const problems: string[] = [];
  for (const [run, [list, isSealed]] of fc.sample(mutations, { numRuns: runs, seed }).entries()) {
    const bytes = image.slice();
    const changed = new DataView(bytes.buffer);
    for (const [n, value] of list) changed.setUint32(meaning[n % meaning.length]!, value, run % 2 === 0);
    if (isSealed) reseal(kind, bytes);
    const places = list.map(([n, value]) => [meaning[n % meaning.length], value]);
    await use(kind, bytes).catch((error: Error) => {
      if (!(error instanceof StorageError)) problems.push(`${JSON.stringify(places)}, ${isSealed}: ${error.stack}`);
    });
  }
  return problems;
}
