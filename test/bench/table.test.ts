import { describe, expect, test } from 'vitest';
import { compare, ratio } from '../../bench/comparison.ts';
import { formatRatio, formatTime } from '../../bench/grid.ts';
import { remarks } from '../../bench/remarks.ts';
import { reportText } from '../../bench/report.ts';
import type { Cell, Results } from '../../bench/results.ts';
import { tableText } from '../../bench/table.ts';

const measured = (work: string, engine: string, milliseconds: number): Cell => ({
  work,
  engine,
  runs: [milliseconds],
  milliseconds,
});

const results: Results = {
  date: '2026-01-02',
  host: { cpu: 'Some CPU', cores: 2, memoryBytes: 24 * 2 ** 30, system: 'Linux 6', node: '26.0.0' },
  kernel: '6.1.0-1-686',
  settings: { runs: 3, scale: 1, memoryMegabytes: 128 },
  base: 'v86',
  engines: [
    { name: 'qemu', about: 'QEMU', unavailable: 'qemu-system-i386 is not installed' },
    { name: 'v86', about: 'v86, with its JIT', version: '0.5', residentBytes: 300 * 2 ** 20 },
    {
      name: 'translator',
      about: 'rawiron',
      version: '0.1',
      clock: 'pit',
      residentBytes: 500 * 2 ** 20,
      translated: { copies: 1.234, transfers: { sieve: 1800, mix: 2_500_400 } },
    },
    { name: 'interpreter', about: 'rawiron', version: '0.1' },
  ],
  works: [
    { name: 'boot', group: 'boot', about: '', rounds: 1 },
    { name: 'sieve', group: 'integer', about: '', rounds: 100 },
    { name: 'mix', group: 'integer', about: '', rounds: 100 },
    { name: 'matmul-sse2', group: 'sse2', about: '', rounds: 100 },
    { name: 'jit', group: 'cliffs', about: '', rounds: 100 },
  ],
  cells: [
    measured('boot', 'v86', 13_300),
    measured('boot', 'translator', 6650),
    measured('boot', 'interpreter', 60_000),
    measured('sieve', 'v86', 400),
    measured('sieve', 'translator', 100),
    measured('sieve', 'interpreter', 4000),
    measured('mix', 'v86', 90),
    measured('mix', 'translator', 90),
    { work: 'mix', engine: 'interpreter', runs: [], missing: { kind: 'failed', reason: 'exit status 132' } },
    measured('matmul-sse2', 'v86', 50),
    ...['translator', 'interpreter'].map(
      (engine): Cell => ({
        work: 'matmul-sse2',
        engine,
        runs: [],
        missing: { kind: 'skipped', reason: 'the CPU has no sse2' },
      }),
    ),
    measured('jit', 'v86', 8),
    { ...measured('jit', 'translator', 32), note: 'its clock was wrong' },
    measured('jit', 'interpreter', 16),
  ],
  instructions: { work: 'mix', instructions: 90e6, millionsPerSecond: { v86: 1000, translator: 1000.4 } },
};

describe('Engines are compared', () => {
  test('by how often one is as fast as the other', () => {
    expect(ratio(results, 'sieve', 'translator', 'v86')).toBe(4);
    expect(ratio(results, 'mix', 'interpreter', 'v86')).toBeUndefined();
  });

  test('over what both have done', () => {
    const comparison = compare(results, ['sieve', 'mix', 'matmul-sse2', 'jit'], 'translator', 'v86')!;
    expect(comparison.count).toBe(3);
    expect(comparison.mean).toBeCloseTo(1);
    expect(comparison.least).toEqual({ work: 'jit', ratio: 0.25 });
    expect(compare(results, ['matmul-sse2'], 'translator', 'v86')).toBeUndefined();
  });
});

test('Times and ratios have about three digits', () => {
  expect([1.234, 56.78, 999.6, 13_300].map(formatTime)).toEqual(['1.23', '56.8', '1,000', '13,300']);
  expect([0.0456, 2.345, 14.32, 162.1].map(formatRatio)).toEqual(['0.046×', '2.35×', '14.3×', '162×']);
});

describe('The table', () => {
  const lines = tableText(results).split('\n');
  const line = (title: string) =>
    lines
      .find((text) => text.trim().startsWith(title))!
      .trim()
      .split(/\s+/);

  test('has a column for each engine that was used, and a row for each work', () => {
    expect(lines.find((text) => text.includes('translator') && text.includes('interpreter'))).not.toContain('qemu');
    expect(line('sieve')).toEqual(['sieve', '400', '1.00×', '100', '4.00×', '4,000', '0.10×']);
  });

  test('shows what is missing', () => {
    expect(line('mix')).toEqual(['mix', '90.0', '1.00×', '90.0', '1.00×', 'failed']);
    expect(line('matmul-sse2')).toEqual(['matmul-sse2', '50.0', '1.00×', '–', '–']);
  });

  test('has the mean of all programs, without the boot', () => {
    const all = lines.slice(lines.indexOf('all programs') + 1)[0];
    // The interpreter: of 0.1 and 0.5.
    expect(all.trim().split(/\s+/)).toEqual(['geometric', 'mean', '1.00×', '1.00×', '0.22×']);
  });

  test('lines its columns up', () => {
    const rows = lines.filter((text) => text.startsWith('  ') && text.includes('×'));
    const lastRatio = rows.map((text) => text.indexOf('×'));
    expect(new Set(lastRatio).size).toBe(1);
  });
});

describe('A program whose first run stands apart', () => {
  const row = (name: string, runs: 'first' | 'later', of: string) => ({
    ...{ name, about: '', rounds: 1, part: { of, runs } },
    group: runs === 'first' ? 'real, first run' : 'real, later runs',
  });
  const apart: Results = {
    ...results,
    works: [
      ...results.works.filter(({ name }) => name === 'sieve'),
      ...[row('gzip', 'first', 'gzip'), row('gzip-later', 'later', 'gzip')],
      ...[row('perl', 'first', 'perl'), row('perl-later', 'later', 'perl')],
    ],
    cells: [
      ...results.cells.filter(({ work }) => work === 'sieve'),
      ...[measured('gzip', 'v86', 100), measured('gzip-later', 'v86', 100)],
      ...[measured('gzip', 'translator', 400), measured('gzip-later', 'translator', 25)],
      ...[measured('gzip', 'interpreter', 200), measured('gzip-later', 'interpreter', 200)],
      ...[measured('perl', 'v86', 100), measured('perl-later', 'v86', 100)],
      ...[measured('perl', 'translator', 100), measured('perl-later', 'translator', 25)],
    ],
  };
  const lines = tableText(apart).split('\n');
  const means = (section: string) => {
    const after = lines.slice(lines.indexOf(section) + 1);
    return after
      .find((text) => text.includes('geometric mean'))!
      .trim()
      .split(/\s+/)
      .slice(2);
  };

  test('has a row and a mean for each', () => {
    expect(means('real, first run')).toEqual(['1.00×', '0.50×', '0.50×']);
    expect(means('real, later runs')).toEqual(['1.00×', '4.00×', '0.50×']);
  });

  test('counts once in the mean of all', () => {
    // Of 4 (sieve), 1 (0.25 and 4) and 2 (1 and 4).
    expect(means('all programs')[1]).toBe('2.00×');
    expect(remarks(apart)[0]).toBe(
      'Speed of translator, v86 being 1: 2.00× (geometric mean of 3 programs), 0.25× at least (gzip).',
    );
  });

  test('is named with the run that is slower than in the interpreter', () => {
    expect(remarks(apart)).toContain('Slower in the translator than in the interpreter: gzip.');
  });
});

test('Where processor time was measured, a remark compares by it', () => {
  const cells = results.cells.map((cell) => {
    const factor = { v86: 1, translator: 0.5 }[cell.engine];
    return cell.milliseconds !== undefined && factor !== undefined
      ? { ...cell, processorMilliseconds: factor * 100 }
      : cell;
  });
  expect(remarks({ ...results, cells })).toContain(
    'By processor time of the busiest thread, v86 being 1: translator 2.00× (geometric means of the programs).',
  );
});

test('Remarks tell how the translator compares, what was left out and why', () => {
  expect(remarks(results)).toEqual([
    'Speed of translator, v86 being 1: 1.00× (geometric mean of 3 programs), 0.25× at least (jit), 2.00× for the boot.',
    'Speed of translator, interpreter being 1: 4.47× (geometric mean of 2 programs), 0.50× at least (jit), 9.02× for the boot.',
    'Slower in the translator than in the interpreter: jit.',
    'Resident memory of the process after the last program: v86 300 MB, translator 500 MB.',
    'An instruction stands in 1.23 translations of translator after the last program, in the mean.',
    'From one translation straight to another in translator, thousand times a second: sieve 2, mix 2500.',
    'mix is 90 million instructions; millions of them a second: v86 1000, translator 1000.',
    'qemu was not used: qemu-system-i386 is not installed.',
    'mix in interpreter failed: exit status 132.',
    'matmul-sse2 in translator, interpreter skipped: the CPU has no sse2.',
    'jit in translator: its clock was wrong (clock source: pit).',
  ]);
});

test('The report names the machine and the versions', () => {
  const text = reportText(results);
  expect(text).toContain('Some CPU, 2 cores, 24 GB of memory, Linux 6');
  expect(text).toContain("Node 26.0.0; guest kernel: Debian's 6.1.0-1-686");
  expect(text).toContain('- v86: v86, with its JIT, 0.5');
  expect(text).toContain('| sieve | 400 (1.00×) | 100 (4.00×) | 4,000 (0.10×) |');
  expect(text).toContain('- qemu was not used');
});
