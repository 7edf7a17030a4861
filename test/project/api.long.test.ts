import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Makes the API reference, without writing it; what typedoc says, if it isn't content. */
function complaints(...options: readonly string[]): Promise<string> {
  const cwd = join(import.meta.dirname, '../..');
  return new Promise((resolve) => {
    execFile(
      'npm',
      ['run', '--silent', 'docs:api', '--', '--emit', 'none', ...options],
      { cwd },
      (error, out, errors) => resolve(error ? out + errors : ''),
    );
  });
}

/** Milliseconds that it may take on a busy host. */
const TYPEDOC = 600_000;

test(
  'every public name, with its members and options, has a docstring',
  async () => {
    expect(await complaints()).toBe('');
  },
  TYPEDOC,
);

test(
  'one without would be found',
  async () => {
    expect(await complaints('--entryPoints', 'src/host.ts')).toContain('does not have any documentation');
  },
  TYPEDOC,
);
