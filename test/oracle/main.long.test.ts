import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const oracle = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args]);
  return { status, output: stdout.toString(), errors: stderr.toString() };
};

test.each(['nope', 'toString'])('%s: one line with the names of the oracles', (name) => {
  const errors = `there is no oracle '${name}'; it is one of: native, sse, i286, disassembler, fuzz, lockstep, lockstep-linux, system, user\n`;
  expect(oracle(name)).toEqual({ status: 1, output: '', errors });
});

test.each([[[]], [['i286']], [['i286', 'FILE', '--engine', 'steam']], [['i286', 'FILE', '--threshold', 'soon']]])(
  '%j: the usage',
  (args) => {
    expect(oracle(...args)).toMatchObject({
      status: 1,
      output: '',
      errors: expect.stringMatching(/^usage: oracle i286/),
    });
  },
);

test('--help: the usage, and no error', () => {
  expect(oracle('--help')).toEqual({ status: 0, output: expect.stringMatching(/^usage: oracle i286/), errors: '' });
});

test('a file that is not there is named in one line', () => {
  const { status, output, errors } = oracle('i286', '/nope.gz');
  expect({ status, output }).toEqual({ status: 1, output: '' });
  expect(errors).toMatch(/^ENOENT: .*'\/nope\.gz'\n$/);
});

test('an unknown flag is named', () => {
  expect(oracle('lockstep', '--speed', '9')).toMatchObject({
    status: 1,
    output: '',
    errors: expect.stringMatching(/^Unknown option '--speed'[\s\S]*\nusage: oracle lockstep /),
  });
});

test('a small run in the stress mode, with all checked', () => {
  const { status, output, errors } = oracle('lockstep', '2', '7', '--threshold', '1', '--check');
  expect({ status, errors }).toEqual({ status: 0, errors: '' });
  expect(output).toMatch(/\n32 passed, 0 failed\n$/);
});
