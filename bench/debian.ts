import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AptClient, unpack } from '../src/node/assets/apt.ts';
import { type AssetFiles, cachedAssets } from '../src/node/assets/cache.ts';
import type { Progress } from '../src/util/progress.ts';

/** The files wanted of packages (path in the package: name in the set), by package. A folder is wanted with all that is in it. */
export type Wanted = Readonly<Record<string, Readonly<Record<string, string>>>>;

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
  return cachedFiles('bench-debian-programs', realPrograms, [], progress);
}

/** `bios.bin` and `vgabios.bin`: what a PC without firmware of its own starts with. Throws if they can't be had. */
export function debianBios(progress: Progress): Promise<AssetFiles> {
  return cachedFiles('bench-debian-bios', biosImages, [], progress);
}

/** Where a package that is wanted as it is stands in a set. */
const packageFile = (name: string) => `packages/${name}.deb`;

/** Files of packages, and packages as they are in the folder `packages`. What was kept before more was wanted is got anew. */
export function cachedFiles(
  set: string,
  wanted: Wanted,
  packages: readonly string[],
  progress: Progress,
): Promise<AssetFiles> {
  const names = [...Object.values(wanted).flatMap((paths) => Object.values(paths)), ...packages.map(packageFile)];
  return cachedAssets(set, (work) => download(wanted, packages, work, progress), names);
}

async function download(
  wanted: Wanted,
  packages: readonly string[],
  work: string,
  progress: Progress,
): Promise<AssetFiles> {
  const apt = await AptClient.create(work);
  // Lists of other archives may fail while those that matter are there: then the download tells.
  await apt.update(progress).catch(() => {});
  const files: Record<string, Uint8Array> = {};
  for (const name of packages) files[packageFile(name)] = await readFile(await apt.download(name, progress));
  for (const [name, paths] of Object.entries(wanted)) {
    const tree = join(work, 'tree', name);
    await mkdir(tree, { recursive: true });
    await unpack(await apt.download(name, progress), patternsOf(Object.keys(paths)), tree);
    for (const [path, file] of Object.entries(paths)) Object.assign(files, await filesAt(join(tree, path), file));
  }
  return files;
}

/** Whole folders, because a library's name is a link to the file with its version; none within another, which tar would not find again. */
function patternsOf(paths: readonly string[]): string[] {
  const folders = [...new Set(paths.map((path) => `./${dirname(path)}/`))];
  const isWithin = (folder: string) => folders.some((other) => other !== folder && folder.startsWith(other));
  return folders.filter((folder) => !isWithin(folder)).map((folder) => `${folder}*`);
}

/** A file under this name, or all files of a folder under names below it. */
async function filesAt(path: string, name: string): Promise<AssetFiles> {
  if (!(await stat(path)).isDirectory()) return { [name]: await readFile(path) };
  const entries = (await readdir(path)).sort().map((entry) => filesAt(join(path, entry), join(name, entry)));
  return Object.assign({}, ...(await Promise.all(entries)));
}
