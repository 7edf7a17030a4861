import { describe, expect, test } from 'vitest';
import { groups } from './ide/cases.ts';
import { disagreements } from './ide/disagreements.ts';
import { askOurs, readRecorded } from './ide/run.ts';

const { qemu, manual } = readRecorded();

describe.each(Object.keys(groups))('%s', (group) => {
  const cases = groups[group]!;
  const answerOf = (name: string) => manual[`${group}: ${name}`] ?? qemu[`${group}: ${name}`];
  const answers = Object.fromEntries(cases.map(({ name }) => [name, answerOf(name)]));

  test.each(['interpreter', 'translator'] as const)('as recorded: %s', async (engine) => {
    expect(await askOurs(cases, engine)).toEqual(answers);
  });
});

test('QEMU is not followed for a reason, and every reason is needed', () => {
  const names = Object.keys(manual).map((key) => key.slice(key.indexOf(': ') + 2));
  const reasons = (name: string) => disagreements.filter(([cases]) => cases.test(name));
  expect(names.filter((name) => reasons(name).length !== 1)).toEqual([]);
  expect(disagreements.filter(([cases]) => !names.some((name) => cases.test(name)))).toEqual([]);
});
