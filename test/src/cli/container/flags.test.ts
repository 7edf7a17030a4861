import { describe, expect, test } from 'vitest';
import { parseRun, runFlags } from '../../../../src/cli/container/flags.ts';
import { missingFlags } from '../../../../src/cli/container/missing.ts';

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
    expect(settingsOf(...words)).toMatchObject({ input: true, directory: '/work', memory: 512 });
  expect(settingsOf('-eA=b=c').environment).toEqual({ A: 'b=c' });
  expect(() => settingsOf('-ix')).toThrow("unknown flag '-x'");
});

test('--timeout bounds how long a container runs; there is no --stop-timeout, which gives time to end in Docker', () => {
  expect(settingsOf('--timeout', '1.5').timeLimit).toBe(1500);
  expect(settingsOf('--timeout', '0.0001').timeLimit).toBe(1);
  for (const text of ['0', '-1', 'long', 'Infinity', '1e99', '2147484'])
    expect(() => settingsOf(`--timeout=${text}`)).toThrow(`--timeout ${text}: give a number of seconds`);
  expect(() => settingsOf('--stop-timeout', '1')).toThrow('there is no --stop-timeout: ');
});

test("sizes are Docker's: a number alone is bytes, and so few are a slip", () => {
  for (const [text, megabytes] of [
    ['512m', 512],
    ['1g', 1024],
    ['1.5GiB', 1536],
    ['64MB', 64],
    ['65536k', 64],
    ['67108864', 64],
    ['67108865b', 65],
  ] as const)
    expect(settingsOf('-m', text).memory).toBe(megabytes);
  expect(() => settingsOf('-m', '128')).toThrow('-m 128: 128 bytes; 128m is 128 MB');
  expect(() => settingsOf('--memory=256b')).toThrow('-m 256b: 256 bytes; 256m is 256 MB');
  for (const text of ['', 'm', '-1m', '1x', '1mm', 'lots'])
    expect(() => settingsOf('-m', text)).toThrow(`-m ${text}: give a size such as 512m or 1g`);
});

test('--storage-opt bounds what is written, as in Docker', () => {
  expect(settingsOf('--storage-opt', 'size=64m').capacity).toBe(64 << 20);
  expect(() => settingsOf('--storage-opt', 'size=64')).toThrow('--storage-opt size 64: 64 bytes; 64m is 64 MB');
  for (const text of ['64m', 'size=', 'size'])
    expect(() => settingsOf('--storage-opt', text)).toThrow(`--storage-opt ${text}: give size=SIZE, such as size=64m`);
});

test('--platform takes the one that there is', () => {
  expect(settingsOf('--platform', 'linux/386')).toEqual(settingsOf());
  expect(() => settingsOf('--platform=linux/amd64')).toThrow(
    '--platform linux/amd64: images for linux/386 alone run here',
  );
});

test("flags of Docker's that there are not say what there is instead; others, which are similar", () => {
  expect(() => settingsOf('-d')).toThrow(
    'container run: there is no -d: a container ends with its command line; put &',
  );
  expect(() => settingsOf('-itd')).toThrow('there is no -d: ');
  expect(() => settingsOf('--mount=type=bind,src=/a,dst=/b')).toThrow('there is no --mount: give -v FOLDER:PATH[:ro]');
  expect(() => settingsOf('--privileged')).toThrow('there is no --privileged: a container has a machine of its own');
  expect(() => settingsOf('--memry', '1g')).toThrow("unknown flag '--memry'; similar: --memory");
  const known = runFlags.flatMap(({ names }) => names);
  for (const name of missingFlags.keys()) expect(known).not.toContain(name);
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
