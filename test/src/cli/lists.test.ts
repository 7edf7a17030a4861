import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

test.each([
  ['-netdev help', 'list-netdevs', undefined],
  ['-netdev user,help', 'list-netdevs', 'user'],
  ['-audiodev ?', 'list-audio-drivers', undefined],
  ['-audio help', 'list-audio-drivers', undefined],
  ['-chardev help', 'list-chardevs', undefined],
  ['-object help', 'list-objects', undefined],
  ['-object rng-random,help', 'list-objects', 'rng-random'],
  ['-display help', 'list-screens', undefined],
  ['-device driver=nvme,help,serial=a', 'list-devices', 'nvme'],
  ['-machine type=pc,help', 'list-machines', 'pc'],
  ['-device nvme,serial=help,drive=d -drive if=none,id=d,file=a', 'run', undefined],
  ['-hda help', 'run', undefined],
])('%s: the list, and of what', (line, action, listed) => {
  const settings = parseArguments(line.split(' '));
  expect([settings.action, settings.listed]).toEqual([action, listed]);
});
