import type { Kind } from '../ir/operations.ts';
import { containsLeaf } from '../ir/rewrite.ts';
import type { Block, Statement } from '../ir/statement.ts';

/** A variable of the region's function. */
interface Variable {
  readonly name: string;
  /** Where it goes when it is free. */
  readonly pool: Pool;
}

/** Variables of one kind: V8 wants one to stay an integer or a double. */
class Pool {
  readonly all: Variable[] = [];
  #free: Variable[] = [];
  readonly #letter: string;

  constructor(letter: string) {
    this.#letter = letter;
  }

  take(): Variable {
    return this.#free.pop() ?? this.#add();
  }

  #add(): Variable {
    const variable = { name: this.#letter + this.all.length, pool: this };
    this.all.push(variable);
    return variable;
  }

  give(variable: Variable): void {
    this.#free.push(variable);
  }

  giveAll(): void {
    this.#free = this.all.toReversed();
  }

  /** Saves the free variables, and returns a function that restores them; variables made meanwhile are free then. */
  save(): () => void {
    const free = [...this.#free];
    const before = this.all.length;
    return () => {
      this.#free = [...free, ...this.all.slice(before)];
    };
  }
}

/**
 * Gives the temporaries of a region a few variables in turn. V8's compilers pay for every variable of a function at every
 * point where it may be left, so that a variable a temporary made regions several times as slow to compile.
 */
export class Temporaries {
  /** t0, t1, … */
  readonly #integers = new Pool('t');
  /** f0, f1, … */
  readonly #doubles = new Pool('f');
  #variables = new Map<number, Variable>();
  /** Temporaries that no statement uses any more, but pending flags do. */
  #held = new Set<number>();

  /** A variable for a temporary that is about to be defined. */
  define(temporary: number, kind: Kind): string {
    const variable = (kind === 'real' ? this.#doubles : this.#integers).take();
    this.#variables.set(temporary, variable);
    return variable.name;
  }

  name(temporary: number): string {
    return this.#variables.get(temporary)!.name;
  }

  /** `,t0=0,f0=0.5`: all variables that were used. A double begins as one that no integer is. */
  declarations(): string {
    const integers = this.#integers.all.map(({ name }) => `,${name}=0`);
    const doubles = this.#doubles.all.map(({ name }) => `,${name}=0.5`);
    return [...integers, ...doubles].join('');
  }

  /** These have had their last use; `isHeld` tells of those that are still wanted. */
  release(temporaries: Iterable<number>, isHeld: (temporary: number) => boolean): void {
    for (const temporary of temporaries) this.#held.add(temporary);
    for (const temporary of this.#held) {
      if (isHeld(temporary)) continue;
      this.#held.delete(temporary);
      const variable = this.#variables.get(temporary);
      if (variable === undefined) continue;
      this.#variables.delete(temporary);
      variable.pool.give(variable);
    }
  }

  /** No temporary is wanted any more: a block that others come to as well begins. */
  releaseAll(): void {
    this.#variables = new Map();
    this.#held = new Set();
    this.#integers.giveAll();
    this.#doubles.giveAll();
  }

  /** Saves the variables in use, and returns a function that restores them after other blocks were printed. */
  save(): () => void {
    const variables = new Map(this.#variables);
    const held = new Set(this.#held);
    const restorePools = [this.#integers.save(), this.#doubles.save()];
    return () => {
      this.#variables = variables;
      this.#held = held;
      for (const restore of restorePools) restore();
    };
  }
}

/** By place of a block's statements: temporaries that none after it uses. */
export function lastUses(block: Block): number[][] {
  const seen = new Set<number>();
  const uses: number[][] = block.statements.map(() => []);
  for (let n = block.statements.length - 1; n >= 0; n--) {
    forTemporaries(block.statements[n], (temporary) => {
      if (seen.has(temporary)) return;
      seen.add(temporary);
      uses[n].push(temporary);
    });
  }
  return uses;
}

/** Temporaries that a statement defines or uses, its body included. */
function forTemporaries(s: Statement, visit: (temporary: number) => void): void {
  if (s.temporary >= 0) visit(s.temporary);
  for (const v of s.args) {
    containsLeaf(v, (leaf) => {
      if (leaf.op === 'temporary') visit(leaf.number);
      return false;
    });
  }
  for (const inner of s.body ?? []) forTemporaries(inner, visit);
}
