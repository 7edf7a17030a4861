import { containsLeaf, standsAlone } from '../ir/rewrite.ts';
import { type Statement, withBody } from '../ir/statement.ts';
import type { Pass } from './pass.ts';

/** Removes names and reads of state words that nothing uses, and empty bodies. Loads stay: they may fault; and so do calls that stand alone. */
export const deadValues: Pass = {
  name: 'dead-values',
  run: (statements) => new Remover().run(statements),
};

class Remover {
  readonly #used = new Set<number>();

  run(statements: readonly Statement[]): Statement[] {
    const kept: Statement[] = [];
    for (let n = statements.length - 1; n >= 0; n--) {
      let s = statements[n];
      if ((s.op === 'let' || s.op === 'get') && !this.#used.has(s.temporary) && !standsAlone(s.args[0])) continue;
      if (s.body !== null) s = withBody(s, this.run(s.body));
      if (s.body?.length === 0) continue;
      for (const v of s.args) containsLeaf(v, (leaf) => this.#note(leaf.op === 'temporary' ? leaf.number : -1));
      kept.push(s);
    }
    return kept.reverse();
  }

  #note(temporary: number): boolean {
    this.#used.add(temporary);
    return false;
  }
}
