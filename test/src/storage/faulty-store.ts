import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { type ByteStore, StorageError } from '../../../src/storage/store.ts';

type Change = { readonly offset: number; readonly bytes: Uint8Array } | { readonly size: number } | 'flush';

/** A store that remembers in which order it was changed, and fails when it is told to. */
export class FaultyStore implements ByteStore {
  readonly name = 'faulty';
  readonly identity = 'faulty';
  readonly isReadOnly = false;
  readonly changes: Change[] = [];
  /** Changes and flushes that still work; then each fails. */
  budget = Number.POSITIVE_INFINITY;
  readonly #store: MemoryStore;
  readonly #start: Uint8Array;

  constructor(start: Uint8Array) {
    this.#store = new MemoryStore(this.name, start);
    this.#start = start;
  }

  get size(): number {
    return this.#store.size;
  }

  read(offset: number, target: Uint8Array): Promise<void> {
    return this.#store.read(offset, target);
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    this.#spend();
    this.changes.push({ offset, bytes: source.slice() });
    await this.#store.write(offset, source);
  }

  async resize(size: number): Promise<void> {
    this.#spend();
    this.changes.push({ size });
    await this.#store.resize(size);
  }

  async flush(): Promise<void> {
    this.#spend();
    this.changes.push('flush');
  }

  async close(): Promise<void> {}

  /**
   * The bytes after the host stopped following `count` changes. Of those after the last flush before it, each may have got
   * lost: `survives` decides.
   */
  async after(count: number, survives: (index: number) => boolean): Promise<Uint8Array> {
    const flushed = this.changes.lastIndexOf('flush', count - 1);
    const store = new MemoryStore(this.name, this.#start);
    for (const [index, change] of this.changes.slice(0, count).entries()) {
      if (change === 'flush' || (index > flushed && !survives(index))) continue;
      if ('size' in change) await store.resize(change.size);
      else await store.write(change.offset, change.bytes);
    }
    const bytes = new Uint8Array(store.size);
    await store.read(0, bytes);
    return bytes;
  }

  #spend(): void {
    if (this.budget-- <= 0) throw new StorageError(this, 'no space left');
  }
}
