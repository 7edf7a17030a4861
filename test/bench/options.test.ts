import { describe, expect, test } from 'vitest';
import { engines } from '../../bench/engines/index.ts';
import { parseOptions, usage } from '../../bench/options.ts';
import { programs } from '../../bench/programs.ts';
import { ConfigurationError } from '../../src/util/errors.ts';

const workNames = (...args: string[]) => parseOptions(args).works.map(({ name }) => name);
const engineNames = (...args: string[]) => parseOptions(args).engines.map(({ name }) => name);

describe('Without flags', () => {
  const options = parseOptions([]);

  test('the boot and all programs but the optional ones are measured three times', () => {
    expect(options.action).toBe('run');
    expect(options.runs).toBe(3);
    const others = programs.filter(({ group }) => !['real', 'everyday'].includes(group)).map(({ name }) => name);
    expect(options.works.map(({ name }) => name)).toEqual(['boot', ...others]);
  });

  test('all engines but the optional ones run, and v86 is the base', () => {
    expect(options.engines.map(({ name }) => name)).toEqual(['native', 'qemu', 'v86', 'translator', 'interpreter']);
    expect(options.base).toBe('v86');
  });
});

describe('--filter', () => {
  test('takes the name of a group as that group', () => {
    expect(workNames('--filter', 'real')).toEqual(['gzip', 'xz', 'perl', 'lua']);
    expect(workNames('--filter', 'everyday')).toContain('configure');
    expect(workNames('--filter', 'boot')).toEqual(['boot']);
  });

  test('finds other texts in names, in the order of the table', () => {
    expect(workNames('--filter', 'mandel,sieve')).toEqual([
      'sieve',
      'mandelbrot-x87',
      'mandelbrot-sse2',
      'mandelbrot-packed',
    ]);
  });
});

test('--all adds what is optional', () => {
  expect(workNames('--all')).toContain('perl');
  expect(engineNames('--all')).toHaveLength(engines.length);
});

test('--engines names engines; the first in the table is the base if v86 is not there', () => {
  const options = parseOptions(['--engines', 'interpreter,qemu']);
  expect(options.engines.map(({ name }) => name)).toEqual(['qemu', 'interpreter']);
  expect(options.base).toBe('qemu');
  expect(parseOptions(['--engines', 'interpreter,qemu', '--base', 'interpreter']).base).toBe('interpreter');
});

test('--write-results means a full run that counts instructions', () => {
  const options = parseOptions(['--write-results']);
  expect(options).toMatchObject({ writeResults: true, mips: true });
  expect(options.works).toHaveLength(programs.length + 1);
});

test('Numbers are read', () => {
  expect(parseOptions(['--runs', '5', '--scale', '0.25', '--timeout', '2'])).toMatchObject({
    runs: 5,
    scale: 0.25,
    timeout: 2000,
  });
});

test('--micro goes with --filter and --json', () => {
  const options = parseOptions(['--micro', '--filter', 'emit', '--json']);
  expect(options).toMatchObject({ action: 'micro', filter: ['emit'], json: true });
});

test('--sixteen-bit goes with engines, runs and what is to be left out', () => {
  const options = parseOptions(['--sixteen-bit', '--engines', 'qemu,translator', '--runs', '1', '--filter', 'vm86']);
  expect(options).toMatchObject({ action: 'sixteen-bit', runs: 1, base: 'qemu', filter: ['vm86'] });
});

describe('Mistakes are named', () => {
  const mistakes: readonly [string[], RegExp][] = [
    [['--engine', 'v86'], /--engine/],
    [['sieve'], /sieve/],
    [['--runs'], /--runs/],
    [['--runs', '0'], /--runs: '0' is not a whole number/],
    [['--runs', '1.5'], /--runs: '1.5'/],
    [['--scale', '-1'], /--scale/],
    [['--scale=fast'], /--scale: 'fast' is not a number/],
    [['--timeout', 'Infinity'], /--timeout/],
    [['--engines', 'bochs'], /there is no engine 'bochs'; there are native/],
    [['--engines', ','], /no engine is named/],
    [['--base', 'bochs'], /--base: there is no engine 'bochs'/],
    [['--engines', 'v86', '--base', 'qemu'], /--base: qemu is not among/],
    [['--filter', 'sieve,nonsense'], /nothing is called 'nonsense'/],
    [['--micro', '--runs', '2'], /--runs is for Linux guests; leave it or --micro out/],
    [['--engines', 'v86', '--micro'], /--engines is for Linux guests/],
    [['--sixteen-bit', '--keep'], /--keep is for Linux guests; leave it or --sixteen-bit out/],
    [['--write-results', '--filter', 'sieve'], /leave --filter out/],
  ];

  test.each(mistakes)('%j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(ConfigurationError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});

test('The help names every engine', () => {
  for (const { name } of engines) expect(usage).toContain(name);
});
