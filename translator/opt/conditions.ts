import { type FlagHistory, resolve } from '../ir/conditions.ts';
import { partialFlagKinds } from '../ir/operations.ts';
import { rewriteStatement } from '../ir/rewrite.ts';
import { type Statement, type WhenStatement, withBody } from '../ir/statement.ts';
import type { Value } from '../ir/value.ts';
import type { Pass } from './pass.ts';

/**
 * Condition codes become comparisons of the operands of the operation that set the flags, where that is known in the
 * block: `cmp eax, ebx; jb` is `eax <u ebx`.
 */
export const conditions: Pass = {
  name: 'conditions',
  run: (statements) => new Resolver().statements(statements),
};

class Resolver {
  #known: FlagHistory | null = null;

  statements(statements: readonly Statement[]): Statement[] {
    return statements.map((s) => this.#statement(s));
  }

  #statement(s: Statement): Statement {
    const resolved = rewriteStatement(s, this.#leaf);
    if (resolved.op === 'flags') {
      this.#known = { statement: resolved, older: partialFlagKinds.has(resolved.kind) ? this.#known : null };
    }
    return resolved.op === 'when' ? this.#conditional(resolved) : resolved;
  }

  /** After a body that may or may not have changed the flags nothing is known. */
  #conditional(s: WhenStatement): Statement {
    const before = this.#known;
    const inner = this.statements(s.body);
    if (this.#known !== before) this.#known = null;
    return withBody(s, inner);
  }

  readonly #leaf = (v: Value): Value => {
    if (v.op !== 'condition' || this.#known === null) return v;
    return resolve(v.number, this.#known) ?? v;
  };
}
