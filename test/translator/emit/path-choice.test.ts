import { expect, test } from 'vitest';
import { emitPathChoice } from '../../../translator/emit/path-choice.ts';

const FIRST = 3;
const caseOf = (weight: number, n: number) => ({ slot: FIRST + n, text: `found.push(${FIRST + n});break F;`, weight });

/** Text with each comparison of the tree counted; the one for whether a case is in it is not. */
function counting(text: string): string {
  return text.replaceAll(/n(?=[<>])/g, '(comparisons++,n)');
}

function choiceOf(weights: readonly number[], others: readonly number[]) {
  const frequent = weights.map(caseOf);
  const text = emitPathChoice(
    frequent,
    others.map((slot) => ({ ...caseOf(0, 0), slot, text: `found.push(${slot});break F;` })),
  );
  const run = new Function('n', `const found=[];let comparisons=0;F:{${counting(text)}}return {found,comparisons};`);
  return run as (slot: number) => { found: number[]; comparisons: number };
}

test.each([0, 1, 2, 3, 16])(
  'with %i cases that are compared each slot comes to its own case, and others to none',
  (count) => {
    const weights = Array.from({ length: count }, (_, n) => 100 - 3 * n);
    const others = [1, 2, FIRST + count, FIRST + count + 1];
    const choose = choiceOf(weights, others);
    for (let slot = 1; slot <= FIRST + count + 1; slot++) expect(choose(slot).found).toEqual([slot]);
    for (const slot of [0, FIRST + count + 2]) expect(choose(slot).found).toEqual([]);
  },
);

test('the more a case weighs the fewer comparisons lead to it', () => {
  const choose = choiceOf([60, 20, 10, 5, 2, 1, 1, 1], [1]);
  const comparisons = Array.from({ length: 8 }, (_, n) => choose(FIRST + n).comparisons);
  expect(comparisons.slice(0, 3)).toEqual([1, 2, 3]);
  expect(comparisons).toEqual(comparisons.toSorted((a, b) => a - b));
});

test('eight that weigh the same are three comparisons away', () => {
  const choose = choiceOf(Array(8).fill(1), []);
  for (let n = 0; n < 8; n++) expect(choose(FIRST + n).comparisons).toBe(3);
});
