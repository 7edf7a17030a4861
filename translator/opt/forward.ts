import { temporary } from '../ir/builder.ts';
import { definedKind } from '../ir/operations.ts';
import { overlapping, type Place, placeOf } from '../ir/places.ts';
import { rewriteStatement } from '../ir/rewrite.ts';
import { type AccessStatement, type Statement, type WhenStatement, withBody } from '../ir/statement.ts';
import { isName, type Value } from '../ir/value.ts';
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
  /** Place in the state to the value it holds. */
  #held = new Map<Place, Value>();
  /** Temporary to the value it stands for. */
  readonly #same = new Map<number, Value>();

  run(statements: readonly Statement[]): Statement[] {
    const out: Statement[] = [];
    for (const original of statements) {
      const s = rewriteStatement(original, this.#leaf);
      if (s.op === 'let' && isName(s.args[0])) {
        this.#same.set(s.temporary, s.args[0]);
        continue;
      }
      if (s.op === 'get') {
        const value = this.#held.get(placeOf(s));
        if (value !== undefined) {
          this.#same.set(s.temporary, value);
          continue;
        }
        this.#held.set(placeOf(s), temporary(s.temporary, definedKind(s)!));
      } else if (s.op === 'set') {
        if (this.#holds(s)) continue;
        this.#write(placeOf(s), s.args[1]);
      }
      out.push(s.op === 'when' ? this.#conditional(s) : s);
    }
    return out;
  }

  /** Whether the word that is set has this value already: compilers fill gaps with `lea esi,[esi]`. */
  #holds(s: AccessStatement<'set'>): boolean {
    const [value, held] = [s.args[1], this.#held.get(placeOf(s))];
    return s.view === 'integer' && value.op === 'temporary' && held?.op === 'temporary' && held.number === value.number;
  }

  #write(place: Place, value: Value): void {
    for (const other of overlapping(place)) this.#held.delete(other);
    this.#held.set(place, value);
  }

  /** Words that a conditional body writes are unknown after it; words it reads first were read only if it ran. */
  #conditional(s: WhenStatement): Statement {
    const before = new Map(this.#held);
    const inner = this.run(s.body);
    for (const place of placesWritten(inner).flatMap(overlapping)) {
      if (!isNanTest(s.args[0], before.get(place))) before.delete(place);
    }
    this.#held = before;
    return withBody(s, inner);
  }

  readonly #leaf = (v: Value): Value => (v.op === 'temporary' ? (this.#same.get(v.number) ?? v) : v);
}

/** Whether the condition is that the value is a NaN: what the body changes are the bits, which the value doesn't tell. */
function isNanTest(condition: Value, value: Value | undefined): boolean {
  if (value === undefined || condition.op !== 'xor' || condition.a!.op !== 'feq') return false;
  const { a, b } = condition.a!;
  return a!.op === 'temporary' && a!.number === value.number && b!.number === value.number;
}

function placesWritten(statements: readonly Statement[]): Place[] {
  return statements.flatMap((s) => (s.op === 'set' ? [placeOf(s)] : placesWritten(s.body ?? [])));
}
