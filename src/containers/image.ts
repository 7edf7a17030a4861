import { ConfigurationError } from '../util/errors.ts';
import type { LayerContents } from './image-folder.ts';
import type { LayerEntry } from './layer.ts';
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
  /** Each with its digest when it is unpacked; the lowest one first. */
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
    layers: layers.map((open, n) => ({ diffId: diffIds[n]!, name: layerName(source.name, n), open })),
  };
}

/** The name of a layer in messages. */
const layerName = (image: string, n: number): string => `layer ${n + 1} of ${image}`;

/**
 * The files of an image.
 * @param layers what each of its layers changes, the lowest one first
 * @param name what messages call the image
 * @param most files that are possible
 * @throws ConfigurationError if they don't fit together, or there are too many
 */
export function imageTree(layers: readonly (readonly LayerEntry[])[], name: string, most: number): ImageTree {
  const tree = new ImageTree({ files: most });
  for (const [n, entries] of layers.entries()) tree.apply(n, layerName(name, n), entries);
  return tree;
}
