import { expect, test } from 'vitest';
import { runWild, subjects } from './wild.ts';

test.each(Object.keys(subjects))('virtio %s: nothing that a guest does breaks it for good', (name) => {
  const { done, stopped, broken, differences } = runWild(name, 1, 6);
  expect({ broken, differences }).toEqual({ broken: 0, differences: 0 });
  expect(done).toBeGreaterThan(500);
  expect(stopped).toBeGreaterThan(50);
});
