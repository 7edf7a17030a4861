import { describe, expect, test } from 'vitest';
import { programCommands } from '../../../src/cli/commands.ts';
import { flagGroups, flags, flagUsage } from '../../../src/cli/flags.ts';
import { capitalised, helpText, topicsText } from '../../../src/cli/help.ts';
import { rawiron } from '../support/command-line.ts';

const groups = flagGroups.map(({ name }) => name);
const withoutBreaks = (text: string) => text.replace(/\s/g, '');
const longest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

test('the help fits on a screen, and has every command and group', () => {
  const lines = helpText(80).split('\n');
  expect(lines.length).toBeLessThanOrEqual(40);
  for (const { name } of [...programCommands, ...flagGroups])
    expect(lines).toContainEqual(expect.stringMatching(`^  ${name} `));
});

test.each([40, 80, 132])('on a terminal of %i columns no line is longer, and each flag has one', (width) => {
  const texts = [helpText(width), topicsText(['all'], width), ...groups.map((group) => topicsText([group], width))];
  expect(Math.max(...texts.slice(1).map(longest))).toBeLessThanOrEqual(Math.max(width, 63));
  for (const { names } of flags)
    expect(
      texts[1]
        .split('\n')
        .filter((line) => line.startsWith(`  -${names[0]}`) && /^[\s,[=…]|^$/.test(line.slice(names[0].length + 3))),
    ).toHaveLength(1);
});

test('at 80 columns what a flag or command does is not cut', () => {
  const text = helpText(80) + topicsText(['all'], 80);
  for (const { help } of [...programCommands, ...flags]) expect(text).toContain(` ${help}\n`);
  for (const { title } of flagGroups) expect(text).toContain(` ${title}\n`);
});

test.each(flags.map((flag) => [flag.names[0], flag] as const))('all about -%s', (name, flag) => {
  const text = topicsText([`-${name}`], 72);
  expect(longest(text)).toBeLessThanOrEqual(72);
  for (const part of [flagUsage(flag), capitalised(flag.help), flag.details ?? ''])
    expect(withoutBreaks(text)).toContain(withoutBreaks(part));
});

test('no group has the name of something else', () => {
  const others = ['all', ...programCommands.map(({ name }) => name), ...flags.flatMap((flag) => flag.names)];
  expect(groups.filter((name) => others.includes(name))).toEqual([]);
});

describe('on the command line', () => {
  test.each([
    ['--help network', 'Network cards and networks:\n  -nic '],
    ['help network', 'Network cards and networks:\n  -nic '],
    ['--help -nic', '-nic user|socket'],
    ['-h nic', '-nic user|socket'],
    ['help --nic', '-nic user|socket'],
    ['--help image', 'Usage: rawiron image'],
    ['help inspect block', 'Usage: rawiron inspect block'],
    ['start --help', 'rawiron start [FLAGS]\n'],
    ['--help demo', 'rawiron demo [FLAGS]\n'],
    ['-m 64 --help', 'Usage: rawiron DISK-IMAGE'],
  ])('%s', async (line, begin) => {
    expect(await rawiron(line.split(' '))).toEqual({
      code: 0,
      output: expect.stringMatching(startsWith(begin)),
      errors: '',
    });
  });

  test.each([
    ['--help netwrok', "there is no help for 'netwrok'; similar: network"],
    ['--help -hdz', "there is no help for '-hdz'; similar: -hd"],
  ])('%s', async (line, error) => {
    expect(await rawiron(line.split(' '))).toMatchObject({ code: 1, errors: expect.stringContaining(error) });
  });
});

const startsWith = (text: string) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
