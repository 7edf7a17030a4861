import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
