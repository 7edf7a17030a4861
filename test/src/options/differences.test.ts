import { expect, test } from 'vitest';
import { optionDifferences, optionTexts } from '../../../src/options/differences.ts';

const differences = (then: object, now: object) => optionDifferences(optionTexts(then, []), optionTexts(now, []));

test('the smallest parts that differ are told by their paths', () => {
  const then = { memory: 16, network: [{ card: 'e1000' }] };
  expect(differences(then, { memory: 32, network: [{ card: 'pcnet' }] })).toEqual([
    { path: 'memory', saved: '16', here: '32' },
    { path: 'network[0].card', saved: '"e1000"', here: '"pcnet"' },
  ]);
});

test('nothing in a list or an object is as if it were not given', () => {
  expect(differences({ memory: 16 }, { memory: 16, pciSlots: {}, drives: [] })).toEqual([]);
  expect(differences({ network: [] }, { network: [{ card: 'e1000' }] })).toHaveLength(1);
});
