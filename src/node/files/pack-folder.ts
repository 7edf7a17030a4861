import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, type Stats } from 'node:fs';
import { lstat, mkdir, readdir, readFile, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { type FolderIndex, INDEX_VERSION, type IndexEntry, MOST_DEPTH } from '../../shares/server/index-file.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';

/** The index, and the folder with the contents of files, in what `packFolder` makes. */
const [INDEX, CONTENTS] = ['index.json', 'contents'];
/** Digits of a file's SHA-256 that its contents are called by: no two are alike then. */
const DIGITS = 24;

/** How a folder is packed. */
export interface PackOptions {
  /** Compresses what files hold by zstd. Default: false. */
  readonly compress?: boolean;
}

/** A folder's image, packed. */
export interface PackedFolder {
  /** How many files. */
  readonly files: number;
  /** Number of directories, without the folder itself. */
  readonly directories: number;
  /** How many symbolic links. */
  readonly links: number;
  /** Bytes of all files. */
  readonly bytes: number;
  /** Paths of devices, pipes and sockets, which were left out. */
  readonly leftOut: readonly string[];
}

/**
 * Makes of a folder what a web server needs so that guests can share it (`ShareOptions.server`): in another folder `index.json`, and
 * `contents` with what files hold, by their hashes. What is there already is kept, or replaced.
 * @throws ConfigurationError that names the file which cannot be read or written
 */
export async function packFolder(
  folder: string,
  target: string,
  { compress = false }: PackOptions = {},
): Promise<PackedFolder> {
  if (compress && typeof zlib.createZstdCompress !== 'function')
    throw new ConfigurationError('to compress by zstd needs Node 22.15 or later');
  const from = await named(folder, realpath(folder));
  if (!(await named(folder, stat(from))).isDirectory()) throw new ConfigurationError(`${folder}: not a directory`);
  checkOutside(await placeOf(target), from);
  await checkReplaceable(join(target, INDEX));
  const kept = join(target, CONTENTS);
  await named(target, mkdir(kept, { recursive: true }));
  for (const place of [target, kept]) checkOutside(await named(place, realpath(place)), from);
  const packer = new Packer(kept, compress);
  const fsroot = await packer.entriesOf(Buffer.from(from), MOST_DEPTH);
  const { packed } = packer;
  const index: FolderIndex = { fsroot, version: INDEX_VERSION, size: packed.bytes };
  await named(
    target,
    replace(join(target, INDEX), (written) => writeFile(written, JSON.stringify(index))),
  );
  return packed;
}

/** Checks that the result is not written into the folder that is packed. */
function checkOutside(place: string, packed: string): void {
  const within = packed.endsWith(sep) ? packed : `${packed}${sep}`;
  if (`${place}${sep}`.startsWith(within))
    throw new ConfigurationError(`${place} is in ${packed}, which is to be packed; give another folder`);
}

/** Where a path leads, links followed, of which the last names need not be there yet. */
async function placeOf(path: string): Promise<string> {
  const whole = resolve(path);
  const place = await realpath(whole).catch(() => undefined);
  return place ?? join(await placeOf(dirname(whole)), basename(whole));
}

/** An index may be replaced; another file of that name is somebody's own. */
async function checkReplaceable(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  // So begin ours and v86's.
  if (text !== undefined && !/^\{\s*"fsroot"/.test(text))
    throw new ConfigurationError(`${path} is there, and is no index; give another folder`);
}

/** Puts a file in the place of what is there, when it is whole. */
async function replace(path: string, write: (written: string) => Promise<unknown>): Promise<void> {
  const written = `${path}-${randomUUID()}`;
  try {
    await write(written);
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
}

/** The result of something that is done with a path. */
async function named<Result>(path: string | Buffer, act: Promise<Result>): Promise<Result> {
  try {
    return await act;
  } catch (error) {
    throw new ConfigurationError(`${path}: ${systemMessage(error)}`);
  }
}

class Packer {
  readonly packed = { files: 0, directories: 0, links: 0, bytes: 0, leftOut: [] as string[] };
  readonly #contents: string;
  readonly #compress: boolean;

  constructor(contents: string, compress: boolean) {
    this.#contents = contents;
    this.#compress = compress;
  }

  /** Names are bytes, and need not be UTF-8. */
  async entriesOf(directory: Buffer, room: number): Promise<IndexEntry[]> {
    if (room === 0) throw new ConfigurationError(`${directory} is within more directories than an index may have`);
    const entries: IndexEntry[] = [];
    for (const name of (await named(directory, readdir(directory, { encoding: 'buffer' }))).sort(Buffer.compare)) {
      const path = Buffer.concat([directory, Buffer.from('/'), name]);
      const entry = await this.#entryOf(path, name, await named(path, lstat(path)), room);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  async #entryOf(path: Buffer, name: Buffer, status: Stats, room: number): Promise<IndexEntry | undefined> {
    const entry = (size: number, holds: IndexEntry[] | string): IndexEntry => {
      const { mtimeMs, mode, uid, gid } = status;
      return [textOf(name), size, Math.floor(mtimeMs / 1000), mode, uid, gid, holds];
    };
    const { packed } = this;
    if (status.isDirectory()) {
      packed.directories++;
      return entry(status.size, await this.entriesOf(path, room - 1));
    }
    if (status.isSymbolicLink()) {
      packed.links++;
      return entry(status.size, textOf(await named(path, readlink(path, { encoding: 'buffer' }))));
    }
    if (!status.isFile()) {
      packed.leftOut.push(String(path));
      return undefined;
    }
    packed.files++;
    const { contents, size } = await this.#keep(path);
    packed.bytes += size;
    return entry(size, contents);
  }

  /** Keeps what a file holds. It is read once: it may change meanwhile. */
  async #keep(path: Buffer): Promise<{ readonly contents: string; readonly size: number }> {
    const written = join(this.#contents, randomUUID());
    const hash = createHash('sha256');
    let size = 0;
    const count = async function* (source: AsyncIterable<Buffer>) {
      for await (const piece of source) {
        hash.update(piece);
        size += piece.length;
        yield piece;
      }
    };
    const [source, target] = [createReadStream(path), createWriteStream(written)];
    // What fails first has the others fail, too.
    let failing: string | Buffer | undefined;
    source.once('error', () => (failing ??= path));
    target.once('error', () => (failing ??= this.#contents));
    try {
      if (this.#compress) await pipeline(source, count, zlib.createZstdCompress(), target);
      else await pipeline(source, count, target);
      const contents = `${hash.digest('hex').slice(0, DIGITS)}.bin${this.#compress ? '.zst' : ''}`;
      await rename(written, join(this.#contents, contents));
      return { contents, size };
    } catch (error) {
      await rm(written, { force: true });
      throw new ConfigurationError(`${failing ?? path}: ${systemMessage(error)}`);
    }
  }
}

/** A text from which the bytes are had again: where they are no UTF-8 those beyond ASCII become surrogates (PEP 383). */
function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  if (Buffer.from(text).equals(bytes)) return text;
  return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
}

/** The addresses of the two parts of a packed folder, from the one that it is in. */
export function partsOf(target: string): { readonly index: string; readonly contents: string } {
  const folder = encodeURIComponent(basename(resolve(target)));
  return { index: `${folder}/${INDEX}`, contents: `${folder}/${CONTENTS}/` };
}
