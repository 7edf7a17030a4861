import { ConfigurationError } from '../util/errors.ts';
import type { LayerContents } from './image-folder.ts';
import { type LayerEntry, type LayerLimits, nameBytes } from './layer.ts';
import type { ImageSource } from './layout.ts';
import { type ImageConfig, MOST_DOCUMENT, MOST_LAYERS, parseConfig } from './manifest.ts';
import type { Bytes } from './streams.ts';
import { ImageTree } from './tree.ts';

/** The files of an image, ready to be mounted. */
export interface ImageFiles {
  readonly tree: ImageTree;
  readonly contents: LayerContents;
}

/** An image that is ready to be run. */
export interface ReadyImage extends ImageFiles {
  readonly config: ImageConfig;
}

/** An image whose layers are to be read. */
export interface OpenedImage {
  /** Its configuration, byte for byte. */
  readonly document: Uint8Array;
  readonly config: ImageConfig;
  /** Each with its digest when it is unpacked, the lowest one first; without those that change nothing. */
  readonly layers: readonly { readonly diffId: string; readonly name: string; open(): Bytes }[];
}

/**
 * Opens an image.
 * @throws ConfigurationError if it cannot be had, or cannot be run here
 */
export async function openImage(source: ImageSource): Promise<OpenedImage> {
  const document = await source.config();
  if (document.length > MOST_DOCUMENT) throw new ConfigurationError(`${source.name}: its configuration is too long`);
  const config = parseConfig(document, source.name);
  const layers = await source.layers();
  const { diffIds } = config;
  if (layers.length > MOST_LAYERS)
    throw new ConfigurationError(`${source.name} has ${layers.length} layers; ${MOST_LAYERS} are possible`);
  if (layers.length !== diffIds.length)
    throw new ConfigurationError(`${source.name} has ${layers.length} layers, and its configuration ${diffIds.length}`);
  return {
    document,
    config,
    layers: layers
      .map((open, n) => ({ diffId: diffIds[n]!, name: layerName(source.name, n), open }))
      .filter((_, n) => !isRepeated(diffIds, n)),
  };
}

/** Whether a layer stands right on an equal one, where it changes nothing. */
export const isRepeated = (diffIds: readonly string[], n: number): boolean => n > 0 && diffIds[n] === diffIds[n - 1];

/** The name of a layer in messages. */
const layerName = (image: string, n: number): string => `layer ${n + 1} of ${image}`;

/**
 * The files of an image.
 * @param layers what each of its layers changes, the lowest one first; each is asked for when those below it are done, so that
 * few are in memory at once
 * @param name what messages call the image
 * @param limits of all layers together: one layer can be named hundreds of times
 * @throws ConfigurationError if they don't fit together, or are too large
 */
export async function imageTree(
  layers: AsyncIterable<readonly LayerEntry[]> | Iterable<readonly LayerEntry[]>,
  name: string,
  limits: Pick<LayerLimits, 'entries' | 'names'>,
): Promise<ImageTree> {
  const tree = new ImageTree({ files: limits.entries });
  let [n, entries, names] = [0, 0, 0];
  for await (const layer of layers) {
    entries += layer.length;
    names += layer.reduce((sum, entry) => sum + nameBytes(entry), 0);
    if (entries > limits.entries || names > limits.names)
      throw new ConfigurationError(
        `${name}: its layers have more than ${limits.entries} files or ${limits.names} bytes of names together`,
      );
    tree.apply(n, layerName(name, n), layer);
    n++;
  }
  return tree;
}
