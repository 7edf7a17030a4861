import { expect, test } from 'vitest';
import { rawironEach } from '../support/command-line.ts';

const image = (...lines: string[]) => rawironEach(lines.map((line) => ['image', ...line.split(' ')]));

test('messages name a flag as it was typed', async () => {
  const lines: readonly (readonly [string, string])[] = [
    ['create -l a', '-l is not for this; usage: rawiron image create'],
    ['check -u a', '-u is not for this'],
    ['info --unsafe a', '--unsafe is not for this'],
    ['check -ql a', '-l is not for this'],
    ['convert -z a b', 'there is no flag -z'],
    ['convert --zip a b', 'there is no flag --zip'],
    ['info a -f', '-f needs a value'],
    ['info --output', '--output needs a value'],
    ['info --backing-chain=3 a', '--backing-chain takes no value'],
  ];
  const ended = await image(...lines.map(([line]) => line));
  for (const [n, [line, message]] of lines.entries()) {
    const { code, output, errors } = ended[n]!;
    expect({ line, code, output }).toEqual({ line, code: 1, output: '' });
    expect(errors).toContain(`rawiron: image: ${message}`);
  }
});

test('the help of a command is of that alone, with its flags, and that of all a line for each', async () => {
  const [all, create, ...same] = await image('--help', 'create --help', 'create a -h', 'help create', '--help create');
  expect(create!.output).toMatch(
    /^Usage: rawiron image create (.*\n)+\nMake an image(.*\n)+\n {2}-f FORMAT +the format of the/,
  );
  expect(create!.output).not.toContain('convert');
  expect(same.map(({ output }) => output)).toEqual(same.map(() => create!.output));
  expect(create!.output).toContain('-o OPTION=VALUE');
  for (const name of ['create', 'convert', 'snapshot']) expect(all!.output).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
});
