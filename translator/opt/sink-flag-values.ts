import { containsLeaf, rewriteStatement, standsAlone } from '../ir/rewrite.ts';
import type { Statement } from '../ir/statement.ts';
import { isOfFlags, type Value } from '../ir/value.ts';
import type { Pass } from './pass.ts';

/**
 * Values that only flags statements use move into those: flags are mostly seen where a region is left, so that what
 * they need is computed there or not at all. A value that reads flags itself stays, and a call that stands alone.
 */
export const sinkFlagValues: Pass = {
  name: 'sink-flag-values',
  run(statements) {
    const others = usedElsewhere(statements);
    const moved = new Map<number, Value>();
    const kept: Statement[] = [];
    for (const original of statements) {
      const s = original.op === 'flags' ? rewriteStatement(original, (v) => replacement(v, moved)) : original;
      if (s.op === 'let' && !others.has(s.temporary) && canMove(s.args[0])) {
        moved.set(s.temporary, rewriteStatement(s, (v) => replacement(v, moved)).args[0]);
      } else kept.push(s);
    }
    return kept;
  },
};

function replacement(v: Value, moved: Map<number, Value>): Value {
  return v.op === 'temporary' ? (moved.get(v.number) ?? v) : v;
}

function canMove(v: Value): boolean {
  return !standsAlone(v) && !containsLeaf(v, isOfFlags);
}

/** Temporaries that something else than a flags statement needs, by itself or through other names. */
function usedElsewhere(statements: readonly Statement[]): Set<number> {
  const used = new Set<number>();
  for (let n = statements.length - 1; n >= 0; n--) {
    const s = statements[n];
    const isMovable = s.op === 'let' && !used.has(s.temporary) && canMove(s.args[0]);
    if (s.op !== 'flags' && !isMovable) note(s, used);
  }
  return used;
}

function note(s: Statement, used: Set<number>): void {
  for (const v of s.args) {
    containsLeaf(v, (leaf) => {
      if (leaf.op === 'temporary') used.add(leaf.number);
      return false;
    });
  }
  for (const inner of s.body ?? []) note(inner, used);
}
