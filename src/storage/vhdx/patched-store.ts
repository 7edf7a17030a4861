import type { ByteStore } from '../store.ts';
import type { Patch } from './log.ts';

/** A store that is only read, with changes that its file does not have yet. */
export class PatchedStore implements ByteStore {
  readonly isReadOnly = true;
  readonly #store: ByteStore;
  readonly #patches: readonly Patch[];

  constructor(store: ByteStore, patches: readonly Patch[]) {
    this.#store = store;
    this.#patches = patches;
  }

  get name(): string {
    return this.#store.name;
  }

  get identity(): string {
    return this.#store.identity;
  }

  get size(): number {
    return this.#store.size;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    await this.#store.read(offset, target);
    for (const { offset: from, length, bytes } of this.#patches) {
      const first = Math.max(offset, from);
      const end = Math.min(offset + target.length, from + length);
      if (first >= end) continue;
      if (bytes) target.set(bytes.subarray(first - from, end - from), first - offset);
      else target.fill(0, first - offset, end - offset);
    }
  }

  write(offset: number, source: Uint8Array): Promise<void> {
    return this.#store.write(offset, source);
  }

  resize(size: number): Promise<void> {
    return this.#store.resize(size);
  }

  flush(): Promise<void> {
    return this.#store.flush();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  abandon(): void {
    this.#store.abandon?.();
  }
}
