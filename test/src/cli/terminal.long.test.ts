import { execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shellCommand } from '../support/command-line.ts';

const hasScript = await promisify(execFile)('script', ['--version']).then(
  () => true,
  () => false,
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terminal-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

/**
 * Runs the demo guest on a terminal made by script(1). `act` is called with the output so far whenever there is more,
 * and returns what to type. Resolves with the terminal's modes before, during and after.
 */
async function onTerminal(act: (output: string) => string): Promise<{ before: string; after: string; output: string }> {
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  const program = `sh -c 'echo $$ > "${folder}/pid"; exec ${shellCommand(['demo'])}'`;
  const command = `stty -a > '${before}'; ${program}; echo "code $?"; stty -a > '${after}'`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const typed = act(output);
    // Of nothing to type an error would come, too, once script(1) has ended.
    if (typed !== '') child.stdin.write(typed);
  });
  await new Promise((resolve) => child.on('close', resolve));
  return { before: await readFile(before, 'utf8'), after: await readFile(after, 'utf8'), output };
}

/** Sends the program a signal when the guest shows its prompt. */
function killer(signal: NodeJS.Signals): (output: string) => string {
  return typist([[/demo> $/, () => process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), signal)]]);
}

/** Types each text, or does what is given, once the output has got to match its pattern. */
function typist(steps: readonly [RegExp, string | (() => void)][]): (output: string) => string {
  const left = [...steps];
  return (output) => {
    if (!left[0]?.[0].test(output)) return '';
    const step = left.shift()![1];
    if (typeof step === 'string') return step;
    step();
    return '';
  };
}

test.runIf(hasScript)('keys reach the guest, and Ctrl-A x leaves the terminal as it was', async () => {
  const { before, after, output } = await onTerminal(
    typist([
      [/demo> $/, 'echo a\x03b\xe9\r'],
      [/\n[^\n]*\r\ndemo> $/, '\x01x'],
    ]),
  );
  expect(output).toContain('rawiron: terminated');
  expect(output).toContain('code 0');
  expect(after).toBe(before);
});

test.runIf(hasScript)('Ctrl-A h tells the size that the terminal has got', async () => {
  const resize = () => {
    const pid = readFileSync(join(folder, 'pid'), 'utf8').trim();
    spawnSync('stty', ['-F', `/proc/${pid}/fd/0`, 'rows', '41', 'cols', '123']);
  };
  const type = typist([
    [/demo> $/, 'echo a\r'],
    [/\n[^\n]*\r\ndemo> $/, '\x01h'],
    [/ stty .*\r\n/, '\x01x'],
  ]);
  let resized = false;
  const { output } = await onTerminal((text) => {
    if (!resized && /demo> $/.test(text)) {
      resize();
      resized = true;
    }
    return type(text);
  });
  expect(output).toContain('41 rows and 123 columns');
  expect(output).toContain(' stty rows 41 cols 123\r\n');
});

test.runIf(hasScript)('a guest that turns itself off leaves the terminal as it was', async () => {
  const { before, after, output } = await onTerminal(typist([[/demo> $/, 'poweroff\r']]));
  expect(output).toContain('code 0');
  expect(after).toBe(before);
});

test.runIf(hasScript).each<[NodeJS.Signals, number]>([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
])('%s leaves the terminal as it was', async (signal, code) => {
  const { before, after, output } = await onTerminal(killer(signal));
  expect(output).toContain(`code ${code}`);
  expect(after).toBe(before);
});
