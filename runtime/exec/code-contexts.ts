import { Segment, Word } from '../../translator/abi/state.ts';
import { type Hashed, HashTable, hashWith } from './hash-table.ts';

/** So many buckets (as a power of 2) for contexts: real-mode systems have some hundred. */
const BUCKET_BITS = 10;

/**
 * What code is decoded under, beside its bytes: the state key and the code segment. Everything decoded and translated
 * belongs to one context. Protected-mode systems have few; real-mode code has one for each CS.
 */
export class CodeContext implements Hashed<CodeContext> {
  key = 0;
  base = 0;
  limit = 0;
  /** How many code pages it has. */
  pages = 0;
  hash = 0;
  chained: CodeContext | null = null;

  constructor(key: number, base: number, limit: number) {
    this.become(key, base, limit);
  }

  /** Makes one that has no pages that of other code. */
  become(key: number, base: number, limit: number): void {
    this.key = key;
    this.base = base;
    this.limit = limit;
  }

  is(key: number, base: number, limit: number): boolean {
    return this.base === base && this.key === key && this.limit === limit;
  }
}

/** The contexts that there is code of, and that of the code that runs now. */
export class CodeContexts {
  private readonly known = new HashTable<CodeContext>(BUCKET_BITS);
  /** Forgotten ones, to be used again: see SpareCode. */
  private readonly spare: CodeContext[] = [];
  current: CodeContext;

  constructor() {
    this.current = this.of(0, 0, 0);
  }

  get size(): number {
    return this.known.size;
  }

  /** Makes `current` that of the current state key and code segment. */
  enter(state: Int32Array): void {
    const key = state[Word.key];
    const base = state[Word.segmentBase + Segment.cs];
    const limit = state[Word.segmentLimit + Segment.cs];
    if (!this.current.is(key, base, limit)) this.current = this.of(key, base, limit);
  }

  private of(key: number, base: number, limit: number): CodeContext {
    const hash = hashWith(hashWith(key, limit), base);
    for (let one = this.known.first(hash); one !== null; one = one.chained) if (one.is(key, base, limit)) return one;
    const context = this.make(key, base, limit);
    this.known.add(context, hash);
    return context;
  }

  private make(key: number, base: number, limit: number): CodeContext {
    const context = this.spare.pop();
    if (context === undefined) return new CodeContext(key, base, limit);
    context.become(key, base, limit);
    return context;
  }

  /** Forgets those that there is no code of. */
  forgetEmpty(): void {
    for (const context of this.known) {
      if (context.pages > 0 || context === this.current) continue;
      this.known.delete(context);
      this.spare.push(context);
    }
  }

  clear(): void {
    this.known.clear();
    this.current = this.of(0, 0, 0);
  }
}
