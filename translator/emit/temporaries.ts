import { containsLeaf } from '../ir/rewrite.ts';
import type { Block, Statement } from '../ir/statement.ts';

/**
 * Gives the temporaries of a region a few variables in turn. V8's compilers pay for every variable of a function at every
 * point where it may be left, so that a variable a temporary made regions several times as slow to compile.
 */
export class Temporaries {
  /** Number of variables used: t0, t1, … */
  count = 0;
  private variables = new Map<number, number>();
  private free: number[] = [];
  /** Temporaries that no statement uses any more, but pending flags do. */
  private held = new Set<number>();

  /** A variable for a temporary that is about to be defined. */
  define(temporary: number): string {
    const variable = this.free.pop() ?? this.count++;
    this.variables.set(temporary, variable);
    return `t${variable}`;
  }

  name(temporary: number): string {
    return `t${this.variables.get(temporary)}`;
  }

  /** These have had their last use; `isHeld` tells of those that are still wanted. */
  release(temporaries: Iterable<number>, isHeld: (temporary: number) => boolean): void {
    for (const temporary of temporaries) this.held.add(temporary);
    for (const temporary of this.held) {
      if (isHeld(temporary)) continue;
      this.held.delete(temporary);
      const variable = this.variables.get(temporary);
      if (variable === undefined) continue;
      this.variables.delete(temporary);
      this.free.push(variable);
    }
  }

  /** No temporary is wanted any more: a block that others come to as well begins. */
  releaseAll(): void {
    this.variables = new Map();
    this.held = new Set();
    this.free = Array.from({ length: this.count }, (_, n) => this.count - 1 - n);
  }

  /** What is in use now, to come back to after printing other blocks. */
  save(): () => void {
    const variables = new Map(this.variables);
    const free = [...this.free];
    const held = new Set(this.held);
    const before = this.count;
    return () => {
      this.variables = variables;
      this.held = held;
      // Variables that came into being meanwhile are free.
      this.free = free;
      for (let n = before; n < this.count; n++) free.push(n);
    };
  }
}

/** By place of a block's statements: temporaries that none behind it uses. */
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
