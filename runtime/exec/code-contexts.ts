import { Segment, Word } from '../../translator/abi/state.ts';
import type { CodePage } from './code-page.ts';

/**
 * What code is decoded under, beside its bytes: the state key and the code segment. Everything decoded and translated
 * belongs to one context. Protected-mode systems have few; real-mode code has one for each CS.
 */
export interface CodeContext {
  readonly key: number;
  readonly base: number;
  readonly limit: number;
  /** Code pages by frame and linear page: `frame * 2^20 + linear page`. */
  readonly pages: Map<number, CodePage>;
}

function isContextOf(context: CodeContext, key: number, base: number, limit: number): boolean {
  return context.key === key && context.base === base && context.limit === limit;
}

/** The contexts that there is code of, and that of the code that runs now. */
export class CodeContexts {
  private readonly byName = new Map<string, CodeContext>();
  current: CodeContext;
  /** The one before it: systems go to and fro between two, the kernel's and the programs'. */
  private before: CodeContext;

  constructor() {
    this.current = this.of(0, 0, 0);
    this.before = this.current;
  }

  get size(): number {
    return this.byName.size;
  }

  /** Makes `current` that of the current state key and code segment. */
  enter(state: Int32Array): void {
    const key = state[Word.key];
    const base = state[Word.segmentBase + Segment.cs];
    const limit = state[Word.segmentLimit + Segment.cs];
    if (isContextOf(this.current, key, base, limit)) return;
    const { before } = this;
    this.before = this.current;
    this.current = isContextOf(before, key, base, limit) ? before : this.of(key, base, limit);
  }

  private of(key: number, base: number, limit: number): CodeContext {
    const name = `${key} ${base} ${limit}`;
    let context = this.byName.get(name);
    if (!context) {
      context = { key, base, limit, pages: new Map() };
      this.byName.set(name, context);
    }
    return context;
  }

  /** Forgets those that there is no code of. */
  forgetEmpty(): void {
    for (const [name, context] of this.byName) {
      const isUsed = context.pages.size > 0 || context === this.current || context === this.before;
      if (!isUsed) this.byName.delete(name);
    }
  }

  clear(): void {
    this.byName.clear();
    this.current = this.of(0, 0, 0);
    this.before = this.current;
  }
}
