import { KEY_BITS, Key } from '../../translator/abi/key.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import { type Hashed, HashTable, hashWith } from './hash-table.ts';

/** Number of buckets (as a power of 2) for contexts: real-mode systems have some hundred. */
const BUCKET_BITS = 10;

/** Number of contexts, a power of 2, that are found without a hash. */
const RECENT = 256;

/** The number of the next context that is made: the lowest are those of flat code. */
let made = 1 << KEY_BITS;

/**
 * The context that code is decoded under, beside its bytes: the state key and the code segment. Everything decoded and translated
 * belongs to one context. Protected-mode systems have few; real-mode code has one for each CS.
 */
export class CodeContext implements Hashed<CodeContext> {
  readonly key: number;
  readonly base: number;
  readonly limit: number;
  /** Nobody else's: of flat code, where a key has one context, the key. */
  readonly number: number;
  /** How many code pages it has. */
  pages = 0;
  hash: number;
  chained: CodeContext | null = null;

  constructor(key: number, base: number, limit: number) {
    this.key = key;
    this.base = base;
    this.limit = limit;
    this.number = (key & Key.flat) !== 0 ? key : made++;
    this.hash = hashOf(key, base, limit);
  }

  is(key: number, base: number, limit: number): boolean {
    return this.base === base && this.key === key && this.limit === limit;
  }
}

function hashOf(key: number, base: number, limit: number): number {
  return hashWith(hashWith(key, limit), base);
}

/**
 * The context of the code that runs now, and those that have code pages. No others are known: a guest may enter any number of segments
 * whose first fetch faults.
 */
export class CodeContexts {
  private readonly known = new HashTable<CodeContext>(BUCKET_BITS);
  current = new CodeContext(0, 0, 0);
  /** The contexts that were entered lately, by base: whether they have pages or not. */
  private readonly recent: CodeContext[] = new Array(RECENT).fill(this.current);

  /** How many have code pages. */
  get size(): number {
    return this.known.size;
  }

  /** Makes `current` that of the current state key and code segment. */
  enter(state: Int32Array): void {
    const key = state[Word.key];
    const base = state[Word.segmentBase + Segment.cs];
    const limit = state[Word.segmentLimit + Segment.cs];
    if (!this.current.is(key, base, limit)) {
      const place = (base >>> 4) & (RECENT - 1);
      if (!this.recent[place].is(key, base, limit)) this.recent[place] = this.find(key, base, limit);
      this.current = this.recent[place];
    }
    state[Word.codeContext] = this.current.number;
  }

  private find(key: number, base: number, limit: number): CodeContext {
    let context = this.known.first(hashOf(key, base, limit));
    while (context !== null && !context.is(key, base, limit)) context = context.chained;
    return context ?? new CodeContext(key, base, limit);
  }

  /** The current one gets a page. */
  addPage(): void {
    const { current } = this;
    if (current.pages++ === 0) this.known.add(current, current.hash);
  }

  /** One loses a page. */
  deletePage(context: CodeContext): void {
    if (--context.pages === 0) this.known.delete(context);
  }
}
