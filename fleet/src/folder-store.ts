import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { FleetError } from './error.ts';
import { checkedKey, type ObjectStore } from './store.ts';

/** Names of files that are being written end so; nobody sees them. */
const UNFINISHED = '.unfinished';

/** Objects as files in a folder, which hosts share by their file system. */
export class FolderStore implements ObjectStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  #path(key: string): string {
    return join(this.#folder, checkedKey(key));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return await readFile(this.#path(key)).catch(unlessMissing);
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(key);
    const unfinished = `${path}.${randomUUID()}${UNFINISHED}`;
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(unfinished, bytes, { flush: true });
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw new FleetError(`cannot write ${path}: ${(error as Error).message}`);
    }
  }

  async has(key: string): Promise<boolean> {
    return (await stat(this.#path(key)).catch(unlessMissing)) !== undefined;
  }

  async list(prefix: string): Promise<readonly string[]> {
    const names = (await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(unlessMissing)) ?? [];
    const files = names.filter((entry) => entry.isFile() && !entry.name.endsWith(UNFINISHED));
    const keys = files.map((entry) => relative(this.#folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
    return keys.filter((key) => key.startsWith(prefix)).sort();
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }
}

/** @throws the error, unless it says that there is nothing */
function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
