import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unpack } from '../../../src/node/assets/apt.ts';
import { type AssetFiles, cachedAssets } from '../../../src/node/assets/cache.ts';
import { debianClient } from '../../../src/node/assets/debian-client.ts';
import { run } from '../../../src/node/process/process.ts';
import { inFolder } from './media.ts';

/** Paths of files in packages for i386, by package. */
type Wanted = Readonly<Record<string, readonly string[]>>;

const rescue = 'usr/lib/grub-rescue';
const modules = 'usr/lib/syslinux/modules/bios';
const installer = 'usr/lib/debian-installer/images/12/i386/text/debian-installer/i386';

const sets = {
  grub: { 'grub-rescue-pc': [`${rescue}/grub-rescue-cdrom.iso`, `${rescue}/grub-rescue-floppy.img`] },
  syslinux: {
    isolinux: ['usr/lib/ISOLINUX/isolinux.bin'],
    'syslinux-common': [
      ...['ldlinux', 'libcom32', 'libutil', 'menu', 'meminfo'].map((name) => `${modules}/${name}.c32`),
      'usr/lib/syslinux/mbr/mbr.bin',
    ],
  },
  ipxe: { ipxe: ['boot/ipxe.lkrn'] },
  memtest: { 'memtest86+': ['boot/memtest86+ia32.bin'] },
  installer: { 'debian-installer-12-netboot-i386': [`${installer}/linux`, `${installer}/initrd.gz`] },
} satisfies Record<string, Wanted>;

/** The files of a set by their names without folders, from the cache or through the host's apt client. */
export function packageFiles(set: keyof typeof sets): Promise<AssetFiles> {
  return cachedAssets(`guest-${set}`, (work) => download(work, sets[set]));
}

async function download(work: string, wanted: Wanted): Promise<AssetFiles> {
  const { apt } = await debianClient(work, () => {});
  const files: Record<string, Uint8Array> = {};
  for (const [name, paths] of Object.entries(wanted)) {
    const tree = join(work, 'tree', name);
    await mkdir(tree, { recursive: true });
    const patterns = paths.map((path) => `./${path}`);
    await unpack(await apt.download(name, () => {}), patterns, tree);
    for (const path of paths) files[basename(path)] = await readFile(join(tree, path));
  }
  return files;
}

/** Debian's kernel, and packages with all that they depend on: the packages' files by their names. */
export function systemPackages(names: readonly string[]): Promise<AssetFiles> {
  return cachedAssets('guest-system', async (work) => {
    const { apt, kernelPackage } = await debianClient(work, () => {});
    return readAll([...(await apt.downloadAll(names, () => {})), await apt.download(kernelPackage, () => {})]);
  });
}

/** Packages with all that they depend on, kept as `set`: the packages' files by their names. */
export function programPackages(set: string, names: readonly string[]): Promise<AssetFiles> {
  return cachedAssets(`guest-${set}`, async (work) => {
    const { apt } = await debianClient(work, () => {});
    return readAll(await apt.downloadAll(names, () => {}));
  });
}

/** Files by their names without folders. */
async function readAll(paths: readonly string[]): Promise<AssetFiles> {
  const read = async (path: string) => [basename(path), await readFile(path)] as const;
  return Object.fromEntries(await Promise.all(paths.map(read)));
}

/** Options of tar that leave out what no program needs. */
const unneeded = ['doc', 'man', 'locale', 'info', 'lintian', 'perl', 'perl5'].map(
  (name) => `--exclude=./usr/share/${name}`,
);

/** Unpacks a package's file below a folder. `options`: of tar. */
export async function unpackPackage(file: string, into: string, options: readonly string[] = unneeded): Promise<void> {
  await mkdir(into, { recursive: true });
  await run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$0" | tar -x "$@"', file, '-C', into, ...options]);
}

/** Unpacks packages below a folder. */
export async function unpackPackages(packages: AssetFiles, into: string): Promise<void> {
  await inFolder(async (folder) => {
    for (const [name, bytes] of Object.entries(packages)) {
      await writeFile(join(folder, name), bytes);
      await unpackPackage(join(folder, name), into);
    }
  });
}

/** The result of `get`, or the reason why it can't be had here. Where tests must be complete that is a failure. */
export async function orReason<Value>(get: () => Promise<Value>): Promise<Value | string> {
  try {
    return await get();
  } catch (error) {
    if (process.env.CI) throw error;
    return (error as Error).message;
  }
}
