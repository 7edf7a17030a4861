import { describe, expect, test } from 'vitest';
import { variants } from '../support/guest.ts';
import { expected, readRecorded } from './protection/record.ts';
import { groups } from './svm/cases/index.ts';
import { disagreements } from './svm/disagreements.ts';
import { askOurs } from './svm/run.ts';

const recorded = readRecorded('svm');

describe.each(Object.keys(groups))('%s', (group) => {
  const cases = groups[group]!;
  const answers = Object.fromEntries(cases.map(({ name }) => [name, expected(recorded, name)]));

  test.each(variants)('on every engine as recorded: $name', async (variant) => {
    expect(Object.fromEntries(await askOurs(cases, variant))).toEqual(answers);
  });
});

test('QEMU is not followed for a reason, and every reason is needed', () => {
  const names = Object.keys(recorded.manual).filter((name) => name in recorded.qemu);
  for (const name of names)
    expect(
      disagreements.filter(([cases]) => cases.test(name)),
      name,
    ).toHaveLength(1);
  for (const [cases] of disagreements)
    expect(
      names.some((name) => cases.test(name)),
      String(cases),
    ).toBe(true);
});
