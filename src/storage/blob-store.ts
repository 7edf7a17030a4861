import { type ByteStore, checkRange, checkWritable, StorageError } from './store.ts';

/** The bytes of a Blob: a File that was chosen or dropped in a page, or in Node what `fs.openAsBlob` gives. Read only. */
export class BlobStore implements ByteStore {
  readonly name: string;
  readonly isReadOnly = true;
  readonly #blob: Blob;

  constructor(name: string, blob: Blob) {
    this.name = name;
    this.#blob = blob;
  }

  get identity(): string {
    return `blob:${this.name}`;
  }

  get size(): number {
    return this.#blob.size;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    const part = this.#blob.slice(offset, offset + target.length);
    const bytes = await part.arrayBuffer().catch((error: unknown) => {
      throw new StorageError(this, `cannot read it: ${(error as Error).message}`, { cause: error });
    });
    target.set(new Uint8Array(bytes));
  }

  async write(): Promise<void> {
    checkWritable(this);
  }

  async resize(): Promise<void> {
    checkWritable(this);
  }

  async flush(): Promise<void> {}

  async version(): Promise<string> {
    return this.#blob instanceof File ? `${this.#blob.lastModified}` : '';
  }

  async close(): Promise<void> {}
}
