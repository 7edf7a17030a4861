import { expect, test } from 'vitest';
import { Symbols } from '../../../../runtime/debug/symbols.ts';
import { arrange, translationTable } from '../../../../src/cli/inspect/translations.ts';
import type { SampledTranslation } from '../../../../src/inspect/sampling.ts';

const made = (linear: number, name: string, characters: number) =>
  ({ linear, name, characters, share: 0, executions: 0 }) as SampledTranslation;
const list = [made(1, 'b', 5), made(2, 'c', 9), made(3, 'a', 7)];
const none = new Symbols({ addresses: [], names: [] });
const sorted = (sort: string) =>
  arrange(list, none, { sort })
    .shown.map(({ name }) => name)
    .join('');

test.each([
  ['js', 'cab'],
  ['JS', 'cab'],
  ['characters', 'cab'],
  ['Symbol', 'abc'],
  ['name', 'abc'],
  ['ADDRESS', 'bca'],
])('sorted by %s', (sort, order) => {
  expect(sorted(sort)).toBe(order);
});

test('no column', () => {
  expect(() => sorted('constructor')).toThrow("--sort: 'constructor' is not one of time, executions");
});

test('what is beyond the limit is counted, and the table says so', () => {
  const plain = { colours: false, width: Infinity };
  const listed = list.map(
    (t) => ({ ...t, bytes: 1, links: 0, invalidations: {}, tier: 'region' }) as SampledTranslation,
  );
  const text = (limit: number) => translationTable(arrange(listed, none, { limit }), plain);
  expect(text(2).split('\n')).toHaveLength(5);
  expect(text(2)).toMatch(/\n… and 1 more; --limit 0 shows all\n$/);
  expect(text(3)).not.toContain('more');
  expect(text(0)).not.toContain('more');
  expect(text(0).split('\n')).toHaveLength(5);
});
