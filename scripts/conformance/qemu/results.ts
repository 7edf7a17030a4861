import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../../src/node/assets/cache.ts';
import type { Comparison } from './compare.ts';

type Columns = Record<string, Record<string, Comparison>>;

const file = (): string => join(cacheDirectory(), 'conformance-qemu-results.json');

/** Output of programs on each engine, kept as they end, so that a run that was stopped can be resumed. */
export class Results {
  readonly columns: Columns;
  readonly #version: string;

  private constructor(version: string, columns: Columns) {
    this.#version = version;
    this.columns = columns;
  }

  /** Those of an earlier run of the same programs, if it is to be gone on with; else none. */
  static async load(version: string, resume: boolean): Promise<Results> {
    const kept = resume ? await readFile(file(), 'utf8').catch(() => undefined) : undefined;
    const { version: of, columns } = kept === undefined ? { version: '', columns: {} } : JSON.parse(kept);
    return new Results(version, of === version ? columns : {});
  }

  async add(engine: string, program: string, comparison: Comparison): Promise<void> {
    this.columns[engine] ??= {};
    this.columns[engine][program] = comparison;
    await mkdir(cacheDirectory(), { recursive: true });
    await writeFile(file(), JSON.stringify({ version: this.#version, columns: this.columns }));
  }
}
