import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageFiles, imageTree, isRepeated, openImage } from '../../containers/image.ts';
import type { LayerContents } from '../../containers/image-folder.ts';
import { LAYER_LIMITS, type LayerEntry, type LayerLimits } from '../../containers/layer.ts';
import type { ImageSource } from '../../containers/layout.ts';
import { type ImageConfig, parseConfig } from '../../containers/manifest.ts';
import { isDigest } from '../../containers/reference.ts';
import type { ImageTree } from '../../containers/tree.ts';
import { ConfigurationError } from '../../util/errors.ts';
import type { Progress } from '../../util/progress.ts';
import { isUnderWay, removeUnfinished, unfinishedPath, writeCached } from '../assets/cache.ts';
import { cacheDirectory } from '../files/cache-directory.mjs';
import { LayerStore } from './layer-store.ts';

/** An image of the cache. */
export interface StoredImage {
  /** By which it is found: its name in full, or the path that it came from. */
  readonly name: string;
  /** The digest of its configuration, Docker's image ID. */
  readonly id: string;
  /** Tells whether what it came from is as it was: of a file, its size and times; of a registry, nothing. */
  readonly stamp: string;
  /** When it was put into the cache, in milliseconds since 1970. */
  readonly stored: number;
}

/** Folders in which a process that is killed may leave something unfinished. */
const folders = ['work', 'adding', 'layers', 'images', 'configs'] as const;

/** Docker's image ID: the digest of the image's configuration. */
export const imageId = (document: Uint8Array): string =>
  `sha256:${createHash('sha256').update(document).digest('hex')}`;

/** Images and their layers, in a folder of this user's cache. */
export class ImageStore {
  readonly directory: string;
  readonly #layers: LayerStore;
  readonly #limits: LayerLimits;

  constructor(directory: string = join(cacheDirectory(), 'containers'), limits: LayerLimits = LAYER_LIMITS) {
    this.directory = directory;
    this.#limits = limits;
    this.#layers = new LayerStore(join(directory, 'layers'), limits);
  }

  #record(name: string): string {
    return join(this.directory, 'images', `${createHash('sha256').update(name).digest('hex')}.json`);
  }

  #config(id: string): string {
    return join(this.directory, 'configs', `${id.slice('sha256:'.length)}.json`);
  }

  /** An empty folder for what is under way; whoever asked removes it. */
  async workFolder(): Promise<string> {
    const folder = unfinishedPath(join(this.directory, 'work', 'archive'));
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** The image of a name, if it is there as a whole. */
  async find(name: string): Promise<StoredImage | undefined> {
    try {
      const image = JSON.parse(await readFile(this.#record(name), 'utf8')) as StoredImage;
      const { diffIds } = await this.config(image);
      const there = await Promise.all(diffIds.map((diffId) => this.#layers.has(diffId)));
      return image.name === name && there.every(Boolean) ? image : undefined;
    } catch {
      return undefined;
    }
  }

  /** The image's configuration, byte for byte. */
  async rawConfig({ id }: StoredImage): Promise<Uint8Array> {
    return await readFile(this.#config(id));
  }

  async config(image: StoredImage): Promise<ImageConfig> {
    return parseConfig(await this.rawConfig(image), image.name);
  }

  /**
   * Puts an image into the cache: what of it is not there yet.
   * @throws ConfigurationError if it cannot be had, is damaged or hostile
   */
  async add(source: ImageSource, name: string, stamp: string, progress: Progress): Promise<StoredImage> {
    const { document, config, layers } = await openImage(source);
    for (const folder of folders) await removeUnfinished(join(this.directory, folder));
    await using _ = await this.#keep(name, config);
    const done = new Set<string>();
    for (const [n, layer] of layers.entries()) {
      if (done.has(layer.diffId)) continue;
      done.add(layer.diffId);
      const isThere = (await this.#layers.find(layer.diffId)) !== undefined;
      if (isThere && !source.isLocal) continue;
      const [what, take] = isThere ? (['Checking', 'check'] as const) : (['Unpacking', 'add'] as const);
      progress(`${what} layer ${n + 1} of ${layers.length}`, (100 * n) / layers.length);
      await this.#layers[take](layer.diffId, layer.open(), layer.name);
    }
    const image = {
      name,
      id: imageId(document),
      stamp,
      stored: Date.now(),
    };
    // What does not fit together is found now, not in each run.
    await this.#tree(config, source.name);
    await writeCached(this.#config(image.id), document);
    await writeCached(this.#record(name), JSON.stringify(image));
    return image;
  }

  /** Keeps an image's layers from being removed until its record is there, by a file that says which process adds it. */
  async #keep(name: string, { diffIds }: ImageConfig): Promise<AsyncDisposable> {
    const path = unfinishedPath(join(this.directory, 'adding', createHash('sha256').update(name).digest('hex')));
    await writeCached(path, JSON.stringify(diffIds));
    return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
  }

  /** The layers that images have which are being added. */
  async #kept(): Promise<string[]> {
    const folder = join(this.directory, 'adding');
    const files = await readdir(folder).catch(() => []);
    const running = files.filter((file) => isUnderWay(file));
    const lists = await Promise.all(
      running.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8').catch(() => '[]')) as string[]),
    );
    return lists.flat();
  }

  async #tree({ diffIds }: ImageConfig, name: string): Promise<{ tree: ImageTree; files: string[] }> {
    const tree = await imageTree(this.#changes(diffIds, name), name, this.#limits);
    return { tree, files: diffIds.map((diffId) => this.#layers.contents(diffId)) };
  }

  /** The changes of each layer to those below it. */
  async *#changes(diffIds: readonly string[], name: string): AsyncIterable<readonly LayerEntry[]> {
    for (const [n, diffId] of diffIds.entries()) {
      const layer = isRepeated(diffIds, n) ? { entries: [] } : await this.#layers.find(diffId);
      if (layer === undefined)
        throw new ConfigurationError(`layer ${n + 1} of ${name} is not in the cache; remove the image and try again`);
      yield layer.entries;
    }
  }

  /**
   * The files of an image.
   * @throws ConfigurationError if the cache lacks a part of it
   */
  async open(image: StoredImage): Promise<ImageFiles> {
    const { tree, files } = await this.#tree(await this.config(image), image.name);
    return { tree, contents: new StoredContents(files) };
  }

  /** All images, by their names. */
  async list(): Promise<StoredImage[]> {
    const folder = join(this.directory, 'images');
    const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.json'));
    const images = await Promise.all(files.map((file) => recordIn(join(folder, file))));
    return images.filter((image) => image !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Bytes of an image's files, layers that others have too included. What the cache lacks counts nothing. */
  async bytes(image: StoredImage): Promise<number> {
    const config = await this.config(image).catch(() => undefined);
    const sizes = await Promise.all(
      (config?.diffIds ?? []).map(async (diffId) => {
        const info = await stat(this.#layers.contents(diffId)).catch(() => undefined);
        return info?.size ?? 0;
      }),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Removes an image, and the layers that no other one has. */
  async remove(image: StoredImage): Promise<void> {
    await rm(this.#record(image.name), { force: true });
    const images = await this.list();
    if (!images.some(({ id }) => id === image.id)) await rm(this.#config(image.id), { force: true });
    // An image whose configuration is damaged keeps nothing: it has to be had again anyway.
    const configs = await Promise.all(images.map((one) => this.config(one).catch(() => undefined)));
    const used = configs.flatMap((config) => config?.diffIds ?? []);
    await this.#layers.keepOnly(new Set([...used, ...(await this.#kept())]));
  }
}

/** The record of an image; undefined if it is damaged, so that the image has to be had again. */
async function recordIn(file: string): Promise<StoredImage | undefined> {
  try {
    const { name, id, stamp, stored } = JSON.parse(await readFile(file, 'utf8')) as StoredImage;
    return typeof name === 'string' && isDigest(id) ? { name, id, stamp, stored } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The name and stamp of a layout; another stamp means that it has changed. The stamp is an archive's size and times, or those of
 * a folder's index.
 */
export async function stampOf(path: string): Promise<{ name: string; stamp: string }> {
  const name = await realpath(path);
  const file = (await stat(name)).isDirectory() ? join(name, 'index.json') : name;
  const { size, mtimeNs, ino } = await stat(file, { bigint: true });
  return { name, stamp: `${size}-${mtimeNs}-${ino}` };
}

/** The contents of layers, in open files. */
class StoredContents implements LayerContents {
  #files: readonly number[];

  /** @param paths those of layers' contents; equal ones share an open file */
  constructor(paths: readonly string[]) {
    const opened = new Map(paths.map((path) => [path, -1]));
    for (const path of opened.keys()) opened.set(path, openSync(path, 'r'));
    this.#files = paths.map((path) => opened.get(path)!);
  }

  /** Reads synchronously: nearly all is in the host's cache, where this takes a fraction of the time of Node's threads. */
  async read(layer: number, target: Uint8Array, offset: number): Promise<void> {
    for (let at = 0; at < target.length; ) {
      const count = readSync(this.#files[layer]!, target, at, target.length - at, offset + at);
      if (count === 0) throw new Error('the cache has become shorter');
      at += count;
    }
  }

  async close(): Promise<void> {
    const files = this.#files;
    this.#files = [];
    for (const file of new Set(files)) closeSync(file);
  }
}
