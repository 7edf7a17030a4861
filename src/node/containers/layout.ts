import { createReadStream } from 'node:fs';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { LAYER_LIMITS, type LayerLimits } from '../../containers/layer.ts';
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
} from '../../containers/manifest.ts';
import { hostName } from '../../shares/paths.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { isOpened } from '../files/read-file.ts';
import { type Bytes, limited, unpacked, verified, wholeOf } from './streams.ts';
import { tarMembers } from './tar-reader.ts';

/** An image, where it comes from. */
export interface ImageSource {
  /** The image's name in messages. */
  readonly name: string;
  /** Its configuration, which is checked. */
  config(): Promise<Uint8Array>;
  /** The archives of its layers, which may be compressed; the lowest one first. */
  layers(): Promise<readonly (() => Bytes)[]>;
}

/** The files of a layout: those of a folder, or of an archive. */
interface LayoutFiles {
  /** Undefined: there is none. */
  find(path: string): Promise<string | undefined>;
}

/** Manifests that lead to manifests, at most. */
const MOST_INDEXES = 4;

/**
 * The image of a folder in OCI's layout, or of an archive: of that layout, or as `docker save` writes it.
 * @param work an empty folder for what an archive has
 * @param tag which one of several; undefined: the only one
 * @param limits of what an archive unpacks to
 * @throws ConfigurationError
 */
export async function openLayout(
  path: string,
  work: string,
  tag?: string,
  limits: LayerLimits = LAYER_LIMITS,
): Promise<ImageSource> {
  const info = await stat(path);
  if (info.isFIFO() && !isOpened(path)) throw new ConfigurationError(`${path} is a named pipe; give a file`);
  const files = info.isDirectory() ? folderFiles(path) : await archiveFiles(path, work, limits);
  if ((await files.find('index.json')) !== undefined) return await ociSource(files, path, tag);
  if ((await files.find('manifest.json')) !== undefined) return await dockerSource(files, path, tag);
  throw new ConfigurationError(
    `${path} has no image: it has neither index.json (OCI) nor manifest.json (docker save) in it`,
  );
}

function folderFiles(folder: string): LayoutFiles {
  return {
    async find(path) {
      const file = join(folder, path);
      return (await stat(file).catch(() => null))?.isFile() ? file : undefined;
    },
  };
}

/** Unpacks an archive to files with numbers for names. */
async function archiveFiles(path: string, work: string, limits: LayerLimits): Promise<LayoutFiles> {
  await mkdir(work, { recursive: true });
  const found = new Map<string, string>();
  const archive = limited(unpacked(createReadStream(path), path), limits.bytes, path);
  let count = 0;
  for await (const member of tarMembers(archive, path)) {
    if (count++ >= limits.entries) throw new ConfigurationError(`${path}: ${limits.entries} files are possible`);
    const { type } = member.header;
    const [name, linkname] = [member.header.name, member.header.linkname ?? ''].map(hostName) as [string, string];
    const key = name.replace(/^\.\//, '');
    // Older versions of `docker save` write a layer once, and links to it.
    if (type === 'symlink' || type === 'link') found.set(key, `link:${linkname}`);
    const target = type === 'file' ? join(work, String(count)) : devNull;
    if (type === 'file') found.set(key, target);
    await using file = await open(target, 'w', 0o600);
    for await (const part of member) await file.write(part);
  }
  return { find: async (name) => linkedFile(found, name) };
}

function linkedFile(found: ReadonlyMap<string, string>, name: string): string | undefined {
  const file = found.get(name);
  if (!file?.startsWith('link:')) return file;
  const names = [...name.split('/').slice(0, -1)];
  for (const part of file.slice('link:'.length).split('/')) {
    if (part === '..') names.pop();
    else if (part !== '.') names.push(part);
  }
  const target = found.get(names.join('/')) ?? found.get(file.slice('link:'.length));
  return target?.startsWith('link:') ? undefined : target;
}

async function readWhole(file: string, name: string): Promise<Uint8Array> {
  const { size } = await stat(file);
  if (size > MOST_DOCUMENT) throw new ConfigurationError(`${name} has ${size} bytes; ${MOST_DOCUMENT} are possible`);
  return await wholeOf(createReadStream(file));
}

async function ociSource(files: LayoutFiles, path: string, tag: string | undefined): Promise<ImageSource> {
  const blob = async (descriptor: Descriptor): Promise<Bytes> => {
    const file = await files.find(`blobs/${descriptor.digest.replace(':', '/')}`);
    if (file === undefined) throw new ConfigurationError(`${path} lacks the blob ${descriptor.digest}`);
    return verified(createReadStream(file), descriptor, path);
  };
  const index = await readWhole((await files.find('index.json'))!, `${path}/index.json`);
  const image = await imageOf(index, { name: path, tag, document: async (one) => wholeOf(await blob(one)) });
  return {
    name: path,
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
async function dockerSource(files: LayoutFiles, path: string, tag: string | undefined): Promise<ImageSource> {
  const bytes = await readWhole((await files.find('manifest.json'))!, `${path}/manifest.json`);
  const image = dockerImage(jsonOf(bytes, `${path}/manifest.json`), path, tag);
  const member = async (name: string) => {
    const file = await files.find(name);
    if (file === undefined) throw new ConfigurationError(`${path} lacks ${name}, which its manifest names`);
    return file;
  };
  return {
    name: path,
    config: async () => readWhole(await member(image.Config), `${path}/${image.Config}`),
    layers: async () => image.Layers.map((layer) => later(async () => createReadStream(await member(layer)) as Bytes)),
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

/** Removes what an archive was unpacked to. */
export async function closeLayout(work: string): Promise<void> {
  await rm(work, { recursive: true, force: true });
}
