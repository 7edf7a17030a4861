import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { manualPage } from '../../scripts/manual.ts';
import { programCommands } from '../../src/cli/commands.ts';
import { flags } from '../../src/cli/flags.ts';

const groff = (page: string, ...options: readonly string[]) =>
  spawnSync('groff', ['-man', '-Tutf8', '-ww', '-P-c', '-P-b', '-P-u', ...options], { input: page, encoding: 'utf8' });
const hasGroff = groff('').status === 0;

test.runIf(hasGroff)('groff has nothing to say against the manual page, and prints what the help says', () => {
  const { stdout, stderr } = groff(manualPage());
  expect(stderr).toBe('');
  const words = stdout.replace(/[\s‐]+/g, ' ');
  for (const { names, help } of flags) {
    expect(stdout).toMatch(new RegExp(`^ +-${names[0]}\\b`, 'm'));
    expect(words).toContain(help.slice(1));
  }
  for (const { help } of programCommands) expect(words).toContain(help.slice(1));
});

test.runIf(hasGroff)('a page that is wrong is found out', () => {
  expect(groff('.TH X 1\n.nosuch\n').stderr).toContain('nosuch');
});
