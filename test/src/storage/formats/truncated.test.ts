import { expect, test } from 'vitest';
import type { BlockDisk } from '../../../../src/storage/blocks/disk.ts';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { contents } from '../memory-host.ts';
import { kinds } from './images.ts';

const SIZE = 32 << 20;
/** Places of two blocks, whatever size they have: 32 MB at most. */
const [FIRST, SECOND] = [0, 20 << 20];

test.each(kinds)('a $name image that ends before its last block is not taken for one with zeros', async (kind) => {
  const store = new MemoryStore('image');
  const disk = await kind.create(store, SIZE);
  await disk.write(FIRST, new Uint8Array(4096).fill(1));
  await disk.flush();
  const { size } = store;
  await disk.write(SECOND, new Uint8Array(4096).fill(2));
  await disk.flush();
  // A footer stood where the second block begins.
  const cut = new MemoryStore('image', (await contents(store)).slice(0, size - 512), true);
  const opened = (await kind.open(cut)) as BlockDisk;
  const bytes = new Uint8Array(512);
  await opened.read(FIRST, bytes);
  expect(bytes.every((byte) => byte === 1)).toBe(true);
  await expect(opened.read(SECOND, bytes)).rejects.toThrow(
    /image: says that (block|grain) \d+ is at byte \d+ of its \d+/,
  );
  expect((await opened.check()).errors).toHaveLength(1);
});
