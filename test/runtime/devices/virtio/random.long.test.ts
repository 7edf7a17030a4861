import { expect, test } from 'vitest';
import { runWild, subjects } from './wild.ts';

test.each(Object.keys(subjects))('virtio %s: nothing that a guest does breaks it for good', (name) => {
  const { done, stopped, broken, differences } = runWild(name, 100, 300);
  expect({ broken, differences }).toEqual({ broken: 0, differences: 0 });
  expect(done).toBeGreaterThan(20_000);
  expect(stopped).toBeGreaterThan(2000);
});
