import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { signalName } from '../../../src/containers/signals.ts';

// Of the host's own signals, which has names that Linux does not have elsewhere.
const known = Object.keys(constants.signals).filter((name) => !['SIGIOT', 'SIGPOLL', 'SIGUNUSED'].includes(name));

test.skipIf(process.platform !== 'linux')("each of the host's signals has a name", () => {
  expect(known.length).toBeGreaterThan(30);
  expect(known.map((name) => `SIG${signalName(name)}`)).toEqual(known);
});

test('names may stand without SIG, and numbers are taken', () => {
  expect(['TERM', 'SIGKILL', '9', '64'].map(signalName)).toEqual(['TERM', 'KILL', '9', '64']);
});

test.each(['NOSUCH', '', '0', '65', 'term', 'KILL; reboot', '09'])("'%s' is no signal", (name) => {
  expect(() => signalName(name)).toThrow(`'${name}' is no signal; give a name such as TERM`);
});
