import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AssetFiles } from '../../../src/node/assets/cache.ts';
import { run } from '../../../src/node/process/process.ts';
import type { QemuSource } from './sources.ts';

/** Static programs for i386; what they test is in assembly text, which no optimisation is to change. */
const flags = ['-m32', '-static', '-O0', '-fno-strict-aliasing', '-fno-pie', '-no-pie', '-w'];
const libraries = ['-lm', '-lpthread', '-lrt'];

/** Programs that QEMU's makefile leaves out for i386 (SKIP_I386_TESTS). */
const skipped = new Set(['test-i386-ssse3', 'test-avx', 'test-3dnow', 'test-mmx']);

/** Additional compiler flags of some programs, as in QEMU's makefiles; files are relative to tests/tcg. */
const special: Readonly<Record<string, { readonly flags?: readonly string[]; readonly files?: readonly string[] }>> = {
  'hello-i386': { flags: ['-ffreestanding', '-nostdlib'] },
  'test-i386': { files: ['i386/test-i386-code16.S', 'i386/test-i386-vm86.S'] },
  'test-i386-bmi2': { flags: ['-O2'] },
  'test-i386-pcmpistri': { flags: ['-msse4.2'] },
  'test-i386-sse-exceptions': { flags: ['-msse4.1', '-mfpmath=sse'] },
  float_convd: { files: ['multiarch/libs/float_helpers.c'] },
  float_convs: { files: ['multiarch/libs/float_helpers.c'] },
  float_madds: { files: ['multiarch/libs/float_helpers.c'] },
};

/** Compiles the user programs of tests/tcg for i386, by name. */
export async function buildPrograms({ directory }: QemuSource, work: string): Promise<AssetFiles> {
  const tests = join(directory, 'tests', 'tcg');
  const output = join(work, 'programs');
  await mkdir(output, { recursive: true });
  const files: Record<string, Uint8Array> = {};
  for (const folder of ['i386', 'multiarch', 'multiarch/linux']) {
    const sources = (await readdir(join(tests, folder))).filter((file) => file.endsWith('.c')).sort();
    for (const source of sources) {
      const name = basename(source, '.c');
      if (skipped.has(name)) continue;
      const program = join(output, name);
      await compile(tests, name, join(tests, folder, source), program);
      files[name] = await readFile(program);
    }
  }
  return files;
}

async function compile(tests: string, name: string, source: string, program: string): Promise<void> {
  const { flags: more = [], files = [] } = special[name] ?? {};
  const sources = [source, ...files.map((file) => join(tests, file))];
  const linked = more.includes('-nostdlib') ? [] : libraries;
  await run('gcc', [...flags, ...more, '-I', join(tests, 'multiarch/libs'), ...sources, '-o', program, ...linked]);
}
