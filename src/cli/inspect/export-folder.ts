import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigurationError } from '../../index.ts';
import { writeError } from '../output-error.ts';

/** Lists the files that exports have written to a folder. */
const LIST = 'rawiron-export.json';

/**
 * A folder that holds one export and nothing else of ours: what an earlier export wrote goes, what anybody else put
 * there stays.
 */
export class ExportFolder {
  readonly #path: string;
  /** Files of the earlier export. */
  readonly #before: ReadonlySet<string>;
  /** All that is there. */
  readonly #present: ReadonlySet<string>;

  private constructor(path: string, before: readonly string[], present: readonly string[]) {
    this.#path = path;
    this.#before = new Set(before);
    this.#present = new Set(present);
  }

  /**
   * The folder, made if need be.
   * @throws ConfigurationError if it cannot be made, or holds files and no list of an earlier export
   */
  static async open(path: string): Promise<ExportFolder> {
    await makeDirectory(resolve(path));
    const present = await readdir(path).catch((error) => {
      throw writeError(path, error);
    });
    if (present.length > 0 && !present.includes(LIST))
      throw new ConfigurationError(`${path} holds files that are no export; give an empty folder or a new one`);
    return new ExportFolder(path, present.includes(LIST) ? await readList(join(path, LIST)) : [], present);
  }

  /**
   * Writes the files, and removes those of the earlier export that are not among them.
   * @throws ConfigurationError if one cannot be written, or would replace a file that no export wrote
   */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    const names = Object.keys(files);
    const taken = names.find((name) => this.#present.has(name) && !this.#before.has(name));
    if (taken !== undefined)
      throw new ConfigurationError(
        `${join(this.#path, taken)} is no file of an export; move it, or give another folder`,
      );
    const old = [...this.#before].filter((name) => !Object.hasOwn(files, name));
    // Wherever this ends early, the list has all files that exports have written.
    await this.#writeFile(LIST, listText([...names, ...old]));
    for (const [name, text] of Object.entries(files)) await this.#writeFile(name, text);
    for (const name of old) await rm(join(this.#path, name), { force: true });
    await this.#writeFile(LIST, listText(names));
  }

  async #writeFile(name: string, text: string): Promise<void> {
    const path = join(this.#path, name);
    await writeFile(path, text).catch((error) => {
      throw writeError(path, error);
    });
  }
}

function listText(files: readonly string[]): string {
  return `${JSON.stringify({ files }, null, 1)}\n`;
}

/** Names of the files of an earlier export. A list that someone has changed is not believed. */
async function readList(path: string): Promise<readonly string[]> {
  try {
    const { files } = JSON.parse(await readFile(path, 'utf8')) as { files: unknown[] };
    if (files.every(isFileName)) return files;
  } catch {
    // As with names that are none.
  }
  throw new ConfigurationError(`${path} is no list of an export's files; give an empty folder or a new one`);
}

/** Whether it names a file of the folder itself. */
function isFileName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name !== '..' && name !== '.' && basename(name) === name;
}

/** A folder and those above it. (Node's own `recursive` never comes back from a folder such as /proc/x.) */
async function makeDirectory(directory: string): Promise<void> {
  const code = await mkdir(directory).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  const above = dirname(directory);
  if (code === 'ENOENT' && above !== directory) await makeDirectory(above);
  else if (code === undefined) return;
  await mkdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw writeError(directory, error);
  });
}
