import { partialFlagKinds } from '../ir/operations.ts';
import { mayLeave, readsFlags } from '../ir/rewrite.ts';
import { type Statement, type WhenStatement, withBody } from '../ir/statement.ts';
import type { Pass } from './pass.ts';

/**
 * Removes flags statements whose flags nobody sees: all are set again before anything reads them and before the block
 * can be left (where they must be exact).
 */
export const deadFlags: Pass = {
  name: 'dead-flags',
  run: (statements) => new Remover().run(statements),
};

/** Goes through statements backwards. */
class Remover {
  /** The flags before what was seen so far are seen by it; after a block they are. */
  #live = true;

  run(statements: readonly Statement[]): Statement[] {
    const kept: Statement[] = [];
    for (let n = statements.length - 1; n >= 0; n--) {
      const s = statements[n];
      if (s.op === 'flags' && !this.#live) continue;
      kept.push(s.op === 'when' ? this.#conditional(s) : s);
      // A partial change needs the flags before it; a full one doesn't, unless its own arguments do.
      if (s.op === 'flags') this.#live = partialFlagKinds.has(s.kind);
      this.#live ||= mayLeave(s) || readsFlags(s);
    }
    return kept.reverse();
  }

  /** The body may be skipped: what is seen after it is seen before it. */
  #conditional(s: WhenStatement): Statement {
    const after = this.#live;
    const inner = this.run(s.body);
    this.#live ||= after;
    return withBody(s, inner);
  }
}
