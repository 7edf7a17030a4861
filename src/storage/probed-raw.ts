import { formatOfBytes, PROBE_BYTES } from './probe.ts';
import { RawDisk } from './raw.ts';
import { type ByteStore, StorageError } from './store.ts';

/**
 * A raw image whose format was found out from its first bytes. A guest must not write the start of another format there: the
 * image would be opened as that the next time, with whatever file of the host it names as its backing file. Such a write is
 * refused, as by QEMU (block/raw-format.c, raw_co_pwritev).
 */
export class ProbedRawDisk extends RawDisk {
  /** The first bytes after all writes that have begun. */
  readonly #start: Uint8Array;

  private constructor(store: ByteStore, start: Uint8Array) {
    super(store);
    this.#start = start;
  }

  /** @throws StorageError if the store cannot be read */
  static async open(store: ByteStore): Promise<ProbedRawDisk> {
    const start = new Uint8Array(PROBE_BYTES);
    await store.read(0, start.subarray(0, Math.min(store.size, PROBE_BYTES)));
    return new ProbedRawDisk(store, start);
  }

  /** @throws StorageError if the image would look like one of another format */
  override async write(offset: number, source: Uint8Array): Promise<void> {
    if (offset >= 0 && offset < PROBE_BYTES) this.#checkStart(offset, source);
    await super.write(offset, source);
  }

  #checkStart(offset: number, source: Uint8Array): void {
    const start = this.#start.slice();
    start.set(source.subarray(0, PROBE_BYTES - offset), offset);
    if (formatOfBytes(start) !== 'raw') {
      // The same text whatever the guest writes: the user is told once.
      throw new StorageError(
        this,
        'a write is refused that would make this raw image look like one of another format; give format=raw to allow it',
      );
    }
    this.#start.set(start);
  }
}
