import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { command } from '../../../src/containers/agent.ts';
import { enterProgram } from '../../../src/containers/enter.ts';
import { shellWord } from '../../../src/util/shell-word.ts';

test('the program is one that binutils know as a static program of Linux for i386', () => {
  const folder = mkdtempSync(join(tmpdir(), 'enter-'));
  try {
    const file = join(folder, 'enter');
    writeFileSync(file, enterProgram());
    const text = execFileSync('readelf', ['-hl', file], { encoding: 'utf8' });
    expect(text).toMatch(/Class:\s+ELF32/);
    expect(text).toMatch(/Machine:\s+Intel 80386/);
    expect(text).toMatch(/Entry point address:\s+0x8048054/);
    expect(text).toMatch(/LOAD\s+0x000000 0x08048000/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(['', 'plain', "it's", '$(reboot) `x` "y" \\', 'a\nb', 'Größe', "'''", '-n', '*'])(
  'a shell takes the word %j as it is',
  (word) => {
    expect(execFileSync('sh', ['-c', `printf '%s' ${shellWord(word)}`], { encoding: 'utf8' })).toBe(word);
    expect(command('name', word)).toBe(`name ${shellWord(word)}\n`);
  },
);

const folder = mkdtempSync(join(tmpdir(), 'enter-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program as a process of this host, with these steps. */
function enter(...steps: readonly string[]): { readonly status: number | null; readonly text: string } {
  const file = join(folder, 'enter');
  writeFileSync(file, enterProgram(), { mode: 0o755 });
  const { status, stderr } = spawnSync(file, steps, { encoding: 'utf8', env: { PATH: folder } });
  return { status, text: stderr ?? '' };
}

/** Without the right to change groups the program ends before the command. */
const runsHere = enter('x', '0', '0', '0', '/', '/none').status === 127;

test.skipIf(!runsHere)('says why a command cannot be started, as root of a host that runs programs for i386', () => {
  const file = (name: string, data: string, mode: number) => writeFileSync(join(folder, name), data, { mode });
  file('no-program', 'hello\n', 0o755);
  file('no-interpreter', '#!/no/such/shell\n', 0o755);
  file('not-executable', '#!/bin/sh\n', 0o644);
  mkdirSync(join(folder, 'directory'));
  const started = (command: string) => enter('x', '0', '0', '0', '/', command);
  const says = (path: string, why: string) => ({ status: 126, text: `${path}: cannot be started: ${why}\n` });
  for (const [name, why] of [
    ['no-program', 'it is no program for i386, nor a script that begins with #!'],
    ['no-interpreter', 'the interpreter that it names is not in the image'],
    ['not-executable', 'permission denied'],
    ['directory', 'permission denied'],
  ] as const) {
    const path = join(folder, name);
    expect(started(path)).toEqual(says(path, why));
    // Found in PATH.
    expect(started(name)).toEqual(says(name, why));
  }
  for (const name of ['none', '/none'])
    expect(started(name)).toEqual({ status: 127, text: `${name}: there is no such command\n` });
  const broken = join(folder, 'no-program/x');
  expect(started(broken)).toEqual(says(broken, 'a part of its path is no directory'));
});

test.skipIf(!runsHere)('says why a step fails, by its name or its number', () => {
  const fails = (text: string) => ({ status: 125, text });
  const unready = 'cannot be made ready for the container';
  expect(enter('d', join(folder, 'none/x'))).toEqual(
    fails(`${join(folder, 'none/x')}: ${unready}: there is no such file or directory\n`),
  );
  expect(enter('h', 'x'.repeat(100))).toEqual(fails(`${'x'.repeat(100)}: ${unready}: invalid argument\n`));
  // ENOTBLK has no text of its own; where mounting is forbidden, that is said.
  expect(enter('m', '/dev/null', folder, 'ext4', '0', '').text).toMatch(
    /: (error 15|operation not permitted|there is no such file system)\n$/,
  );
  expect(enter('?')).toEqual(fails(`: ${unready}\n`));
});
