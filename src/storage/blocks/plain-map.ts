import { type ByteStore, StorageError } from '../store.ts';
import type { BlockMap, BlockPlace, BlockRun, NewPlace } from './map.ts';

/** The map of an image that has all bytes of its disk in their order. */
export class PlainMap implements BlockMap {
  readonly blockSize = 1 << 20;
  readonly format: string;
  readonly store: ByteStore;
  readonly size: number;
  readonly #offset: number;

  /**
   * @param size bytes of the disk
   * @param offset of the first one in the file
   * @throws StorageError if the file has less
   */
  constructor(format: string, store: ByteStore, size: number, offset = 0) {
    if (offset + size > store.size)
      throw new StorageError(store, `has ${store.size} bytes; its disk needs ${size} from byte ${offset} on`);
    this.format = format;
    this.store = store;
    this.size = size;
    this.#offset = offset;
  }

  async place(block: number): Promise<BlockPlace> {
    return { kind: 'data', offset: this.#offset + block * this.blockSize };
  }

  async run(block: number, most: number): Promise<BlockRun> {
    return { place: await this.place(block), blocks: most };
  }

  async reserve(): Promise<NewPlace> {
    throw new StorageError(this.store, 'has no place for more blocks');
  }

  async set(): Promise<void> {}

  async commit(): Promise<void> {
    await this.store.flush();
  }
}
