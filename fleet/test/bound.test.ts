import { expect, test } from 'vitest';
import { Bound } from '../src/gateway/bound.ts';

test('a bound has so many places for each tenant, and so many in all, which whoever is none may have', () => {
  const bound = new Bound(3, 2);
  const [first, second] = [bound.enter('acme'), bound.enter('acme')];
  expect(bound.enter('acme')).toBe(undefined);
  first![Symbol.dispose]();
  first![Symbol.dispose]();
  expect(bound.enter('other')).toBeDefined();
  expect(bound.enter('acme')).toBeDefined();
  expect(bound.enter('other')).toBe(undefined);
  second![Symbol.dispose]();
  expect(bound.enter('')).toBeDefined();
  const empty = new Bound(3, 1);
  for (let n = 0; n < 3; n++) expect(empty.enter('')).toBeDefined();
  expect(empty.enter('')).toBe(undefined);
});
