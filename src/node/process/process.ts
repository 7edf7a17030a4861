import { type SpawnOptions, spawn } from 'node:child_process';

export interface RunOptions {
  readonly directory?: string;
  /** Called with each line that the program writes to file descriptor 3. */
  readonly onStatus?: (line: string) => void;
}

/** Runs a program to its end and returns its standard output. Throws with the end of its standard error if it fails. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const spawnOptions: SpawnOptions = {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
    ...(options.directory !== undefined && { cwd: options.directory }),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, spawnOptions);
    const [, output, errors, status] = child.stdio;
    const outputText = collect(output);
    const errorText = collect(errors);
    let statusText = '';
    status?.on('data', (chunk: Buffer) => {
      const lines = (statusText + chunk.toString()).split('\n');
      statusText = lines.pop() ?? '';
      for (const line of lines) options.onStatus?.(line);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(outputText());
      else reject(new Error(failure(command, code, signal, errorText())));
    });
  });
}

/** The bytes that a program writes to its standard output. Throws as `run` does. */
export async function* output(command: string, args: readonly string[]): AsyncGenerator<Uint8Array> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } });
  const errorText = collect(child.stderr);
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code === 0 ? '' : failure(command, code, signal, errorText())));
  });
  ended.catch(() => {});
  try {
    yield* child.stdout;
  } finally {
    child.kill();
  }
  const message = await ended;
  if (message !== '') throw new Error(message);
}

function failure(command: string, code: number | null, signal: NodeJS.Signals | null, errors: string): string {
  return `${command} failed (${signal ?? `exit code ${code}`})${lastLines(errors)}`;
}

/** True if the program can be started at all. */
export async function isInstalled(command: string): Promise<boolean> {
  try {
    await run(command, ['--version']);
    return true;
  } catch {
    return false;
  }
}

function collect(stream: NodeJS.ReadableStream | NodeJS.WritableStream | null | undefined): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

function lastLines(text: string): string {
  const lines = text.trim().split('\n').slice(-6);
  return lines.join('') === '' ? '' : `:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
