import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../src/node/process/process.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { openDisk } from '../../../src/storage/open.ts';

/** Programs of the host that make and check images. */
export const imagePrograms = ['qemu-img', 'mke2fs', 'e2fsck', 'debugfs'];

/** Labels of the file systems: what their images are. */
export const labels = ['raw', 'qcow2', 'backed'] as const;
export type Label = (typeof labels)[number];

const MEGABYTES = 48;
/** The backing file of one of them. */
const BASE = 'base.qcow2';

export const imageFile = (folder: string, label: Label): string => join(folder, `${label}.img`);

/** Makes the images, each with an empty file system. */
export async function makeImages(folder: string): Promise<void> {
  for (const label of labels) {
    const raw = join(folder, `${label}.raw`);
    await rm(raw, { force: true });
    await run('mke2fs', ['-q', '-t', 'ext4', '-J', 'size=4', '-L', label, raw, `${MEGABYTES}M`]);
  }
  const [raw, qcow2, backed] = labels.map((label) => imageFile(folder, label));
  await copyFile(join(folder, 'raw.raw'), raw);
  await run('qemu-img', ['convert', '-O', 'qcow2', join(folder, 'qcow2.raw'), qcow2]);
  await run('qemu-img', ['convert', '-O', 'qcow2', join(folder, 'backed.raw'), join(folder, BASE)]);
  const options = ['-o', 'cluster_size=4096', '-b', BASE, '-F', 'qcow2'];
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', ...options, backed]);
}

/** Copies the images to a new folder. */
export async function copyImages(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const label of labels) await copyFile(imageFile(from, label), imageFile(to, label));
  await link(join(from, BASE), join(to, BASE));
}

/**
 * Looks at an image after its writer was killed, and leaves it as it is: tables before and after a repair of our own, the
 * file system, and the checksums of its files.
 * @throws Error that says what is wrong
 */
export async function inspectImage(folder: string, label: Label): Promise<ReadonlyMap<string, string>> {
  const image = imageFile(folder, label);
  const raw = join(folder, 'check.raw');
  if (label === 'raw') await copyFile(image, raw);
  else await repairedCopy(folder, image, raw);
  await run('e2fsck', ['-p', raw]).catch((error: Error) => {
    // 1: mended, as where the journal had something.
    if (!error.message.includes('exit code 1)')) throw error;
  });
  await run('e2fsck', ['-f', '-n', raw]);
  return checksums(folder, raw);
}

async function repairedCopy(folder: string, image: string, raw: string): Promise<void> {
  const copy = join(folder, 'check.qcow2');
  await copyFile(image, copy);
  await run('qemu-img', ['check', '-q', '-f', 'qcow2', copy]).catch((error: Error) => {
    // 3: clusters that nothing uses.
    if (!error.message.includes('exit code 3)')) throw error;
  });
  await (await openDisk(nodeStorage, copy, { format: 'qcow2' })).close();
  await run('qemu-img', ['check', '-q', '-f', 'qcow2', copy]);
  await run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', copy, raw]);
}

async function checksums(folder: string, raw: string): Promise<ReadonlyMap<string, string>> {
  const files = join(folder, 'files');
  await rm(files, { recursive: true, force: true });
  await mkdir(files);
  await run('debugfs', ['-R', `rdump / ${files}`, raw]);
  const names = await readdir(files, { withFileTypes: true });
  const sums = names
    .filter((entry) => entry.isFile())
    .map(async ({ name }) => [name, md5(await readFile(join(files, name)))] as const);
  return new Map(await Promise.all(sums));
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
