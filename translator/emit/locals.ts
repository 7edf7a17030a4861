import { registerNames, Word } from '../abi/state.ts';
import { partialFlagKinds } from '../ir/operations.ts';
import { readsFlags } from '../ir/rewrite.ts';
import type { Region, Statement } from '../ir/statement.ts';
import type { EmitContext } from './context.ts';
import { changedWords, isLocal } from './dirty-words.ts';

/** Which state words a region keeps in locals: what it loads at its entry and stores where it is left. */
export class RegionLocals {
  readonly #used = new Set<number>();
  #changed = 0;
  readonly #context: EmitContext;

  constructor(context: EmitContext, region: Region) {
    this.#context = context;
    for (const { statements } of region.blocks) {
      this.#scan(statements);
      for (const s of statements) this.#changed |= changedWords(s);
    }
  }

  /** `eax=S[0],…` */
  load(): string {
    const words = [...new Set([...this.#used, ...wordsOf(this.#changed)])].sort((a, b) => a - b);
    return words.map((word) => `${registerNames[word]}=${this.#context.word(word)}`).join(',');
  }

  /** `S[0]=eax;…` for those of the words that may have changed. */
  store(dirty = -1): string {
    const words = wordsOf(this.#changed & dirty);
    return words.map((word) => `${this.#context.word(word)}=${registerNames[word]};`).join('');
  }

  #scan(statements: readonly Statement[]): void {
    for (const s of statements) {
      if (s.op === 'get' && isLocal(s)) this.#used.add(s.args[0].number);
      if (readsFlags(s) || (s.op === 'flags' && partialFlagKinds.has(s.kind))) {
        this.#used.add(Word.flagResult).add(Word.flagCarries);
      }
      if (s.body !== null) this.#scan(s.body);
    }
  }
}

/** The words whose bits are set, ascending. */
function wordsOf(bits: number): number[] {
  return Array.from({ length: 32 }, (_, word) => word).filter((word) => (bits >>> word) & 1);
}
