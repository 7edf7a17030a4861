import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseCLI } from 'vitest/node';
import { parseOptions as parseBench } from '../../bench/options.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import { parseCommand } from '../../src/cli/program.ts';
import { parseCommand as parseOracle } from '../oracle/command.ts';
import { type Command, wordsOf } from './commands.ts';
import { readPage, root } from './documents.ts';

const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };

/** Commands of npm's own that the pages use. */
const npmCommands = ['ci', 'init', 'install', 'pack', 'pkg'];

/** Programs of the clone that take flags, and what parses these. */
const parsers: Readonly<Record<string, (args: readonly string[]) => unknown>> = {
  'bench/main.ts': parseBench,
  'test/oracle/main.ts': parseOracle,
};

/** Files that stand for the reader's own, and names of BIOSes, which are none. */
const readersFiles = /^(rawiron|seabios|[A-Z]+|bzImage|root\.cpio\.gz|bios\.bin|vm\.sock|kallsyms|mine\/.*)$/;

/**
 * Has a command's own parser read it, down to the program that an npm script runs.
 * @throws an error that names the script, flag or file that there isn't
 */
export async function checkCommand({ page, words, made }: Pick<Command, 'page' | 'words' | 'made'>): Promise<void> {
  const isThere = (file: string) =>
    readersFiles.test(file) ||
    made.includes(file) ||
    [root, dirname(join(root, page))].some((f) => existsSync(join(f, file)));
  const expectFile = (file: string) => {
    if (!isThere(file)) throw new Error(`there is no file ${file}`);
  };
  await checkWords(words, expectFile);
}

type ExpectFile = (file: string) => void;

async function checkWords([program, ...args]: readonly string[], expectFile: ExpectFile): Promise<void> {
  if (program === 'npm') return checkNpm(args, expectFile);
  if (program === 'npx') return checkWords(args, expectFile);
  if (program === 'node') return checkNode(args, expectFile);
  if (program === 'rawiron') return checkRawiron(args, expectFile);
  if (program === 'vitest') return parseCLI(['vitest', ...args]).filter.forEach(expectFile);
  if (program?.includes('/')) expectFile(program);
}

async function checkNpm([command = '', ...args]: readonly string[], expectFile: ExpectFile): Promise<void> {
  if (npmCommands.includes(command)) return;
  const [name, ...rest] = command === 'run' ? args : [command, ...args];
  const script = scripts[name ?? ''];
  if (script === undefined) throw new Error(`there is no npm script ${name}`);
  if (rest.length === 0) return;
  if (rest[0] !== '--') throw new Error(`npm takes ${rest[0]} for itself: -- is missing`);
  const commands = script.split(' && ').map(wordsOf);
  commands.at(-1)!.push(...rest.slice(1));
  for (const words of commands) await checkWords(words, expectFile);
}

async function checkNode(args: readonly string[], expectFile: ExpectFile): Promise<void> {
  // Before it stand flags of Node's own.
  const at = args.findIndex((word, n) => !word.startsWith('-') && args[n - 1] !== '-C');
  if (at < 0) return;
  const [file, ...rest] = args.slice(at) as [string, ...string[]];
  expectFile(file);
  if (/^(bin\/rawiron\.cjs|src\/cli\/main\.ts)$/.test(file)) return checkRawiron(rest, expectFile);
  await parsers[file]?.(rest);
  rest.filter((word) => /^[^-/].*\//.test(word)).forEach(expectFile);
}

const ofMachine = /^(start|demo|-.*)$/;

async function checkRawiron(args: readonly string[], expectFile: ExpectFile): Promise<void> {
  await parseCommand(args);
  if (!ofMachine.test(args[0] ?? '')) return;
  const { kernel, initrd, bios, symbols } = parseArguments(args);
  for (const file of [kernel, initrd, bios, symbols]) if (file !== undefined) expectFile(file);
}
