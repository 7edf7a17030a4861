import { expect, test } from 'vitest';
import { runWild, subjects } from './wild.ts';

test.each(Object.keys(subjects))('%s: nothing that a guest does stops it, and its state can be saved', (name) => {
  const { sent, differences } = runWild(name, 1, 4);
  expect(sent).toBeGreaterThan(20);
  expect(differences).toBe(0);
});
