import { expect, test } from 'vitest';
import { editDistance, similarNames } from '../../../src/util/similar.ts';

test('distances', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('caller', 'calelr')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('same', 'same')).toBe(0);
});

test('the nearest comes first, and what is far away not at all', () => {
  const names = ['memcpy_fromio', 'vfs_write', 'memcmp', 'memcpy'];
  expect(similarNames('memcpu', names)).toBe('; similar: memcpy');
  expect(similarNames('MEMC', names)).toBe('; similar: memcmp, memcpy, memcpy_fromio');
  expect(similarNames('schedule', names)).toBe('');
});
