import { expect, test } from 'vitest';
import { parseDebianArguments } from '../../../../src/cli/debian/arguments.ts';
import { machineFlags } from '../../../../src/cli/debian/main.ts';

test('what is usual', () => {
  expect(parseDebianArguments([])).toEqual({
    disk: 'debian.qcow2',
    size: 4 * 2 ** 30,
    packages: [],
    hostname: 'debian',
    flags: [],
  });
});

test('what is said, and flags of the machine', () => {
  const args = ['--size', '8G', '--packages', 'git, vim', '--user=joe', 'd.qcow2', '--share', 'x', '--', '-m', '1G'];
  expect(parseDebianArguments(args)).toEqual({
    disk: 'd.qcow2',
    size: 8 * 2 ** 30,
    packages: ['git', 'vim'],
    user: 'joe',
    hostname: 'debian',
    share: 'x',
    flags: ['-m', '1G'],
  });
});

test.each([
  [['a', 'b'], "debian: 'b' is too much"],
  [['--sise', '1G'], 'debian: unknown option --sise; similar: --size; '],
  [['--size', '100M'], 'debian: --size 100M is not between 1G and 2T'],
  [['--user', 'root'], 'debian: --user root: '],
  [['--user', 'daemon'], 'debian: --user daemon: Debian has a user or group of that name; give another one'],
  [['--user', 'systemd-x'], 'debian: --user systemd-x: Debian has'],
  [['--size', 'abc'], "debian: --size abc: 'abc' is not a size"],
  [['--user', 'a b'], "debian: --user takes no 'a b'"],
  [['--hostname', '$(x)'], "debian: --hostname takes no '$(x)'"],
  [['--release', '../x'], "debian: --release takes no '../x'"],
  [['--packages', '-oDir=/'], 'debian: '],
])('%j is refused', (args, message) => {
  expect(() => parseDebianArguments(args)).toThrow(message);
});

test('a comma in the name of a folder is doubled', () => {
  expect(machineFlags('d', 2222, 'a,b').at(-1)).toContain('path=a,,b,');
});
