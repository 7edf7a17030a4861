import { expect, test } from 'vitest';
import { cases } from './ahci/cases.ts';
import { disagreements } from './ahci/disagreements.ts';
import { askOurs, readRecorded } from './ahci/run.ts';

const { qemu, manual } = readRecorded();

test.each(Object.keys(cases))("the AHCI controller does what QEMU's does: %s", (name) => {
  expect(askOurs(cases[name]!)).toBe(manual[name] ?? qemu[name]);
});

test('QEMU is not followed for a reason, and every reason is needed', () => {
  const names = Object.keys(manual);
  expect(names.filter((name) => disagreements.filter(([pattern]) => pattern.test(name)).length !== 1)).toEqual([]);
  expect(disagreements.filter(([pattern]) => !names.some((name) => pattern.test(name)))).toEqual([]);
});
