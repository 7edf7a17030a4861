import { mayLeave, readsFlags } from '../ir/rewrite.ts';
import { partialFlagKinds, Statement } from '../ir/statement.ts';
import type { Pass } from './pass.ts';

/**
 * Removes flags statements whose flags nobody sees: all are set again before anything reads them and before the block
 * can be left (where they must be exact).
 */
export const deadFlags: Pass = {
  name: 'dead-flags',
  run: (statements) => backwards(statements, true),
};

/** `live`: the flags behind the statements are seen. */
function backwards(statements: readonly Statement[], live: boolean): Statement[] {
  const kept: Statement[] = [];
  for (let n = statements.length - 1; n >= 0; n--) {
    const s = statements[n];
    if (s.op === 'flags') {
      if (!live) continue;
      kept.push(s);
      // A partial change needs the flags before it; a full one doesn't, unless its own arguments do.
      live = partialFlagKinds.has(s.name) || readsFlags(s);
      continue;
    }
    if (s.body !== null) {
      kept.push(new Statement(s.op, s.temporary, s.size, s.name, s.args, backwards(s.body, live)));
      live = live || s.body.some((inner) => mayLeave(inner) || readsFlags(inner) || inner.op === 'flags');
    } else kept.push(s);
    live = live || mayLeave(s) || readsFlags(s);
  }
  return kept.reverse();
}
