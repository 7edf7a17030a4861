import { tarMembers } from '../containers/tar-reader.ts';
import { type ByteStore, StorageError } from '../storage/store.ts';
import { latin1 } from '../util/bytes.ts';

/** Bytes that are read of an archive at once: a header is one block. */
const STEP = 512;
/** Files of an archive at most: an appliance has a descriptor, a manifest, and its disks. */
const MOST_FILES = 1000;

/** A file of an archive, and where its bytes are there. */
export interface ArchivedFile {
  readonly name: string;
  readonly at: number;
  readonly size: number;
}

/**
 * The files of an archive (.ova). Their contents are not read.
 * @throws ConfigurationError if it is no archive, or is cut off
 */
export async function archivedFiles(archive: ByteStore): Promise<ArchivedFile[]> {
  const files: ArchivedFile[] = [];
  for await (const { header, at } of tarMembers(new SteppedStore(archive), archive.name)) {
    if (header.type !== 'file') continue;
    const { size = 0 } = header;
    const name = plainName(new TextDecoder().decode(latin1(header.name!)));
    if (at + size > archive.size) throw new StorageError(archive, `is cut off: it ends in the middle of ${name}`);
    files.push({ name, at, size });
    if (files.length > MOST_FILES) throw new StorageError(archive, `has more than ${MOST_FILES} files`);
  }
  return files;
}

/** A name without the steps that lead nowhere: `./a//b` is `a/b`. */
export const plainName = (name: string): string =>
  name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

/** Bytes of a store, in steps; those that are passed over are not read. */
class SteppedStore implements AsyncIterable<Uint8Array> {
  readonly #store: ByteStore;
  #at = 0;

  constructor(store: ByteStore) {
    this.#store = store;
  }

  skip(count: number): void {
    this.#at += count;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    while (this.#at < this.#store.size) {
      const part = new Uint8Array(Math.min(STEP, this.#store.size - this.#at));
      await this.#store.read(this.#at, part);
      this.#at += part.length;
      yield part;
    }
  }
}
