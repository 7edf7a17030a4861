import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const main = join(import.meta.dirname, '../../bench/main.ts');

function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [main, ...args]).then(
    (output) => ({ code: 0, ...output }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

test('A mistake is one line on standard error, and exit code 1', async () => {
  expect(await bench('--engines', 'bochs')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^bench: --engines: there is no engine 'bochs'; there are [^\n]*\n$/),
  });
});

test('--list shows all work and all engines', async () => {
  const { code, stdout } = await bench('--list');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^integer +sieve +\S/m);
  expect(stdout).toMatch(/^engine +translator +\S/m);
});

test('--help shows the flags', async () => {
  const { code, stdout } = await bench('--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: npm run bench -- \[flags\]/);
});
