import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AptClient, unpack } from '../src/node/assets/apt.ts';
import { type AssetFiles, cachedAssets } from '../src/node/assets/cache.ts';
import type { Progress } from '../src/node/assets/progress.ts';

/** Files of packages (path in the package: name in the set), by package. */
type Wanted = Readonly<Record<string, Readonly<Record<string, string>>>>;

const libraries = 'lib/i386-linux-gnu';

const realPrograms: Wanted = {
  gzip: { 'bin/gzip': 'gzip' },
  'xz-utils': { 'usr/bin/xz': 'xz' },
  'perl-base': { 'usr/bin/perl': 'perl' },
  'lua5.4': { 'usr/bin/lua5.4': 'lua' },
  libc6: {
    [`${libraries}/ld-linux.so.2`]: 'ld-linux.so.2',
    [`${libraries}/libc.so.6`]: 'libc.so.6',
    [`${libraries}/libm.so.6`]: 'libm.so.6',
  },
  liblzma5: { [`${libraries}/liblzma.so.5`]: 'liblzma.so.5' },
  libcrypt1: { [`${libraries}/libcrypt.so.1`]: 'libcrypt.so.1' },
  libreadline8: { [`${libraries}/libreadline.so.8`]: 'libreadline.so.8' },
  libtinfo6: { [`${libraries}/libtinfo.so.6`]: 'libtinfo.so.6' },
};

const biosImages: Wanted = {
  seabios: { 'usr/share/seabios/bios.bin': 'bios.bin' },
  vgabios: { 'usr/share/vgabios/vgabios.bin': 'vgabios.bin' },
};

/** Programs for i386 with the libraries they need, for one folder. Throws if they can't be had. */
export function debianPrograms(progress: Progress): Promise<AssetFiles> {
  return cachedAssets('bench-debian-programs', (work) => download(realPrograms, work, progress));
}

/** `bios.bin` and `vgabios.bin`: what a PC without firmware of its own starts with. Throws if they can't be had. */
export function debianBios(progress: Progress): Promise<AssetFiles> {
  return cachedAssets('bench-debian-bios', (work) => download(biosImages, work, progress));
}

async function download(wanted: Wanted, work: string, progress: Progress): Promise<AssetFiles> {
  const apt = await AptClient.create(work);
  // Lists of other archives may fail while those that matter are there: then the download tells.
  await apt.update(progress).catch(() => {});
  const files: Record<string, Uint8Array> = {};
  for (const [name, paths] of Object.entries(wanted)) {
    const tree = join(work, 'tree', name);
    await mkdir(tree, { recursive: true });
    // Whole folders, because a library's name is a link to the file with its version.
    const folders = new Set(Object.keys(paths).map((path) => `./${dirname(path)}/*`));
    await unpack(await apt.download(name, progress), [...folders], tree);
    for (const [path, file] of Object.entries(paths)) files[file] = await readFile(join(tree, path));
  }
  return files;
}
