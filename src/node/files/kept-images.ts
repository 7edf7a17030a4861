import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import type { Images } from '../../host.ts';
import { codeCache } from '../process/compiled-code.mjs';

/**
 * The images that `make` makes of the files in the folders `sources`. They are kept beside compiled modules, and made again when
 * a file has changed. A folder that cannot be written only costs time.
 */
export async function keep<Made extends Images>(
  name: string,
  sources: readonly URL[],
  make: () => Promise<Made>,
  folder: string = codeCache(),
): Promise<Made> {
  const file = join(folder, `${name}-${sourceHash(sources)}`);
  const kept = await readKept<Made>(file);
  if (kept) return kept;
  const made = await make();
  await write(folder, file, made).catch(() => {});
  return made;
}

/** A hash of all files' names and contents. */
function sourceHash(folders: readonly URL[]): string {
  const hash = createHash('sha256');
  for (const folder of folders.map((url) => fileURLToPath(url))) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      if (name.endsWith('.ts')) hash.update(`${name}\n`).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest('hex');
}

/** Undefined if there is no such file, or it is not as it was written. */
async function readKept<Made extends Images>(file: string): Promise<Made | undefined> {
  try {
    const { images, sum } = deserialize(await readFile(file)) as Kept<Made>;
    return sumOf(images) === sum ? images : undefined;
  } catch {
    return undefined;
  }
}

/** A file's content: what was made, and its hash. */
interface Kept<Made> {
  readonly images: Made;
  readonly sum: string;
}

const sumOf = (images: Images): string => createHash('sha256').update(serialize(images)).digest('hex');

/** Another process may be writing the same. */
async function write(folder: string, file: string, images: Images): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  await writeFile(unfinished, serialize({ images, sum: sumOf(images) }));
  await rename(unfinished, file);
}
