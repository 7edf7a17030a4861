import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../../../bin/rawiron.cjs');

test('a terminal is refused where standard input is none: its end would not end the command', () => {
  const words = ['container', 'run', '-it', 'image.tar', 'sh'];
  const { stderr, status } = spawnSync(process.execPath, [program, ...words], { input: '', encoding: 'utf8' });
  expect(stderr).toContain('rawiron: the input device is not a terminal; leave out -t\n');
  expect(status).toBe(125);
});
