import { deflateRawSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { browserStorage } from '../../../src/browser/storage.ts';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';
import { Qcow2Disk } from '../../../src/storage/qcow2/disk.ts';
import { contents, MemoryHost } from './memory-host.ts';
import { everything } from './qcow2/operations.ts';

const CLUSTER = 512;
const SIZE = 4096;
let host: MemoryHost;

/** Takes names as a page does. */
class PageHost extends MemoryHost {
  override resolve(from: string, name: string): string {
    return browserStorage.resolve(from, name);
  }
}

/** An image whose first cluster is written, put into the host; the backing file need not exist. */
async function makeImage(name: string, backing?: string): Promise<Uint8Array> {
  const store = new MemoryStore(name);
  const disk = await createQcow2(store, { size: SIZE, clusterSize: CLUSTER }, host.decompressor);
  await disk.write(0, new Uint8Array(CLUSTER).fill(0x11));
  // What it holds is still to be read then.
  store.close = async () => {};
  await disk.close();
  const bytes = await contents(store);
  if (backing) nameBacking(bytes, backing);
  host.files.set(name, bytes);
  return bytes;
}

function nameBacking(bytes: Uint8Array, backing: string): void {
  const view = new DataView(bytes.buffer);
  view.setBigUint64(8, 112n);
  view.setUint32(16, backing.length);
  bytes.set(new TextEncoder().encode(backing), 112);
}

const l1Of = (bytes: Uint8Array): number => Number(new DataView(bytes.buffer).getBigUint64(40));
const l2Of = (bytes: Uint8Array): number =>
  Number(new DataView(bytes.buffer).getBigUint64(l1Of(bytes)) & 0xfffffffffffen);

beforeEach(() => {
  host = new MemoryHost();
});

test('bytes that make a raw image look like another one, one write after the other, are refused', async () => {
  host.files.set('disk', new Uint8Array(1024));
  const disk = await openDisk(host, 'disk');
  await disk.write(0, Uint8Array.of(0x51, 0x46, 0x49, 0xfb));
  await disk.write(1, Uint8Array.of(0x46, 0x49, 0xfb, 0, 0, 0));
  await expect(disk.write(7, Uint8Array.of(2))).rejects.toThrow(/^disk: .*another format.*format=raw/);
  await disk.write(7, Uint8Array.of(0));
  expect([...(await everything(disk)).subarray(0, 8)]).toEqual([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 0]);
});

describe('chains', () => {
  test('what an image does not have is in its backing file, and zero beyond that', async () => {
    await makeImage('top', 'middle');
    await makeImage('middle', 'file:raw');
    host.files.set('raw', new Uint8Array(1024).fill(0x22));
    const bytes = await everything(await openDisk(host, 'top'));
    expect([bytes[0], bytes[511], bytes[512], bytes[1023], bytes[1024]]).toEqual([0x11, 0x11, 0x22, 0x22, 0]);
  });

  test('a snapshot writes nothing', async () => {
    const before = (await makeImage('top')).slice();
    const disk = await openDisk(host, 'top', { snapshot: true });
    await disk.write(100, new Uint8Array(1000).fill(5));
    expect((await everything(disk))[1099]).toBe(5);
    await disk.close();
    expect(host.files.get('top')).toEqual(before);
  });

  test.each([
    ['itself', { a: 'a' }, /^a: is its own backing file/],
    ['itself by way of another', { a: 'b', b: 'a' }, /^a: is its own backing file/],
    ['what is not there', { a: 'missing' }, /^a: its backing file cannot be found: missing: is not there/],
    ['no file', { a: 'json:{}' }, /^a: its backing file "json:\{\}" is neither a plain file nor on a web server/],
    ['a URL', { a: 'nbd://host' }, /^a: its backing file "nbd:\/\/host" is neither/],
  ])('an image on %s is an error', async (_what, images, message) => {
    for (const [name, backing] of Object.entries(images)) await makeImage(name, backing);
    await expect(openDisk(host, 'a')).rejects.toThrow(message);
  });

  test.each(['OPFS:disk.img', ' opfs:disk.img', 'o\npfs:disk.img', 'file:opfs:disk.img', 'FILE:file:opfs:disk.img'])(
    'an image from anywhere names no disk that a page keeps: %j',
    async (backing) => {
      host = new PageHost();
      for (const name of ['https://server.example/a', 'dropped']) {
        await makeImage(name, backing);
        for (const kept of ['opfs:disk.img', 'file:opfs:disk.img']) host.files.set(kept, new Uint8Array(SIZE));
        await expect(openDisk(host, name)).rejects.toThrow(/^\S+: its backing file/);
      }
    },
  );

  test('a chain without end is an error', async () => {
    for (let index = 0; index < 80; index++) await makeImage(`image${index}`, `image${index + 1}`);
    await expect(openDisk(host, 'image0')).rejects.toThrow('stands below 64 other images');
  });
});

test('compressed clusters are read, and replaced when they are written', async () => {
  const bytes = await makeImage('image');
  const packed = deflateRawSync(new Uint8Array(CLUSTER).fill(0x33));
  const grown = new Uint8Array(bytes.length + CLUSTER);
  grown.set(bytes);
  grown.set(packed, bytes.length);
  const view = new DataView(grown.buffer);
  view.setBigUint64(l2Of(bytes) + 8, (1n << 62n) | BigInt(bytes.length));
  const block = Number(view.getBigUint64(CLUSTER));
  view.setUint16(block + (bytes.length / CLUSTER) * 2, 1);
  host.files.set('image', grown);
  const disk = await openDisk(host, 'image');
  await disk.write(600, Uint8Array.of(9));
  const content = await everything(disk);
  expect([content[512], content[600], content[1023], content[1024]]).toEqual([0x33, 9, 0x33, 0]);
});

/** The change in a hostile or broken image: offset in the file, and 32-bit words. */
type Patch = (bytes: Uint8Array) => readonly [number, ...number[]];

test('an image that was not closed is repaired when it is opened to be written, and is closed then', async () => {
  const bytes = await makeImage('image');
  new DataView(bytes.buffer).setUint32(76, 1);
  const store = new MemoryStore('image', bytes);
  store.close = async () => {};
  const mark = async () => new DataView((await contents(store)).buffer).getUint32(76);
  const disk = await Qcow2Disk.open(store, undefined, host.decompressor);
  expect(await mark()).toBe(0);
  await disk.write(0, new Uint8Array(4096).fill(7));
  expect(await mark()).toBe(1);
  await disk.close();
  expect(await mark()).toBe(0);
});

test('an image that was not closed and is wrong is refused, and stays as it is', async () => {
  const bytes = await makeImage('image');
  const view = new DataView(bytes.buffer);
  view.setUint32(76, 1);
  view.setUint32(l2Of(bytes), 0x80000000);
  view.setUint32(l2Of(bytes) + 4, l1Of(bytes));
  const before = bytes.slice();
  await expect(openDisk(host, 'image')).rejects.toThrow(/^image: was not closed, and is wrong \(/);
  expect(bytes).toEqual(before);
});

describe('an image is refused that', () => {
  test.each<[string, Patch, RegExp]>([
    ['has clusters too small', () => [20, 8], /cluster of 2\^8 bytes/],
    ['has clusters too large', () => [20, 40], /cluster of 2\^40 bytes/],
    ['is of another version', () => [4, 9], /version 9/],
    ['is encrypted', () => [32, 1], /encrypted/],
    ['is absurdly large', () => [24, 0xffffffff, 0], /too large a disk/],
    ['is larger than its L1 table', () => [24, 1, 0], /L1 table is too small/],
    ['has an absurd L1 table', () => [36, 0x7fffffff], /L1 table is too large/],
    ['has an L1 table beyond the end', () => [40, 0, 1 << 20], /L1 table goes beyond the end/],
    ['has an L1 table that is not aligned', () => [40, 0, 513], /L1 table is not aligned/],
    ['has its L1 table in the header', () => [40, 0, 0], /L1 table would be where the header is/],
    ['has no refcount table', () => [48, 0, 0, 1], /no refcount table/],
    ['has an absurd refcount table', () => [56, 0x10000000], /refcount table of 268435456 clusters/],
    ['has a refcount table beyond the end', () => [48, 0, 1 << 20], /refcount table goes beyond the end/],
    ['has absurd counts', () => [96, 7], /reference counts of more than 64 bits/],
    ['has a header too long', () => [100, 1 << 20], /header of 1048576 bytes/],
    ['has a name beyond its first cluster', () => [8, 0, 1000, 500], /name of the backing file is not within/],
    ['has too long a name', () => [8, 0, 112, 5000], /name of 5000 bytes is too long/],
    ['has an extension that is too long', () => [112, 0x12345678, 0xfffffff0], /extension goes beyond/],
    ['has its data elsewhere', () => [72, 0, 4], /external data file/],
    ['has extended entries', () => [72, 0, 16], /extended L2 entries/],
    ['has an unknown feature', () => [72, 0x80000000, 0], /unknown feature of bit 63/],
    ['is corrupt', () => [72, 0, 2], /marked as corrupt/],
    ['has an L2 table over its refcounts', (b) => [l1Of(b), 0x80000000, CLUSTER], /L2 table at offset 0x200 overlaps/],
    ['has an L2 table beyond the end', (b) => [l1Of(b), 0x80000000, 1 << 20], /L2 table at offset 0x100000 is beyond/],
    [
      'has a cluster beyond the end',
      (b) => [l2Of(b), 0x80000000, 1 << 20],
      /data cluster at offset 0x100000 is beyond/,
    ],
    ['has reserved bits in an entry', (b) => [l2Of(b), 0x80000000, 2], /reserved bits/],
    ['has a cluster over metadata', (b) => [l2Of(b), 0x80000000, l1Of(b)], /written over metadata/],
    [
      'has compressed data beyond the end',
      (b) => [l2Of(b), 0x40000000, 1 << 20],
      /compressed cluster at 0x100000 is beyond/,
    ],
    [
      'has compressed data that is none',
      (b) => [l2Of(b), 0x40000000, l2Of(b)],
      /compressed cluster at offset .* cannot be/,
    ],
  ])('%s', async (_what, patch, message) => {
    const bytes = await makeImage('image');
    const [offset, ...words] = patch(bytes);
    const view = new DataView(bytes.buffer);
    for (const [index, word] of words.entries()) view.setUint32(offset + index * 4, word);
    const before = bytes.slice();
    const use = async () => (await openDisk(host, 'image')).write(1, Uint8Array.of(1));
    await expect(use()).rejects.toThrow(message);
    await expect(use()).rejects.toThrow(/^image: /);
    expect(bytes).toEqual(before);
  });
});

test.each([
  ['KDMV', /^image: is a VMDK image of version 538976288; 1 to 3 are known/],
  ['QED\0', /^image: is a QED image, which is not supported; there are raw, qcow2, vdi, vhdx, vmdk, vpc/],
  ['QFI\xfb\0\0\0\x01', /^image: is a qcow \(version 1\) image/],
])('an image that begins with %j is refused', async (magic, message) => {
  host.files.set(
    'image',
    Uint8Array.from([...magic.padEnd(512)], (character) => character.charCodeAt(0)),
  );
  await expect(openDisk(host, 'image')).rejects.toThrow(message);
  expect((await openDisk(host, 'image', { format: 'raw' })).size).toBe(512);
});
