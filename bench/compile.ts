import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AssetFiles, cacheDirectory, cachedAssets } from '../src/node/assets/cache.ts';
import { run } from '../src/node/process/process.ts';
import type { Progress } from '../src/util/progress.ts';
import { largeProgram } from './large.ts';

const sources = join(import.meta.dirname, 'programs');
const cacheName = 'bench-programs';

/** Flags for the same instructions wherever the compiler comes from: no CPU newer than the i686, nothing a distribution adds. */
const flags = [
  ...['-m32', '-march=i686', '-O2', '-static', '-no-pie', '-fno-pie', '-fcf-protection=none', '-fno-stack-protector'],
  // What a double is computed with is said by the program (double_t), not by how registers are allocated.
  '-fexcess-precision=standard',
];
const sse2Flags = ['-msse2', '-mfpmath=sse'];

/** The C files of a binary, by name; all but the packed ones are portable. */
interface Binary {
  readonly name: string;
  readonly flags: readonly string[];
  files(all: readonly string[]): readonly string[];
}

const isPacked = (file: string) => file.endsWith('_packed.c');
const isFloatingPoint = (file: string) => /^(matmul|mandelbrot)(_packed)?\.c$/.test(file);

const binaries: readonly Binary[] = [
  { name: 'bench', flags: [], files: (all) => all.filter((file) => !isPacked(file)) },
  { name: 'bench-sse2', flags: sse2Flags, files: (all) => ['main.c', ...all.filter(isFloatingPoint)] },
  { name: 'bench-large', flags: [], files: () => ['main.c', 'large.s'] },
];

/** The compiler cannot make programs for the guest. The message says what is missing. */
export class CompilerError extends Error {
  override readonly name = 'CompilerError';
}

/**
 * The benchmark's own programs, static binaries for i386: from the cache if they were made of the same sources by the
 * same compiler, otherwise compiled now.
 * @throws CompilerError
 */
export async function compiledPrograms(progress: Progress): Promise<AssetFiles> {
  const texts = await sourceTexts();
  const name = `${cacheName}-${digest([await compilerVersion(), JSON.stringify([flags, sse2Flags]), ...texts.values()])}`;
  return cachedAssets(name, async (work) => {
    await checkCompiler(work);
    progress("Compiling the benchmark's programs");
    for (const [file, text] of texts) await writeFile(join(work, file), text);
    const compiled = binaries.map(async (binary) => [binary.name, await compile(work, binary, [...texts.keys()])]);
    const files: AssetFiles = Object.fromEntries(await Promise.all(compiled));
    await removeOthers(name);
    return files;
  });
}

/** Text of all sources, by file name. */
async function sourceTexts(): Promise<Map<string, string>> {
  const files = (await readdir(sources)).filter((file) => /\.[ch]$/.test(file)).sort();
  const texts = new Map([['large.s', largeProgram()]]);
  for (const file of files) texts.set(file, await readFile(join(sources, file), 'utf8'));
  return texts;
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}

async function compilerVersion(): Promise<string> {
  return run('gcc', ['--version']).catch(() => {
    throw new CompilerError('there is no gcc here; install gcc and gcc-multilib');
  });
}

/** gcc is often there without what it needs to make programs for i386. */
async function checkCompiler(work: string): Promise<void> {
  const source = join(work, 'check.c');
  await writeFile(source, '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n');
  await run('gcc', [...flags, source, '-o', join(work, 'check')]).catch(() => {
    throw new CompilerError('gcc -m32 cannot make static programs here; install gcc-multilib');
  });
}

async function compile(work: string, binary: Binary, all: readonly string[]): Promise<Uint8Array> {
  const files = binary.files(all.filter((file) => file.endsWith('.c')));
  const output = join(work, 'out', binary.name);
  await mkdir(join(work, 'out'), { recursive: true });
  await run('gcc', [...flags, ...binary.flags, ...files, '-o', output], { directory: work });
  await run('strip', [output]);
  return readFile(output);
}

/** Removes what was compiled from older sources. */
async function removeOthers(name: string): Promise<void> {
  for (const entry of await readdir(cacheDirectory()).catch(() => [])) {
    const isOther = entry.startsWith(`${cacheName}-`) && !entry.startsWith(name) && !entry.includes('.');
    if (isOther) await rm(join(cacheDirectory(), entry), { recursive: true, force: true });
  }
}
