import { describe, expect, test } from 'vitest';
import { parseRun } from '../../../../src/cli/container/flags.ts';

const settingsOf = (...flags: readonly string[]) => parseRun([...flags, 'image']).settings;

describe('switches of container run', () => {
  test.each([
    ['--read-only', 'readOnly'],
    ['--init', 'init'],
    ['--interactive', 'input'],
    ['--tty', 'isTerminal'],
  ] as const)('%s does what its value says', (flag, name) => {
    expect(settingsOf(flag)[name]).toBe(true);
    expect(settingsOf(`${flag}=true`)[name]).toBe(true);
    expect(settingsOf(`${flag}=false`)[name]).toBe(false);
    expect(settingsOf(flag, `${flag}=false`)[name]).toBe(false);
    for (const value of ['', 'no', 'TRUE '])
      expect(() => settingsOf(`${flag}=${value}`)).toThrow(`${flag}=${value}: give true or false`);
  });

  test('of one letter each stand together; what follows the image is the command', () => {
    const { settings, image, command } = parseRun(['-it', 'image', '--init=false', '-x']);
    expect(settings).toMatchObject({ input: true, isTerminal: true });
    expect([image, command]).toEqual(['image', ['--init=false', '-x']]);
  });
});

test('a letter has its argument behind it, in the same word or in the next one', () => {
  for (const words of [
    ['-iw/work', '-m512m'],
    ['-iw', '/work', '-m', '512m'],
    ['-iw=/work', '-m=512m'],
  ])
    expect(settingsOf(...words)).toMatchObject({ input: true, directory: '/work', memory: '512m' });
  expect(settingsOf('-eA=b=c').environment).toEqual({ A: 'b=c' });
  expect(() => settingsOf('-ix')).toThrow("unknown flag '-x'");
});

test('--timeout bounds how long a container runs; there is no --stop-timeout, which gives time to end in Docker', () => {
  expect(settingsOf('--timeout', '1.5').timeLimit).toBe(1500);
  expect(settingsOf('--timeout', '0.0001').timeLimit).toBe(1);
  for (const text of ['0', '-1', 'long', 'Infinity', '1e99', '2147484'])
    expect(() => settingsOf(`--timeout=${text}`)).toThrow(`--timeout ${text}: give a number of seconds`);
  expect(() => settingsOf('--stop-timeout', '1')).toThrow("unknown flag '--stop-timeout'");
});

test('a port is from 1 to 65535: nobody would know one that the host chooses', () => {
  expect(settingsOf('-p', '1:65535').ports).toEqual([{ protocol: 'tcp', hostPort: 1, containerPort: 65535 }]);
  for (const text of ['0:80', '80:0', '65536:80', '127.0.0.1:80:99999'])
    expect(() => settingsOf('-p', text)).toThrow(`-p ${text}: ports are from 1 to 65535`);
});

test('a variable without a name is refused', () => {
  for (const text of ['', '=', '=value'])
    expect(() => settingsOf('-e', text)).toThrow(`-e '${text}': give NAME=VALUE, or NAME`);
});
