import { imageTree, openImage, type ReadyImage } from '../../containers/image.ts';
import { LAYER_LIMITS, type LayerIndex, readLayer } from '../../containers/layer.ts';
import { archiveFiles, type LayoutFile, type LayoutFiles, layoutImage } from '../../containers/layout.ts';
import { type Bytes, measured, unpacked } from '../../containers/streams.ts';
import { ConfigurationError, messageOf } from '../../util/errors.ts';
import type { Progress } from '../../util/progress.ts';
import { BlobWriter, blobOf, bytesOf } from '../blobs.ts';
import { get } from '../download.ts';
import { BlobContents } from './blob-contents.ts';
import { pageTools } from './image-tools.ts';

/** The bytes are the browser's, in its memory or on its disk. */
const LIMITS = { ...LAYER_LIMITS, bytes: 2 * 2 ** 30 };

/**
 * An image, unpacked.
 * @param image an archive's bytes or address; or the address of a folder in OCI's layout, with a slash at its end. `:TAG` behind an
 * address says which one of several
 * @throws ConfigurationError if it cannot be had, is damaged or hostile
 */
export async function pageImage(
  image: string | Blob,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<ReadyImage> {
  const { files, name, tag } = await filesOf(image, new Loader(progress, signal));
  const { config, layers } = await openImage(await layoutImage(files, name, tag, pageTools));
  const indexes: LayerIndex[] = [];
  const contents: Blob[] = [];
  for (const [n, { diffId, name: layer, open }] of layers.entries()) {
    progress(`Unpacking layer ${n + 1} of ${layers.length}`, (100 * n) / layers.length);
    const writer = new BlobWriter();
    const archive = measured(unpacked(open(), layer, pageTools), diffId, LIMITS.bytes, layer, pageTools);
    indexes.push(await readLayer(archive, layer, LIMITS, async (part) => writer.write(part)));
    checkTotal(name, indexes);
    contents.push(writer.blob());
  }
  const tree = await imageTree(
    indexes.map(({ entries }) => entries),
    name,
    LIMITS,
  );
  return { config, tree, contents: new BlobContents(contents) };
}

/** All layers are in memory together. */
function checkTotal(name: string, layers: readonly LayerIndex[]): void {
  const sum = (of: (layer: LayerIndex) => number) => layers.reduce((all, layer) => all + of(layer), 0);
  if (sum(({ bytes }) => bytes) > LIMITS.bytes || sum(({ entries }) => entries.length) > LIMITS.entries)
    throw new ConfigurationError(
      `${name}: its layers have more than ${LIMITS.bytes} bytes or ${LIMITS.entries} files together`,
    );
}

interface Layout {
  readonly files: LayoutFiles;
  readonly name: string;
  readonly tag: string | undefined;
}

async function filesOf(image: string | Blob, loader: Loader): Promise<Layout> {
  if (typeof image !== 'string') {
    const name = image instanceof File ? image.name : 'the image';
    return { files: await filesOfArchive(bytesOf(image.stream()), name), name, tag: undefined };
  }
  const { address, tag } = splitTag(image);
  const files = address.endsWith('/')
    ? filesOfFolder(address, loader)
    : await filesOfArchive((await loader.file(address)).bytes(), address);
  return { files, name: address, tag };
}

const filesOfArchive = (archive: Bytes, name: string): Promise<LayoutFiles> =>
  archiveFiles(archive, name, LIMITS, pageTools, async (bytes) => fileOf(await blobOf(bytes)));

const fileOf = (blob: Blob): LayoutFile => ({ size: blob.size, bytes: () => bytesOf(blob.stream()) });

const filesOfFolder = (address: string, loader: Loader): LayoutFiles => ({
  find: (path) => loader.file(`${address}${path}`),
});

/** The colon of a port, or behind a scheme, is no tag's. */
function splitTag(image: string): { address: string; tag: string | undefined } {
  const colon = image.lastIndexOf(':');
  const isTag = colon > image.lastIndexOf('/') && !/^([a-z+.-]+:\/\/[^/]*$|data:)/i.test(image);
  return isTag ? { address: image.slice(0, colon), tag: image.slice(colon + 1) } : { address: image, tag: undefined };
}

/** Gets files of web servers until a signal ends that. */
class Loader {
  readonly #progress: Progress;
  readonly #signal: AbortSignal | undefined;

  constructor(progress: Progress, signal: AbortSignal | undefined) {
    this.#progress = progress;
    this.#signal = signal;
  }

  /** A file, whose bytes come once. */
  async file(address: string): Promise<LayoutFile> {
    const { body, headers } = await get(address, this.#signal && { signal: this.#signal });
    const length = headers.has('content-encoding') ? 0 : Number(headers.get('content-length'));
    return { size: length || undefined, bytes: () => this.#bytes(body, length, address) };
  }

  async *#bytes(body: ReadableStream<Uint8Array> | null, length: number, address: string): Bytes {
    if (body === null) return;
    let received = 0;
    try {
      for await (const part of bytesOf(body)) {
        received += part.length;
        this.#progress('Loading the image', received <= length ? (100 * received) / length : undefined);
        yield part;
      }
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw new ConfigurationError(`cannot get all of ${address}: ${messageOf(error)}`);
    }
  }
}
