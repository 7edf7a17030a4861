import { expect, test } from 'vitest';
import { runWild, subjects } from './wild.ts';

test.each(Object.keys(subjects))('%s: nothing that a guest does stops it, and its state can be saved', (name) => {
  const { sent, differences } = runWild(name, 100, 140);
  expect(sent).toBeGreaterThan(400);
  expect(differences).toBe(0);
});
