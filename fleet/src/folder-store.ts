import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { StoreError } from './error.ts';
import { checkedKey, type ObjectStore, type StoredObject, UNFINISHED } from './store.ts';

/** Objects as files in a folder, which hosts share by their file system. */
export class FolderStore implements ObjectStore {
  readonly place: string;

  constructor(folder: string) {
    this.place = folder;
  }

  #path(key: string): string {
    return join(this.place, checkedKey(key));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return await readFile(this.#path(key)).catch(unlessMissing);
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(key);
    const unfinished = `${path}.${randomUUID()}${UNFINISHED}`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(unfinished, bytes, { flush: true });
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => {});
      throw new StoreError(`cannot write ${path}: ${(error as Error).message}`);
    }
  }

  async find(key: string): Promise<StoredObject | undefined> {
    const found = await stat(this.#path(key)).catch(unlessMissing);
    return found && { key, bytes: found.size, age: Date.now() - found.mtimeMs };
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const found: StoredObject[] = [];
    const names = (await this.#files(prefix)).filter((name) => !name.endsWith(UNFINISHED) && name.startsWith(prefix));
    for (const key of names.sort()) {
      const object = await this.find(key);
      // It may have gone meanwhile.
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /** Names of the files in the folder that a prefix names. */
  async #files(prefix: string): Promise<string[]> {
    const folder = join(this.place, prefix.slice(0, prefix.lastIndexOf('/') + 1));
    const names = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(unlessMissing)) ?? [];
    const files = names.filter((entry) => entry.isFile());
    return files.map((entry) => relative(this.place, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  }

  async removeUnfinished(age: number): Promise<void> {
    for (const name of (await this.#files('')).filter((name) => name.endsWith(UNFINISHED))) {
      const path = join(this.place, name);
      const written = (await stat(path).catch(unlessMissing))?.mtimeMs;
      if (written !== undefined && Date.now() - written >= age) await rm(path, { force: true });
    }
  }

  async move(from: string, to: string): Promise<void> {
    const [path, other] = [this.#path(from), this.#path(to)];
    const now = new Date();
    try {
      await mkdir(dirname(other), { recursive: true });
      // Before: it would be as old as it was for a moment.
      await utimes(path, now, now);
      await rename(path, other);
    } catch (error) {
      unlessMissing(error as NodeJS.ErrnoException);
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }
}

/** @throws StoreError, unless there is nothing */
function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw new StoreError(error.message);
}
