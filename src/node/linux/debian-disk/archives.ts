import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Bytes } from '../../../containers/streams.ts';
import { BLOCK } from './scripts.ts';

/** A raw image of tar archives, one after the other, each at a multiple of a block. */
export class ArchiveImage implements AsyncDisposable {
  readonly #file: FileHandle;
  /** Where the next archive begins, in bytes. */
  #end = 0;
  readonly #lines: string[] = [];

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<ArchiveImage> {
    return new ArchiveImage(await open(path, 'w'));
  }

  /** How many archives there are. */
  get count(): number {
    return this.#lines.length;
  }

  /** A line for each archive: its first block, and how many it has. */
  get table(): string {
    return this.#lines.join('');
  }

  /** Appends an archive, and passes its bytes on while it does. */
  async *append(archive: Bytes): Bytes {
    const start = this.#end;
    for await (const part of archive) {
      await this.#file.write(part, 0, part.length, this.#end);
      this.#end += part.length;
      yield part;
    }
    this.#end = Math.ceil(this.#end / BLOCK) * BLOCK;
    await this.#file.truncate(this.#end);
    this.#lines.push(`${start / BLOCK} ${(this.#end - start) / BLOCK}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
