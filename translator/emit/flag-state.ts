import { temporary } from '../ir/builder.ts';
import { resolveCondition } from '../ir/conditions.ts';
import { type FlagKind, partialFlagKinds } from '../ir/operations.ts';
import { containsLeaf, rewriteStatement } from '../ir/rewrite.ts';
import type { FlagsStatement } from '../ir/statement.ts';
import type { Value } from '../ir/value.ts';
import type { EmitContext } from './context.ts';
import { flagsText } from './flags.ts';

/** INC and DEC: each makes all flags but the carry, so that of several only the last counts. */
const incrementing: ReadonlySet<FlagKind> = new Set(['inc', 'dec']);
/** More changes than this on top of each other are brought into the locals at once. */
const LONGEST = 3;
/** Stands for code that makes deferred flags right; known only when the whole region has been printed. */
export const SETTLE = '\u0001';
/** Stands for `fs=0`. */
const CLEAR = '\u0002';

/** The temporary that stands for `d0`, `d1`, … where the text of a form is printed. */
function deferredOperand(index: number): number {
  return -1 - index;
}

/** Its variable, if it is one. */
export function deferredName(temporary: number): string | null {
  return temporary < 0 ? `d${-1 - temporary}` : null;
}

/**
 * The arithmetic flags while a region is printed. The locals flagResult and flagCarries hold them, but what the last
 * instructions did to them is left out (`pending`) until somebody sees the flags: in the rare code that leaves the
 * region, most often. Where blocks join, pending flags become deferred: the operands go to locals d0, d1, …, and `fs` says
 * how flags are made of them; 0 means that flagResult and flagCarries are right.
 */
export class FlagState {
  #pending: FlagsStatement[] = [];
  /** `fs` may be other than 0 here: other blocks have come here with their flags deferred. */
  #joined = false;
  readonly #context: EmitContext;
  readonly #integer: (v: Value) => string;
  readonly #result: string;
  readonly #carries: string;
  /** Most operands that a form has. */
  #operands = 0;
  /** Numbers of the forms, by the text that makes the flags. */
  readonly #forms = new Map<string, number>();

  constructor(context: EmitContext, integer: (v: Value) => string, result: string, carries: string) {
    this.#context = context;
    this.#integer = integer;
    this.#result = result;
    this.#carries = carries;
  }

  /** At the start of a block that several branches lead to. */
  join(): void {
    this.#pending = [];
    this.#joined = true;
  }

  /** The locals have just been loaded from the state (`fs` is 0). */
  loaded(): void {
    this.#pending = [];
    this.#joined = false;
  }

  /** Saves the present state, and returns a function that restores it after other blocks were printed. */
  save(): () => void {
    const pending = this.#pending;
    const joined = this.#joined;
    return () => {
      this.#pending = pending;
      this.#joined = joined;
    };
  }

  /** An instruction changes the flags. Gives code only if too much is pending. */
  set(s: FlagsStatement): string {
    if (!partialFlagKinds.has(s.kind)) {
      this.#pending = [s];
      return '';
    }
    const last = this.#pending.at(-1);
    const replaces = last !== undefined && incrementing.has(s.kind) && incrementing.has(last.kind);
    this.#pending = [...(replaces ? this.#pending.slice(0, -1) : this.#pending), s];
    return this.#pending.length > LONGEST ? this.settle() : '';
  }

  /** Whether what is pending needs a temporary. */
  needs(temporary: number): boolean {
    const isIt = (leaf: Value) => leaf.op === 'temporary' && leaf.number === temporary;
    return this.#pending.some((s) => s.args.some((v) => containsLeaf(v, isIt)));
  }

  /** The condition as a value of the operands of what is pending, or null. */
  resolve(code: number): Value | null {
    return resolveCondition(code, this.#pending);
  }

  /** Code that makes the locals right, for use where the flags are read in the region's own course. */
  settle(): string {
    const text = this.settled();
    this.#pending = [];
    this.#joined = false;
    return text;
  }

  /** Code that makes the locals right where it leaves the region: nothing is changed for the code after it. */
  settled(): string {
    const [first] = this.#pending;
    const text = this.#pending.map((s) => this.#text(s, s.args.map(this.#integer))).join('');
    if (!this.#joined) return text;
    return first && !partialFlagKinds.has(first.kind) ? text + CLEAR : SETTLE + text;
  }

  /** Code for a branch to where others lead to as well, a block or the common exit: pending flags are deferred. */
  defer(): string {
    const pending = this.#pending;
    if (pending.length === 0) return '';
    const [first, second] = pending;
    const isSimple =
      !partialFlagKinds.has(first.kind) && pending.length <= 2 && (!second || incrementing.has(second.kind));
    const hasDoubles = pending.some((s) => s.args.some((v) => containsLeaf(v, ({ kind }) => kind === 'real')));
    if (!isSimple || first.kind === 'all' || hasDoubles) return this.settled();
    const { number, operands } = this.#form(pending);
    return `${operands.map((v, n) => `d${n}=${this.#integer(v)};`).join('')}fs=${number};`;
  }

  /** Puts in what could not be printed before: `text` is the whole region. */
  finish(text: string): string {
    const settle = this.#forms.size === 0 ? '' : this.#settleDeferred();
    return text.replaceAll(SETTLE, settle).replaceAll(CLEAR, this.#forms.size === 0 ? '' : 'fs=0;');
  }

  /** Locals of deferred flags. */
  declarations(): string {
    const names = ['fs', ...Array.from({ length: this.#operands }, (_, n) => `d${n}`)];
    return this.#forms.size === 0 ? '' : names.map((name) => `,${name}=0`).join('');
  }

  #text(s: FlagsStatement, args: string[]): string {
    return flagsText(this.#context, s.kind, s.size, args, this.#result, this.#carries);
  }

  /**
   * The form of what is pending, and its operands: the variables and constants that it is computed from, so that a branch
   * only copies. (Code that computes makes V8 deoptimize the function when it runs for the first time; a copy does not.)
   */
  #form(pending: readonly FlagsStatement[]): { readonly number: number; readonly operands: readonly Value[] } {
    const operands: Value[] = [];
    const constants = new Set(pending.flatMap((s) => s.args.filter((v) => v.op === 'constant').map((v) => v.number)));
    const place = (leaf: Value): Value => {
      if (leaf.op !== 'temporary' && !(leaf.op === 'constant' && constants.has(leaf.number))) return leaf;
      const index = operands.findIndex(({ op, number }) => op === leaf.op && number === leaf.number);
      return temporary(deferredOperand(index < 0 ? operands.push(leaf) - 1 : index));
    };
    const placed = pending.map((s) => rewriteStatement(s, place));
    const text = placed.map((s) => this.#text(s, s.args.map(this.#integer))).join('');
    this.#operands = Math.max(this.#operands, operands.length);
    const number = this.#forms.get(text) ?? this.#forms.size + 1;
    this.#forms.set(text, number);
    return { number, operands };
  }

  #settleDeferred(): string {
    const cases = [...this.#forms].map(([text, number]) => `case ${number}:${text}break;`);
    return `if(fs!==0){switch(fs){${cases.join('')}}fs=0;}`;
  }
}
