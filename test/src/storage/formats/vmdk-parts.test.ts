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

/** A host that counts how often its files are opened. */
class CountingHost extends MemoryHost {
  readonly opened = new Map<string, number>();

  override async open(name: string, access: 'read' | 'write') {
    this.opened.set(name, (this.opened.get(name) ?? 0) + 1);
    return await super.open(name, access);
  }
}

const described = (...lines: readonly string[]): Uint8Array =>
  new TextEncoder().encode(['# Disk DescriptorFile', 'CID=4db71ecd', 'parentCID=ffffffff', ...lines, ''].join('\n'));

test('a file that has thousands of parts is opened once', async () => {
  const host = new CountingHost();
  await addSplit(host, 'base', [0, 0]);
  host.files.set('many.vmdk', described(...new Array(4096).fill(`RW ${PART / 512} SPARSE "base-s001.vmdk"`)));
  const disk = await openDisk(host, 'many.vmdk', { access: 'read' });
  expect([...host.opened]).toEqual([
    ['many.vmdk', 1],
    ['base-s001.vmdk', 1],
  ]);
  const bytes = new Uint8Array(2048);
  await disk.read(4095 * PART, bytes);
  expect(bytes).toEqual(new Uint8Array(2048).fill(1, 0, 1024));
  expect(await disk.zeroRun(4095 * PART + 65_536, PART)).toBe(PART - 65_536);
  await disk.close();
});

test('parts of one file without grains have their own places in it, and can be written', async () => {
  const host = new CountingHost();
  host.files.set('flat', new Uint8Array(4096));
  host.files.set('image.vmdk', described('RW 4 FLAT "flat" 4', 'RW 4 FLAT "flat" 0'));
  const disk = await openDisk(host, 'image.vmdk');
  await disk.write(1024, new Uint8Array(2048).fill(3));
  const bytes = new Uint8Array(4096);
  await disk.read(0, bytes);
  expect(bytes).toEqual(new Uint8Array(4096).fill(3, 1024, 3072));
  expect(host.opened.get('flat')).toBe(1);
  host.files.set('short.vmdk', described('RW 4 FLAT "flat" 6'));
  await expect(openDisk(host, 'short.vmdk')).rejects.toThrow(
    'flat: has 4096 bytes of a disk; the descriptor says 5120',
  );
});

test('a file with grains cannot be two parts of an image that stands on another one', async () => {
  const host = new MemoryHost();
  await addSplit(host, 'base');
  const twice = new Array(2).fill(`RW ${PART / 512} SPARSE "base-s001.vmdk"`);
  const text = new TextDecoder().decode(described(...twice));
  const above = text.replace('parentCID=ffffffff', 'parentCID=4db71ecd\nparentFileNameHint="base.vmdk"');
  host.files.set('above.vmdk', new TextEncoder().encode(above));
  await expect(openDisk(host, 'above.vmdk', { access: 'read' })).rejects.toThrow(
    'above.vmdk: names its part "base-s001.vmdk" twice, and stands on another image: not possible',
  );
});
