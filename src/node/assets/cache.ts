import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../files/cache-directory.mjs';

export { cacheDirectory };

/** The files of a set, by name; names may have folders in them. */
export type AssetFiles = Readonly<Record<string, Uint8Array>>;

/** Size in bytes and SHA-256 of every file of a set, by name. */
type Manifest = Readonly<Record<string, { readonly size: number; readonly sha256: string }>>;

const manifestName = 'manifest.json';

/**
 * A set of files that are made once and kept, or those of it that are wanted, which alone are read then (`folder/` wants all files
 * below it). They are read back only if they are as they were when they were made; otherwise `make` makes the set again, in an
 * empty folder that it may use as it likes.
 */
export async function cachedAssets(
  name: string,
  make: (work: string) => Promise<AssetFiles>,
  wanted?: readonly string[],
): Promise<AssetFiles> {
  const directory = join(cacheDirectory(), name);
  const kept = await readVerified(directory, wanted);
  if (kept) return kept;
  return await inWorkFolder(name, async (work) => {
    const files = await make(work);
    await writeSet(`${work}/set`, files);
    await replace(directory, `${work}/set`);
    return files;
  });
}

/** Does something in an empty folder of the cache, which is gone afterwards. One that an earlier process left is removed before. */
export async function inWorkFolder<Result>(name: string, use: (work: string) => Promise<Result>): Promise<Result> {
  const work = unfinishedPath(join(cacheDirectory(), name));
  await removeAbandoned(name);
  await mkdir(work, { recursive: true });
  try {
    return await use(work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The wanted ones of the set's files, or undefined if one is missing or is not what the manifest says. */
async function readVerified(directory: string, wanted?: readonly string[]): Promise<AssetFiles | undefined> {
  try {
    const manifest: Manifest = JSON.parse(await readFile(join(directory, manifestName), 'utf8'));
    const files: Record<string, Uint8Array> = {};
    for (const name of wanted?.flatMap((path) => namesAt(path, manifest)) ?? Object.keys(manifest)) {
      const bytes = await readFile(join(directory, name));
      const expected = manifest[name];
      if (bytes.length !== expected.size || sha256(bytes) !== expected.sha256) return undefined;
      files[name] = bytes;
    }
    return files;
  } catch {
    return undefined;
  }
}

/** The name of a file, or the names of all files below a folder. Throws if the folder has none. */
function namesAt(path: string, manifest: Manifest): string[] {
  if (!path.endsWith('/')) return [path];
  const names = Object.keys(manifest).filter((name) => name.startsWith(path));
  if (names.length === 0) throw new Error(`there is no file in ${path}`);
  return names;
}

async function writeSet(directory: string, files: AssetFiles): Promise<void> {
  await mkdir(directory);
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), bytes);
  }
  const manifest: Manifest = Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [name, { size: bytes.length, sha256: sha256(bytes) }]),
  );
  await writeFile(join(directory, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Puts the new folder in the place of the old one; another process may be doing the same with an equal folder. */
async function replace(directory: string, by: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  try {
    await rename(by, directory);
  } catch (error) {
    if (!(await readVerified(directory))) throw error;
  }
}

/** Removes the work folders of processes that are gone. */
async function removeAbandoned(name: string): Promise<void> {
  const pattern = new RegExp(`^${name}(\\.\\d+){1,2}\\.tmp$`);
  for (const entry of await readdir(cacheDirectory()).catch(() => []))
    if (pattern.test(entry) && !isUnderWay(entry))
      await rm(join(cacheDirectory(), entry), { recursive: true, force: true });
}

/** Whether there is a process of this number. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

let unfinished = 0;

/** Where a file or folder is until it is whole: each time another place. */
export function unfinishedPath(path: string): string {
  return `${path}.${process.pid}.${++unfinished}.tmp`;
}

/** Puts a file in its place as a whole; its folder is made. The cache can be made again, so that nothing waits for the disk. */
export async function writeCached(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = unfinishedPath(path);
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Whether a process that runs is at work on an unfinished file or folder of this name. */
export function isUnderWay(name: string): boolean {
  const pid = /\.(\d+)(?:\.\d+)?\.tmp$/.exec(name)?.[1];
  return pid !== undefined && isRunning(Number(pid));
}

/** Removes what processes have left unfinished in a folder that were killed. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => []))
    if (name.endsWith('.tmp') && !isUnderWay(name)) await rm(join(folder, name), { recursive: true, force: true });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
