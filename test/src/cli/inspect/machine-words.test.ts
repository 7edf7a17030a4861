import { expect, test } from 'vitest';
import { machineStart } from '../../../../src/cli/inspect/profile-machine.ts';

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
  expect(machineStart(line.split(' '))).toBe(start);
});
