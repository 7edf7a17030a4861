import { expect, test } from 'vitest';
import { Symbols } from '../../../../runtime/debug/symbols.ts';
import { arrange } from '../../../../src/cli/inspect/translations.ts';
import type { SampledTranslation } from '../../../../src/inspect/sampling.ts';

const made = (linear: number, name: string, characters: number) =>
  ({ linear, name, characters, share: 0, executions: 0 }) as SampledTranslation;
const list = [made(1, 'b', 5), made(2, 'c', 9), made(3, 'a', 7)];
const none = new Symbols({ addresses: [], names: [] });
const sorted = (sort: string) =>
  arrange(list, none, { sort })
    .map(({ name }) => name)
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
