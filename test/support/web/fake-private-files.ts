/** A folder of a page's private files, as far as `replaceFile` and its users need it. What is written is there when it is closed. */
export class FakeFolder {
  readonly folders = new Map<string, FakeFolder>();
  readonly files = new Map<string, Blob>();
  /** Names of files that take no bytes. */
  readonly full = new Set<string>();

  async getDirectoryHandle(name: string): Promise<FakeFolder> {
    const found = this.folders.get(name) ?? new FakeFolder();
    this.folders.set(name, found);
    return found;
  }

  async getFileHandle(name: string, { create = false } = {}) {
    if (!this.files.has(name) && !create) throw new DOMException('not there', 'NotFoundError');
    this.files.set(name, this.files.get(name) ?? new Blob());
    return {
      getFile: async () => this.files.get(name)!,
      createWritable: async () => this.#writable(name),
    };
  }

  async removeEntry(name: string): Promise<void> {
    if (!this.files.delete(name)) throw new DOMException('not there', 'NotFoundError');
  }

  async *keys(): AsyncGenerator<string> {
    yield* this.files.keys();
  }

  #writable(name: string): WritableStream<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    return new WritableStream({
      write: (piece) => {
        if (this.full.has(name)) throw new DOMException('full', 'QuotaExceededError');
        pieces.push(piece);
      },
      close: () => void this.files.set(name, new Blob(pieces)),
    });
  }
}
