import { hostName } from '../shares/paths.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { LayerLimits } from './layer.ts';
import {
  chosenImage,
  type Descriptor,
  fieldsOf,
  type ImageManifest,
  type IndexEntry,
  jsonOf,
  listOf,
  MOST_DOCUMENT,
  parseManifest,
} from './manifest.ts';
import { type Bytes, type ImageTools, limited, unpacked, verified, wholeOf } from './streams.ts';
import { tarMembers } from './tar-reader.ts';

/** An image, where it comes from. */
export interface ImageSource {
  /** The image's name in messages. */
  readonly name: string;
  /** Whether it is in files of this host. Layers of those are read and checked also where the cache has the same ones already. */
  readonly isLocal: boolean;
  /** Its configuration, which is checked. */
  config(): Promise<Uint8Array>;
  /** The archives of its layers, which may be compressed; the lowest one first. */
  layers(): Promise<readonly (() => Bytes)[]>;
}

/** A file of a layout. */
export interface LayoutFile {
  /** Undefined: it is not known before the bytes have come. */
  readonly size: number | undefined;
  bytes(): Bytes;
}

/** The files of a layout: those of a folder, or of an archive. */
export interface LayoutFiles {
  /** Undefined: there is none. */
  find(path: string): Promise<LayoutFile | undefined>;
}

/** Manifests that lead to manifests, at most. */
const MOST_INDEXES = 4;

/**
 * The image of these files: in OCI's layout, or as `docker save` writes it.
 * @param name what messages call them
 * @param tag which one of several; undefined: the only one
 * @throws ConfigurationError
 */
export async function layoutImage(
  files: LayoutFiles,
  name: string,
  tag: string | undefined,
  tools: ImageTools,
): Promise<ImageSource> {
  const index = await files.find('index.json');
  if (index !== undefined) return await ociSource({ files, name, tools }, index, tag);
  const manifest = await files.find('manifest.json');
  if (manifest !== undefined) return await dockerSource({ files, name, tools }, manifest, tag);
  throw new ConfigurationError(
    `${name} has no image: it has neither index.json (OCI) nor manifest.json (docker save) in it`,
  );
}

/** Files of an archive, and bytes of a name in it, at most: `docker save` writes up to three files a layer, with short names. */
const [MOST_FILES, MOST_NAME] = [20_000, 4096];

/**
 * The files of an archive, which may be compressed.
 * @param keep takes the bytes of a file, all of them
 * @throws ConfigurationError
 */
export async function archiveFiles(
  archive: Bytes,
  name: string,
  { bytes, entries }: LayerLimits,
  tools: ImageTools,
  keep: (bytes: Bytes) => Promise<LayoutFile>,
): Promise<LayoutFiles> {
  const found = new Map<string, LayoutFile | { readonly link: string }>();
  const most = Math.min(entries, MOST_FILES);
  let count = 0;
  for await (const member of tarMembers(limited(unpacked(archive, name, tools), bytes, name), name)) {
    if (count++ >= most) throw new ConfigurationError(`${name}: ${most} files are possible`);
    const { type, ...header } = member.header;
    const names = [header.name, header.linkname ?? ''];
    if (names.some(({ length }) => length > MOST_NAME))
      throw new ConfigurationError(`${name}: it has a file whose name is longer than ${MOST_NAME} bytes`);
    const [path, link] = names.map(hostName) as [string, string];
    const key = path.replace(/^\.\//, '');
    // Older versions of `docker save` write a layer once, and links to it.
    if (type === 'symlink' || type === 'link') found.set(key, { link });
    else if (type === 'file') found.set(key, await keep(member));
  }
  return {
    async find(path) {
      const file = found.get(path);
      if (file === undefined || !('link' in file)) return file;
      const target = found.get(linkedPath(path, file.link)) ?? found.get(file.link);
      return target && 'link' in target ? undefined : target;
    },
  };
}

/** The path that a symbolic link leads to. */
function linkedPath(path: string, target: string): string {
  const names = [...path.split('/').slice(0, -1)];
  for (const part of target.split('/')) {
    if (part === '..') names.pop();
    else if (part !== '.') names.push(part);
  }
  return names.join('/');
}

async function readWhole(file: LayoutFile, name: string): Promise<Uint8Array> {
  if ((file.size ?? 0) > MOST_DOCUMENT)
    throw new ConfigurationError(`${name} has ${file.size} bytes; ${MOST_DOCUMENT} are possible`);
  return await wholeOf(limited(file.bytes(), MOST_DOCUMENT, name));
}

/** The files of an image, their name in messages, and the host's services for reading them. */
interface Reading {
  readonly files: LayoutFiles;
  readonly name: string;
  readonly tools: ImageTools;
}

async function ociSource(
  { files, name, tools }: Reading,
  index: LayoutFile,
  tag: string | undefined,
): Promise<ImageSource> {
  const blob = async (descriptor: Descriptor): Promise<Bytes> => {
    const file = await files.find(`blobs/${descriptor.digest.replace(':', '/')}`);
    if (file === undefined) throw new ConfigurationError(`${name} lacks the blob ${descriptor.digest}`);
    return verified(file.bytes(), descriptor, name, tools);
  };
  const document = async (one: Descriptor) => await wholeOf(await blob(one));
  const image = await imageOf(await readWhole(index, `${name}/index.json`), { name, tag, document });
  return {
    name,
    isLocal: true,
    config: async () => wholeOf(await blob(image.config)),
    layers: async () => await Promise.all(image.layers.map(async (layer) => later(() => blob(layer)))),
  };
}

const later = (open: () => Promise<Bytes>) =>
  async function* (): Bytes {
    yield* await open();
  };

/** How the manifests are had that an index leads to. */
export interface ManifestReader {
  readonly name: string;
  readonly tag?: string | undefined;
  /** A document whose digest has been checked. */
  document(descriptor: Descriptor): Promise<Uint8Array>;
}

/**
 * The image that a manifest, or an index, leads to.
 * @throws ConfigurationError
 */
export async function imageOf(bytes: Uint8Array, reader: ManifestReader): Promise<ImageManifest> {
  const { name } = reader;
  let manifest = parseManifest(bytes, name);
  for (let n = 0; manifest.kind === 'index'; n++) {
    if (n >= MOST_INDEXES) throw new ConfigurationError(`${name} has indexes that lead to indexes without end`);
    const entries = n === 0 ? tagged(manifest.manifests, reader) : manifest.manifests;
    manifest = parseManifest(await reader.document(sizedDocument(chosenImage(entries, name), name)), name);
  }
  return manifest.image;
}

function sizedDocument(entry: IndexEntry, name: string): IndexEntry {
  if (entry.size > MOST_DOCUMENT)
    throw new ConfigurationError(
      `${name}: the manifest ${entry.digest} has ${entry.size} bytes; ${MOST_DOCUMENT} are possible`,
    );
  return entry;
}

const REF_NAME = 'org.opencontainers.image.ref.name';

/** The entries of an index that have this tag, or all where none is asked for. */
function tagged(entries: readonly IndexEntry[], { name, tag }: ManifestReader): readonly IndexEntry[] {
  const tags = [...new Set(entries.flatMap(({ annotations }) => annotations[REF_NAME] ?? []))];
  if (tag === undefined) {
    if (tags.length > 1)
      throw new ConfigurationError(`${name} has several images; give ${name}:TAG, with one of ${tags.join(', ')}`);
    return entries;
  }
  const found = entries.filter(({ annotations }) => annotations[REF_NAME] === tag);
  if (found.length === 0)
    throw new ConfigurationError(`${name} has no image with the tag '${tag}'; it has ${tags.join(', ') || 'none'}`);
  return found;
}

interface DockerImage {
  readonly Config: string;
  readonly Layers: readonly string[];
}

/** An archive of `docker save`, as it was before it had OCI's layout in it. */
async function dockerSource(
  { files, name }: Reading,
  manifest: LayoutFile,
  tag: string | undefined,
): Promise<ImageSource> {
  const list = jsonOf(await readWhole(manifest, `${name}/manifest.json`), `${name}/manifest.json`);
  const image = dockerImage(list, name, tag);
  const member = async (path: string) => {
    const file = await files.find(path);
    if (file === undefined) throw new ConfigurationError(`${name} lacks ${path}, which its manifest names`);
    return file;
  };
  return {
    name,
    isLocal: true,
    config: async () => readWhole(await member(image.Config), `${name}/${image.Config}`),
    layers: async () => image.Layers.map((layer) => later(async () => (await member(layer)).bytes())),
  };
}

function dockerImage(list: unknown, path: string, tag: string | undefined): DockerImage {
  const images = (Array.isArray(list) ? list : []).map(fieldsOf);
  const tagsIn = ({ RepoTags }: ReturnType<typeof fieldsOf>) => listOf(RepoTags);
  const tags = images.flatMap(tagsIn);
  const found =
    tag === undefined
      ? images
      : images.filter((one) => tagsIn(one).some((name) => name === tag || name.endsWith(`:${tag}`)));
  const [image, ...more] = found;
  if (image === undefined || more.length > 0)
    throw new ConfigurationError(
      `${path} has ${found.length === 0 ? 'no such image' : 'several images'}; give ${path}:TAG, with one of ${tags.join(', ') || 'none'}`,
    );
  const { Config, Layers } = image;
  if (typeof Config !== 'string' || !Array.isArray(Layers) || !Layers.every((one) => typeof one === 'string'))
    throw new ConfigurationError(`${path}/manifest.json does not say what the image is made of`);
  return { Config, Layers };
}
