import type { LayerContents } from '../../containers/image-folder.ts';

/** The contents of layers, a Blob each. */
export class BlobContents implements LayerContents {
  readonly #layers: readonly Blob[];

  constructor(layers: readonly Blob[]) {
    this.#layers = layers;
  }

  async read(layer: number, target: Uint8Array, offset: number): Promise<void> {
    const part = this.#layers[layer]!.slice(offset, offset + target.length);
    target.set(new Uint8Array(await part.arrayBuffer()));
  }

  async close(): Promise<void> {}
}
