import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LAYER_LIMITS, type LayerEntry, type LayerIndex, type LayerLimits, readLayer } from '../../containers/layer.ts';
import { type Bytes, measured, unpacked } from '../../containers/streams.ts';
import { isUnderWay, unfinishedPath } from '../assets/cache.ts';
import { nodeTools } from './image-tools.ts';

/** The index of a layer. Another form of it has another name, so that layers of other versions are not found. */
const INDEX = 'index-2.json';
/** Bytes that are written at once. */
const WRITTEN = 1 << 20;
/** Entries of an index that are written at once. */
const ENTRIES_WRITTEN = 10_000;

/** The changes of a layer that is unpacked. */
export interface StoredLayer {
  readonly entries: readonly LayerEntry[];
}

/**
 * Layers, unpacked once, by the digests of what they unpack to. A layer is a folder with an index (names, owners, modes) and one file that
 * has the contents of all its files, so nothing that a layer names is ever a path of the host.
 */
export class LayerStore {
  readonly #directory: string;
  readonly #limits: LayerLimits;

  constructor(directory: string, limits: LayerLimits = LAYER_LIMITS) {
    this.#directory = directory;
    this.#limits = limits;
  }

  #folder(diffId: string): string {
    return join(this.#directory, diffId.slice('sha256:'.length));
  }

  /** Path of the file with the contents of a layer's files. */
  contents(diffId: string): string {
    return join(this.#folder(diffId), 'contents');
  }

  /** A layer that is there, as it was written. */
  async find(diffId: string): Promise<StoredLayer | undefined> {
    try {
      const index = join(this.#folder(diffId), INDEX);
      const [text, { size }] = await Promise.all([readFile(index, 'utf8'), stat(this.contents(diffId))]);
      const { bytes, entries } = JSON.parse(text) as LayerIndex;
      return bytes === size ? { entries } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether there is such a layer; `find` reads it. */
  async has(diffId: string): Promise<boolean> {
    return (await stat(join(this.#folder(diffId), INDEX)).catch(() => null)) !== null;
  }

  /**
   * Unpacks a layer.
   * @param bytes its archive, which may be compressed
   * @param name what messages call it
   * @throws ConfigurationError if it is damaged, hostile or too large; nothing is left of it then
   */
  async add(diffId: string, bytes: Bytes, name: string): Promise<void> {
    const folder = this.#folder(diffId);
    const work = unfinishedPath(folder);
    await mkdir(work, { recursive: true });
    try {
      const index = await this.#unpack(this.#archive(diffId, bytes, name), join(work, 'contents'), name);
      await writeFile(join(work, INDEX), indexParts(index));
      await rm(folder, { recursive: true, force: true });
      await rename(work, folder).catch(async (error) => {
        // Another process may have made the same meanwhile.
        if ((await this.find(diffId)) === undefined) throw error;
      });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  /**
   * Reads a layer that is there already, and keeps nothing of it.
   * @throws ConfigurationError if it is damaged, or too large
   */
  async check(diffId: string, bytes: Bytes, name: string): Promise<void> {
    for await (const _ of this.#archive(diffId, bytes, name));
  }

  /** A layer's archive, whose digest is checked at its end. */
  #archive(diffId: string, bytes: Bytes, name: string): Bytes {
    return measured(unpacked(bytes, name, nodeTools), diffId, this.#limits.bytes, name, nodeTools);
  }

  async #unpack(archive: Bytes, target: string, name: string): Promise<LayerIndex> {
    await using file = await ContentsFile.create(target);
    const index = await readLayer(archive, name, this.#limits, (part) => file.write(part));
    await file.flush();
    return index;
  }

  /** Removes the layers that are not among these, and what is left of processes that have ended early. */
  async keepOnly(diffIds: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#directory).catch(() => []))
      if (!diffIds.has(`sha256:${name}`) && !isUnderWay(name))
        await rm(join(this.#directory, name), { recursive: true, force: true });
  }
}

/** The text of an index, in parts: that of a large layer takes as much memory as the layer's entries. */
function* indexParts({ bytes, entries }: LayerIndex): Iterable<string> {
  yield `{"bytes":${bytes},"entries":[`;
  for (let from = 0; from < entries.length; from += ENTRIES_WRITTEN) {
    const part = entries.slice(from, from + ENTRIES_WRITTEN).map((entry) => JSON.stringify(entry));
    yield `${from === 0 ? '' : ','}${part.join(',')}`;
  }
  yield ']}';
}

/** A file that is written from its beginning on, in large parts. */
class ContentsFile implements AsyncDisposable {
  readonly #file: Awaited<ReturnType<typeof open>>;
  #waiting: Uint8Array[] = [];
  #bytes = 0;

  private constructor(file: Awaited<ReturnType<typeof open>>) {
    this.#file = file;
  }

  static async create(path: string): Promise<ContentsFile> {
    return new ContentsFile(await open(path, 'wx', 0o600));
  }

  async write(part: Uint8Array): Promise<void> {
    this.#waiting.push(part);
    this.#bytes += part.length;
    if (this.#bytes >= WRITTEN) await this.flush();
  }

  async flush(): Promise<void> {
    const parts = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    // Not writev, which may write a part alone, as on a disk that gets full.
    await this.#file.writeFile(parts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
