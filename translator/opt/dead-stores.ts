import { placeOf, wordsOf } from '../ir/places.ts';
import { callsSticky, mayLeave } from '../ir/rewrite.ts';
import type { Statement } from '../ir/statement.ts';
import type { Pass } from './pass.ts';

/** Removes writes of state words that are written again before the block can be left or the word is read. */
export const deadStores: Pass = {
  name: 'dead-stores',
  run(statements) {
    const overwritten = new Set<number>();
    const kept: Statement[] = [];
    for (let n = statements.length - 1; n >= 0; n--) {
      const s = statements[n];
      if (s.op === 'set') {
        const words = wordsOf(placeOf(s));
        if (words.every((word) => overwritten.has(word))) continue;
        for (const word of words) overwritten.add(word);
      } else if (s.op === 'get') for (const word of wordsOf(placeOf(s))) overwritten.delete(word);
      else if (mayLeave(s) || s.body !== null || callsSticky(s)) overwritten.clear();
      kept.push(s);
    }
    return kept.reverse();
  },
};
