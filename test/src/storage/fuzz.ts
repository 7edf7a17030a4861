import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { checkQcow2 } from '../../../src/storage/qcow2/check.ts';
import { createQcow2, type NewQcow2 } from '../../../src/storage/qcow2/create.ts';
import { RawDisk } from '../../../src/storage/raw.ts';
import { type ByteStore, StorageError } from '../../../src/storage/store.ts';
import { CountedStore } from './counted-store.ts';
import { contents, MemoryHost } from './memory-host.ts';

const SIZE = 16384;

const base = new Uint8Array(SIZE / 2).fill(5);
const backing = { file: 'base', format: 'raw', disk: new RawDisk(new MemoryStore('base', base, true)) };
const shapes: readonly NewQcow2[] = [
  { size: SIZE, clusterSize: 512 },
  { size: SIZE, clusterSize: 512, version: 2 },
  { size: SIZE, clusterSize: 512, backing },
  { size: SIZE, clusterSize: 4096, refcountBits: 1 },
];

/** An image with a bit of everything. */
async function sample(shape: NewQcow2): Promise<Uint8Array> {
  const { clusterSize = 512 } = shape;
  const store = new MemoryStore('image');
  const disk = await createQcow2(store, shape, new MemoryHost().decompressor);
  await disk.write(300, new Uint8Array(5000).fill(1));
  await disk.zero(1024, 512);
  const packed = deflateRawSync(new Uint8Array(clusterSize).fill(3), { windowBits: 12 });
  for (let cluster = 1; cluster < 4; cluster++) await disk.writeCompressed(cluster * clusterSize, packed);
  await disk.flush();
  return contents(store);
}

class CountedHost extends MemoryHost {
  override async open(name: string, access: 'read' | 'write'): Promise<ByteStore> {
    const bytes = this.files.get(name);
    return bytes ? new CountedStore(name, bytes, access === 'read') : super.open(name, access);
  }
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
  const host = new CountedHost();
  host.files.set('image', bytes);
  host.files.set('base', base);
  const disk = await openDisk(host, 'image');
  const length = Math.min(disk.size, SIZE);
  await disk.read(0, new Uint8Array(length));
  await disk.write(Math.floor(length / 3), new Uint8Array(Math.floor(length / 4)).fill(2));
  await disk.zero(0, Math.floor(length / 2));
  await disk.close();
}

/** The failures of mutated images other than clear errors, and the most memory that buffers took, in bytes. */
export interface FuzzResult {
  readonly problems: readonly string[];
  readonly memory: number;
}

/** Changes words of images, checks and uses them. */
export async function fuzzQcow2(runs: number, seed: number): Promise<FuzzResult> {
  const images = await Promise.all(shapes.map(sample));
  const problems: string[] = [];
  let memory = 0;
  const lists = fc.sample(fc.array(mutation, { minLength: 1, maxLength: 4 }), { numRuns: runs, seed });
  for (const [run, mutations] of lists.entries()) {
    const bytes = images[run % images.length].slice();
    const view = new DataView(bytes.buffer);
    for (const [index, value] of mutations) view.setUint32((index * 4) % (bytes.length - 4), value);
    const checked = await unexpected(() => checkQcow2(new CountedStore('image', bytes, true)));
    const problem = checked ?? (await unexpected(() => use(bytes)));
    if (problem !== undefined) problems.push(`${run % images.length}, ${JSON.stringify(mutations)}: ${problem}`);
    memory = Math.max(memory, process.memoryUsage().arrayBuffers);
  }
  return { problems, memory };
}
