import { expect, test } from 'vitest';
import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import { openDisk } from '../../../../src/storage/open.ts';
import { createVmdk } from '../../../../src/storage/vmdk/image.ts';
import { contents, MemoryHost } from '../memory-host.ts';

const PART = 2 << 20;

/** The descriptor of a disk in two files with grains (VMware's "Virtual Disk Format", 5.0, "The Descriptor File"). */
const descriptorOf = (name: string, parent = ''): Uint8Array =>
  new TextEncoder().encode(
    [
      '# Disk DescriptorFile',
      'version=1',
      'CID=4db71ecd',
      ...(parent === '' ? ['parentCID=ffffffff'] : ['parentCID=4db71ecd', `parentFileNameHint="${parent}"`]),
      'createType="twoGbMaxExtentSparse"',
      ...[1, 2].map((n) => `RW ${PART / 512} SPARSE "${name}-s00${n}.vmdk"`),
      '',
    ].join('\n'),
  );

/** Adds a disk in two files to a host; `places` are those of 1,024 bytes of ones in each file. */
async function addSplit(host: MemoryHost, name: string, places: readonly number[] = [], parent = ''): Promise<void> {
  host.files.set(`${name}.vmdk`, descriptorOf(name, parent));
  for (const n of [1, 2]) {
    const store = new MemoryStore('new');
    const disk = await createVmdk(store, PART, host.decompressor);
    if (places.length > 0) await disk.write(places[n - 1]!, new Uint8Array(1024).fill(1));
    await disk.flush();
    host.files.set(`${name}-s00${n}.vmdk`, await contents(store));
  }
}

test('a disk in two files that stands on another one in two files has what that one has', async () => {
  const host = new MemoryHost();
  await addSplit(host, 'base', [PART - 1024, 0]);
  await addSplit(host, 'above', [], 'base.vmdk');
  const above = await openDisk(host, 'above.vmdk');
  await above.write(PART, new Uint8Array(512).fill(2));
  const bytes = new Uint8Array(4096);
  await above.read(PART - 2048, bytes);
  expect(bytes).toEqual(new Uint8Array(4096).fill(1, 1024, 3072).fill(2, 2048, 2560));
  await above.close();
});

test('a part that is missing is named with the image that it belongs to', async () => {
  const host = new MemoryHost();
  await addSplit(host, 'base');
  host.files.delete('base-s002.vmdk');
  await expect(openDisk(host, 'base.vmdk')).rejects.toThrow(
    'base.vmdk: its part cannot be opened, which must be beside it: base-s002.vmdk: is not there',
  );
});
