import { type ByteStore, checkRange, checkWritable } from './store.ts';

/** A part of a store, which is only read: a file within an archive. */
export class MemberStore implements ByteStore {
  readonly name: string;
  readonly identity: string;
  readonly size: number;
  readonly isReadOnly = true;
  readonly #archive: ByteStore;
  readonly #at: number;

  constructor(archive: ByteStore, member: { readonly name: string; readonly at: number; readonly size: number }) {
    this.#archive = archive;
    this.name = `${archive.name}/${member.name}`;
    this.identity = `${archive.identity}/${member.name}`;
    this.#at = member.at;
    this.size = member.size;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    await this.#archive.read(this.#at + offset, target);
  }

  async write(): Promise<void> {
    checkWritable(this);
  }

  async resize(): Promise<void> {
    checkWritable(this);
  }

  async flush(): Promise<void> {}

  async version(): Promise<string> {
    return (await this.#archive.version?.()) ?? '';
  }

  async close(): Promise<void> {
    await this.#archive.close();
  }
}
