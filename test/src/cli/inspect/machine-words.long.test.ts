import { expect, test } from 'vitest';
import { machineStart, parseWithMachine } from '../../../../src/cli/inspect/machine-words.ts';
import { profileCommand } from '../../../../src/cli/inspect/profile.ts';
import { rawiron } from '../../support/command-line.ts';

test.each([
  ['start -m 64', 0],
  ['-kernel K', 0],
  ['--seconds 3 demo', 2],
  ['--seconds=3 -json -m 64', 2],
  ['--output start demo', 2],
  ['--limit 5 -- start', 2],
  ['--symbols S --connect P', 4],
  ['--secnds 3', 2],
  ['--seconds 3 --help', 3],
])('%s: the machine begins at word %d', (line, start) => {
  expect(machineStart(line.split(' '), profileCommand.options)).toBe(start);
});

test.each(['--seconds 3 start -m 64', '--seconds 3 -- start -m 64'])('%s: -- may be left out', (line) => {
  expect(parseWithMachine(line.split(' '), profileCommand.options)).toEqual({
    options: { seconds: 3 },
    words: ['start', '-m', '64'],
  });
});

test.each([
  ['profile --connect S start', "--connect is for a machine that runs, and 'start' starts one; leave one out"],
  [
    'profile --timeout 3 -- demo -m 8',
    "--timeout is for a machine that runs, and 'demo -m 8' starts one; leave one out",
  ],
  ['profile nonsense', "unexpected argument 'nonsense'"],
  ['inspect diff strat', "unknown command 'strat'; similar: start"],
  ['inspect diff', 'no code; give --hex BYTES, or a machine, such as start'],
  ['inspect diff --hex 90 demo', "--hex does not go with 'demo'"],
])('%s is refused', async (line, message) => {
  const { code, errors } = await rawiron(line.split(' '));
  expect(errors).toContain(`rawiron: ${message}`);
  expect(code).toBe(1);
});

test.each([
  ['where nothing is said', ''],
  ['beyond the first 64 KB', ' --address 20000'],
])('two engines run 16-bit code %s', async (_where, address) => {
  const { output } = await rawiron([...`inspect diff --bits 16${address} --hex`.split(' '), '40 50 5b f4']);
  expect(output).toContain('no difference\ninterpreter: 4 instructions, ended: halted\n');
});

test('two engines run a machine that follows the options', async () => {
  const { code, output } = await rawiron('inspect diff --instructions 1000 demo -m 8'.split(' '));
  expect(output).toMatch(/^no difference\ninterpreter: 1,000 instructions\ntranslator: 1,000 instructions\n$/);
  expect(code).toBe(0);
});
