import { binary, constant } from '../ir/builder.ts';
import { printValue } from '../ir/print.ts';
import { readsFlags } from '../ir/rewrite.ts';
import { type Statement, withArguments } from '../ir/statement.ts';
import type { Value } from '../ir/value.ts';
import type { Pass } from './pass.ts';

/**
 * Leaves checks out that an earlier one of the block has made: after a `fault` or `fallback` none of the alternatives of
 * its condition holds. Temporaries don't change, so neither do these.
 */
export const repeatedChecks: Pass = {
  name: 'repeated-checks',
  run(statements) {
    const excluded = new Set<string>();
    const kept: Statement[] = [];
    for (const s of statements) {
      const isCheck = (s.op === 'fault' || s.op === 'fallback') && !readsFlags(s);
      const checked = isCheck ? withoutKnown(s, excluded) : s;
      if (checked === null) continue;
      kept.push(checked);
      if (isCheck) exclude(s.args[0], excluded);
    }
    return kept;
  },
};

/** The check with what may still hold; null if that is nothing. */
function withoutKnown(s: Statement, excluded: ReadonlySet<string>): Statement | null {
  const open = alternatives(s.args[0]).filter((v) => !excluded.has(printValue(v)));
  if (open.length === 0) return null;
  const condition = open.reduce((all, one) => binary('or', all, one), constant(0));
  return withArguments(s, [condition, ...s.args.slice(1)]);
}

function alternatives(v: Value): Value[] {
  return v.op === 'or' ? [...alternatives(v.a!), ...alternatives(v.b!)] : [v];
}

/** Notes that a condition doesn't hold. Where a and (b or c) doesn't, neither a and b does, nor a and c. */
function exclude(condition: Value, excluded: Set<string>): void {
  for (const v of alternatives(condition)) {
    excluded.add(printValue(v));
    if (v.op !== 'and' || v.b!.op !== 'or') continue;
    for (const part of alternatives(v.b!)) excluded.add(printValue(binary('and', v.a!, part)));
  }
}
