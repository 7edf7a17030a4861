import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ReadyImage } from '../../containers/image.ts';
import { jsonOf } from '../../containers/manifest.ts';
import { parseReference, referenceText } from '../../containers/reference.ts';
import { ConfigurationError, messageOf } from '../../util/errors.ts';
import type { Progress } from '../../util/progress.ts';
import { inCache } from '../files/cache-problem.ts';
import { ImageStore, imageId, type StoredImage, stampOf } from './image-store.ts';
import { closeLayout, openLayout } from './layout.ts';

/** When an image is asked for where it comes from, as Docker's `--pull`. */
export type PullPolicy = 'missing' | 'always' | 'never';

/** An image that is wanted, and how it may be got. */
export interface ImageRequest {
  /** The path of an archive or of a folder in OCI's layout, with `:TAG` behind it where there are several images; else a name in a registry. */
  readonly image: string;
  /** When a registry is asked for it. Default: missing. */
  readonly pull?: PullPolicy;
  /** For the registry: name and password, with a colon between them. */
  readonly credentials?: string | undefined;
}

/**
 * An image, from the cache or from where it comes.
 * @throws ConfigurationError
 */
export async function imageFor(
  store: ImageStore,
  { image, pull = 'missing', credentials }: ImageRequest,
  progress: Progress,
): Promise<StoredImage> {
  const layout = await layoutAt(image);
  if (layout !== undefined) return await layoutImage(store, layout, progress);
  const reference = parseReference(image);
  const name = referenceText(reference);
  const known = pull === 'always' ? undefined : await store.find(name);
  if (known !== undefined) return known;
  if (pull === 'never') throw new ConfigurationError(`${name} is not in the cache`);
  const { openRegistryImage } = await import('./registry.ts');
  const source = await openRegistryImage(reference, credentials, progress).catch((error: unknown) => {
    throw new ConfigurationError(`${messageOf(error)}; a file or folder '${image}' is not here either`);
  });
  return await store.add(source, name, '', progress);
}

interface Layout {
  readonly path: string;
  readonly tag: string | undefined;
}

/** The layout at a path. A path takes precedence over a name in a registry. @throws ConfigurationError where a path has nothing */
async function layoutAt(image: string): Promise<Layout | undefined> {
  const layout = await existingLayout(image);
  if (layout !== undefined) return layout;
  // Nobody calls a repository of a registry so without saying which registry.
  const isPath = /^\.{0,2}\//.test(image) || /^[^:]*\.(tar|tgz|tar\.\w+)$/i.test(image);
  if (isPath) throw new ConfigurationError(`${image}: there is no such file or folder`);
  return undefined;
}

/** The layout at a path; undefined: there is nothing at it. */
async function existingLayout(image: string): Promise<Layout | undefined> {
  if (await exists(image)) return { path: image, tag: undefined };
  // A tag may have a colon in it, as `docker save` has NAME:TAG.
  for (let colon = image.lastIndexOf(':'); colon > 0; colon = image.lastIndexOf(':', colon - 1)) {
    const path = image.slice(0, colon);
    if (await exists(path)) return { path, tag: image.slice(colon + 1) };
  }
  return undefined;
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

/** The name of a layout in the cache, its stamp as it is now, and the image of it that the cache has with that stamp. */
async function layoutRecord(
  store: ImageStore,
  { path, tag }: Layout,
): Promise<{ readonly name: string; readonly stamp: string; readonly image: StoredImage | undefined }> {
  const { name: file, stamp } = await stampOf(path).catch(() => {
    throw new ConfigurationError(`${path} has no image: it has neither index.json (OCI) nor manifest.json in it`);
  });
  const name = tag === undefined ? file : `${file}:${tag}`;
  const known = await store.find(name);
  return { name, stamp, image: known?.stamp === stamp ? known : undefined };
}

async function layoutImage(store: ImageStore, layout: Layout, progress: Progress): Promise<StoredImage> {
  const { path, tag } = layout;
  const { name, stamp, image } = await layoutRecord(store, layout);
  if (image !== undefined) return image;
  progress(`Reading ${path}`);
  const work = await store.workFolder();
  try {
    return await store.add(await openLayout(path, work, tag), name, stamp, progress);
  } finally {
    await closeLayout(work);
  }
}

/** An image of the cache, ready to be run. */
export async function readyImage(store: ImageStore, image: StoredImage): Promise<ReadyImage> {
  const [config, files] = [await store.config(image), await store.open(image)];
  return { config, ...files };
}

/** An image of the cache, as it is shown. */
export interface ContainerImage extends StoredImage {
  /** Size of its unpacked files in bytes; layers that other images share are counted in full. */
  readonly bytes: number;
}

/**
 * Puts an image into the cache, from where it comes; one of a registry is asked for also where it is there.
 * @throws ConfigurationError
 */
export async function pullImage(
  request: Omit<ImageRequest, 'pull'>,
  progress: Progress = () => {},
): Promise<StoredImage> {
  return await inCache(() => imageFor(new ImageStore(), { ...request, pull: 'always' }, progress));
}

/** The images of the cache, by name. */
export async function listImages(): Promise<ContainerImage[]> {
  const store = new ImageStore();
  return await Promise.all((await store.list()).map(async (image) => ({ ...image, bytes: await store.bytes(image) })));
}

/**
 * The configuration of an image, as it was made: of an archive or a folder, or of what the cache has by that name.
 * @throws ConfigurationError if it is not there
 */
export async function inspectImage(image: string, store: ImageStore = new ImageStore()): Promise<object> {
  const layout = await existingLayout(image);
  if (layout !== undefined) return await inCache(() => inspectLayout(store, layout));
  const found = await cached(store, image);
  return shownConfig(found.name, await store.rawConfig(found));
}

/** Its layers are neither read nor kept, unless they are in an archive with the configuration. */
async function inspectLayout(store: ImageStore, layout: Layout): Promise<object> {
  const known = await layoutRecord(store, layout);
  if (known.image !== undefined) return shownConfig(known.name, await store.rawConfig(known.image));
  const work = await store.workFolder();
  try {
    const source = await openLayout(layout.path, work, layout.tag);
    return shownConfig(known.name, await source.config());
  } finally {
    await closeLayout(work);
  }
}

function shownConfig(name: string, document: Uint8Array): object {
  return { name, id: imageId(document), ...(jsonOf(document, name) as object) };
}

/**
 * Removes an image from the cache, and the layers that no other one has.
 * @throws ConfigurationError if it is not there
 */
export async function removeImage(image: string): Promise<void> {
  const store = new ImageStore();
  await inCache(async () => await store.remove(await cached(store, image)));
}

/** By its name in full or in short, its path, or the beginning of its ID, as `images` shows it. */
async function cached(store: ImageStore, text: string): Promise<StoredImage> {
  const images = await store.list();
  const path = resolve(text);
  const full = /^[a-z0-9]/.test(text) && tryReference(text);
  const found =
    images.find(({ name }) => name === text || name === full || name === path) ??
    images.find(({ id }) => /^[0-9a-f]{12,}$/.test(text) && id.startsWith(`sha256:${text}`));
  if (found === undefined) throw new ConfigurationError(`${text} is not in the cache; container images shows what is`);
  return found;
}

function tryReference(text: string): string | undefined {
  try {
    return referenceText(parseReference(text));
  } catch {
    return undefined;
  }
}
