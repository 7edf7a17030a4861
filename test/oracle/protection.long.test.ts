import { describe, expect, test } from 'vitest';
import { variants } from '../support/guest.ts';
import { groups } from './protection/cases/index.ts';
import { disagreements } from './protection/disagreements.ts';
import { expected, readRecorded } from './protection/record.ts';
import { askOurs } from './protection/run.ts';

const recorded = readRecorded('protection');
const counting = variants.filter(({ name }) => name.endsWith('counting'));

describe.each(Object.keys(groups))('%s', (group) => {
  const cases = groups[group]!;
  const answers = Object.fromEntries(cases.map(({ name }) => [name, expected(recorded, name)]));

  test.each(counting)('on every engine as recorded: $name', async (variant) => {
    expect(Object.fromEntries(await askOurs(cases, variant))).toEqual(answers);
  });
});

test('QEMU is not followed for a reason, and every reason is needed', () => {
  const names = Object.keys(recorded.manual);
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
