import { temporary } from '../ir/builder.ts';
import { mayLeave, rewriteStatement } from '../ir/rewrite.ts';
import { Statement } from '../ir/statement.ts';
import type { Value } from '../ir/value.ts';
import type { Pass } from './pass.ts';

/**
 * Reads each state word at most once: a word read or written before has its value already. Names of names go the same
 * way. Words must be constants (real binding). Memory accesses don't change state words, so values live on across them.
 */
export const forward: Pass = {
  name: 'forward',
  run: (statements) => new Forwarder().run(statements),
};

class Forwarder {
  /** Word to the value it holds. */
  private held = new Map<number, Value>();
  /** Temporary to the value it stands for. */
  private readonly same = new Map<number, Value>();

  run(statements: readonly Statement[]): Statement[] {
    const out: Statement[] = [];
    for (const original of statements) {
      const s = rewriteStatement(original, this.leaf);
      if (s.op === 'let' && isName(s.args[0])) {
        this.same.set(s.temporary, s.args[0]);
        continue;
      }
      if (s.op === 'get') {
        const value = this.held.get(s.args[0].number);
        if (value !== undefined) {
          this.same.set(s.temporary, value);
          continue;
        }
        this.held.set(s.args[0].number, temporary(s.temporary));
      } else if (s.op === 'set') this.held.set(s.args[0].number, s.args[1]);
      out.push(s.body === null ? s : this.conditional(s, s.body));
    }
    return out;
  }

  /** Words that a conditional body writes are unknown behind it; words it reads first were read only if it ran. */
  private conditional(s: Statement, body: Statement[]): Statement {
    const before = new Map(this.held);
    const inner = this.run(body);
    for (const word of wordsWritten(inner)) before.delete(word);
    this.held = before;
    return new Statement(s.op, s.temporary, s.size, s.name, s.args, inner);
  }

  private readonly leaf = (v: Value): Value => (v.op === 'temporary' ? (this.same.get(v.number) ?? v) : v);
}

function isName(v: Value): boolean {
  return v.op === 'constant' || v.op === 'temporary';
}

function wordsWritten(statements: readonly Statement[]): number[] {
  return statements.flatMap((s) => (s.op === 'set' ? [s.args[0].number] : wordsWritten(s.body ?? [])));
}

/** Removes writes of state words that are written again before the block can be left or the word is read. */
export const deadStores: Pass = {
  name: 'dead-stores',
  run(statements) {
    const overwritten = new Set<number>();
    const kept: Statement[] = [];
    for (let n = statements.length - 1; n >= 0; n--) {
      const s = statements[n];
      if (s.op === 'set') {
        if (overwritten.has(s.args[0].number)) continue;
        overwritten.add(s.args[0].number);
      } else if (s.op === 'get') overwritten.delete(s.args[0].number);
      else if (mayLeave(s) || s.body !== null) overwritten.clear();
      kept.push(s);
    }
    return kept.reverse();
  },
};
