import { expect, test } from 'vitest';
import { busyboxApplets, busyboxEntries } from '../../../../src/node/linux/busybox.ts';

const program = Buffer.from('\x7fELF code\0[\0[[\0ash\0busybox\0cat\0init\0\0/var/log\0', 'latin1');

test('the applets are found in the program', () => {
  expect(busyboxApplets(program)).toEqual(['[', '[[', 'ash', 'busybox', 'cat', 'init']);
});

test('each has a link, but for those that are no commands', () => {
  expect(busyboxEntries(program).map((entry) => entry.path)).toEqual([
    'bin/busybox',
    'bin/[',
    'bin/[[',
    'bin/ash',
    'bin/cat',
  ]);
});

test('another program is refused', () => {
  expect(() => busyboxApplets(Buffer.from('\x7fELF'))).toThrow('no table of applets');
});
