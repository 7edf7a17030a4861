import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeStorage, openFile } from '../src/node/storage.ts';
import { createQcow2 } from '../src/storage/qcow2/create.ts';

/** Bytes of a disk; programs/disk.h knows it. */
const SIZE = 64 << 20;

/** A disk image of the guest's: sda, sdb at IDE, vda at virtio. */
export interface DiskImage {
  readonly path: string;
  readonly format: 'raw' | 'qcow2';
  readonly interface: 'ide' | 'virtio';
}

/** The disks by the guest's names, and what tells them apart in names of programs. */
export const diskNames: Readonly<Record<string, string>> = { sda: 'raw', sdb: 'qcow2', vda: 'virtio' };

/** Writes images with the same bytes into a folder: raw and qcow2 for sda and sdb, and raw for vda. */
export async function makeDisks(folder: string): Promise<readonly DiskImage[]> {
  const bytes = diskBytes();
  const raw = join(folder, 'disk.raw');
  const virtio = join(folder, 'disk.virtio');
  for (const path of [raw, virtio]) await writeFile(path, bytes);
  const qcow2 = join(folder, 'disk.qcow2');
  const disk = await createQcow2(await openFile(qcow2, 'write', 'new'), { size: SIZE }, nodeStorage.decompressor);
  await disk.write(0, bytes);
  await disk.close();
  return [
    { path: raw, format: 'raw', interface: 'ide' },
    { path: qcow2, format: 'qcow2', interface: 'ide' },
    { path: virtio, format: 'raw', interface: 'virtio' },
  ];
}

/** Words as next_random (programs/bench.h) gives them from 1 on, in the first half. */
export function diskBytes(): Uint8Array {
  const words = new Uint32Array(SIZE / 4);
  let x = 1;
  for (let n = 0; n < words.length / 2; n++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[n] = x;
  }
  return new Uint8Array(words.buffer);
}

/** Copies for one engine, which writes to them. */
export async function copyDisks(images: readonly DiskImage[], engine: string): Promise<readonly DiskImage[]> {
  const copies = images.map((image) => ({ ...image, path: `${image.path}.${engine}` }));
  for (const [n, { path }] of copies.entries()) await copyFile(images[n]!.path, path);
  return copies;
}
