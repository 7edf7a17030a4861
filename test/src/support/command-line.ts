import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const program = fileURLToPath(new URL('../../../src/cli/main.mjs', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the command line to its end, with this input (which is left open) and these variables besides its own. */
export function rawiron(args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return rawironUnder([], args, input, env);
}

/** Runs the command line until its standard error matches, and leaves it with Ctrl-A x. */
export function rawironUntil(pattern: RegExp, args: readonly string[]): Promise<Ended> {
  return rawironUnder([], args, '', {}, pattern);
}

/** Runs several command lines in one process, for those that end by themselves; it starts once. */
export async function rawironEach(lists: readonly (readonly string[])[]): Promise<readonly Ended[]> {
  const each = fileURLToPath(new URL('command-lines.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [each, JSON.stringify(lists)]);
  return JSON.parse(stdout);
}

/** As `rawiron`, with flags for Node. */
export async function rawironUnder(
  flags: readonly string[],
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv = {},
  leaveAfter?: RegExp,
): Promise<Ended> {
  const child = spawn(process.execPath, [...flags, program, ...args], { env: { ...process.env, ...env } });
  const text = { output: '', errors: '' };
  child.stdout.on('data', (chunk) => {
    text.output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.errors += chunk;
    if (!leaveAfter?.test(text.errors)) return;
    child.stdin.write('\x01x');
    leaveAfter = undefined;
  });
  child.stdin.write(input);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...text };
}

/** The command, as a shell would run it on a terminal. */
export function shellCommand(args: readonly string[]): string {
  return [process.execPath, program, ...args].map((word) => `"${word}"`).join(' ');
}
