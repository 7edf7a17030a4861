import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../../util/progress.ts';
import { AptClient, unpack } from './apt.ts';
import { cachedAssets } from './cache.ts';

/** Some files of one of Debian's packages. */
export interface Packaged<Name extends string> {
  readonly package: string;
  /** Where the package has them, from the root of the system on, without a slash in front. */
  readonly folder: string;
  /** Their names there. */
  readonly files: Readonly<Record<Name, string>>;
}

/**
 * The files, unmodified: the host's copies if the package is installed, else from the cache or through the host's apt
 * client. Throws if that cannot be run, reaches no server or finds no package.
 */
export async function packagedFiles<Name extends string>(
  wanted: Packaged<Name>,
  progress: Progress = () => {},
): Promise<Readonly<Record<Name, Uint8Array>>> {
  return (await readFiles('/', wanted).catch(() => null)) ?? (await downloaded(wanted, progress));
}

async function readFiles<Name extends string>(
  root: string,
  { folder, files }: Packaged<Name>,
): Promise<Record<Name, Uint8Array>> {
  const read: [string, Uint8Array][] = [];
  for (const [name, file] of Object.entries<string>(files))
    read.push([name, new Uint8Array(await readFile(join(root, folder, file)))]);
  return Object.fromEntries(read) as Record<Name, Uint8Array>;
}

async function downloaded<Name extends string>(
  wanted: Packaged<Name>,
  progress: Progress,
): Promise<Readonly<Record<Name, Uint8Array>>> {
  const kept = await cachedAssets(
    wanted.package,
    async (work) => {
      const apt = await AptClient.create(work);
      await apt.update(progress);
      const tree = join(work, 'files');
      const members = Object.values<string>(wanted.files).map((file) => `./${wanted.folder}/${file}`);
      await unpack(await apt.download(wanted.package, progress), members, tree);
      return await readFiles(tree, wanted);
    },
    Object.keys(wanted.files),
  );
  return kept as Readonly<Record<Name, Uint8Array>>;
}
