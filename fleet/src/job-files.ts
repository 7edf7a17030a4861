import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOwnFolder } from './confined/folders.ts';
import { FleetError, PermanentError } from './error.ts';
import { isKey } from './store.ts';

/** Files that a job leaves, bytes of one, and of all, at most. */
export const [MOST_FILES, MOST_FILE, MOST_BYTES] = [1000, 64 << 20, 256 << 20] as const;
/** Bytes that a part counts at least: so much work is it to keep one. */
const LEAST_PART = 4096;
/** Files with what a job's machine has sent on COM1 and, after a failure, shown: they are there besides its artefacts. */
export const [SERIAL, SCREEN] = ['serial.log', 'screen.txt'] as const;
/** Bytes of one of them, at most. */
const MOST_OWN = 2 << 20;

/** Takes a file of a job. Resolves when more may follow. @throws PermanentError for what a job may not leave */
export type KeepFile = (name: string, bytes: Uint8Array) => Promise<void>;

/** The files of a job while it is being done, in a folder of the worker. */
export class JobFiles implements AsyncDisposable {
  readonly #folder: string;
  /** Bytes of each. */
  readonly #lengths = new Map<string, number>();
  /** Bytes that have come, those of files that were replaced too. */
  #bytes = 0;
  /** Parts that were not taken. */
  refused = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<JobFiles> {
    return new JobFiles(await makeOwnFolder());
  }

  get names(): readonly string[] {
    return [...this.#lengths.keys()];
  }

  async read(name: string): Promise<Uint8Array> {
    return await readFile(join(this.#folder, name));
  }

  /** Keeps a whole file, in the place of what was there. */
  readonly keep: KeepFile = (name, bytes) => this.add(name, bytes, true);

  /**
   * Keeps a part of a file.
   * @throws PermanentError for what is no name, or more than a job may leave
   */
  async add(name: string, part: Uint8Array, isFirst: boolean): Promise<void> {
    const length = (isFirst ? 0 : (this.#lengths.get(name) ?? 0)) + part.length;
    try {
      this.#count(checkedFileName(name), length, part.length);
    } catch (error) {
      this.refused++;
      throw error;
    }
    this.#lengths.set(name, length);
    const path = join(this.#folder, name);
    await (isFirst ? writeFile(path, part) : appendFile(path, part)).catch((cause: Error) => {
      // Where that is concerns no tenant.
      throw new FleetError('its worker cannot write its files now', { cause });
    });
  }

  /** @throws PermanentError for more than a job may leave */
  #count(name: string, length: number, part: number): void {
    const isOwn = name === SERIAL || name === SCREEN;
    const most = isOwn ? MOST_OWN : MOST_FILE;
    if (length > most) throw tooMuch(`an artefact, ${name}, of more than ${megabytes(most)}`);
    if (!isOwn) this.#bytes += Math.max(part, LEAST_PART);
    if (this.#bytes > MOST_BYTES) throw tooMuch(`artefacts of more than ${megabytes(MOST_BYTES)} together`);
    const files = this.#lengths.size + (this.#lengths.has(name) ? 0 : 1);
    if (!isOwn && files > MOST_FILES) throw tooMuch(`more than ${MOST_FILES} artefacts`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const megabytes = (bytes: number): string => `${bytes >> 20} MB`;
const tooMuch = (what: string): PermanentError => new PermanentError(`it leaves ${what}`);

/** @throws PermanentError for what is no name of a file */
export function checkedFileName(name: string): string {
  if (name.length <= 100 && !name.includes('/') && isKey(name)) return name;
  throw new PermanentError(
    `'${name.slice(0, 200)}' is no name of an artefact; give letters, digits, . _ - + @, 100 at most`,
  );
}
