import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompilerError, compiledPrograms } from '../../../bench/compile.ts';
import type { GuestFiles, Start } from '../../../bench/engines/engine.ts';

/** A folder as a run of the benchmark makes it, for engines that run on the host. */
export interface ProgramFolder {
  readonly path: string;
  readonly files: GuestFiles;
  readonly start: Start;
  /** Why there are no compiled programs in it. */
  readonly missing?: CompilerError;
  remove(): Promise<void>;
}

/** A folder without programs but for these shell scripts. */
export async function scriptFolder(scripts: Readonly<Record<string, string>> = {}): Promise<ProgramFolder> {
  const path = await mkdtemp(join(tmpdir(), 'rawiron-bench-test-'));
  const programs = join(path, 'programs');
  const scratch = join(path, 'scratch');
  await mkdir(programs);
  await mkdir(scratch);
  await copyFile(join(import.meta.dirname, '../../../bench/guest/runner.sh'), join(programs, 'runner'));
  for (const [name, text] of Object.entries(scripts)) await writeFile(join(programs, name), text, { mode: 0o755 });
  return {
    path,
    files: { kernel: '', initrd: '', plainInitrd: '', programs, scratch },
    start: { kernel: '', initrd: '', append: '', memoryMegabytes: 0 },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** A folder with the benchmark's own programs. */
export async function programFolder(): Promise<ProgramFolder> {
  const folder = await scriptFolder();
  try {
    for (const [name, bytes] of Object.entries(await compiledPrograms(() => {}))) {
      await writeFile(join(folder.files.programs, name), bytes, { mode: 0o755 });
    }
    return folder;
  } catch (error) {
    if (!(error instanceof CompilerError)) throw error;
    return { ...folder, missing: error };
  }
}
