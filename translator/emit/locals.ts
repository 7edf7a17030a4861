import { registerNames, Word } from '../abi/state.ts';
import { readsFlags } from '../ir/rewrite.ts';
import { partialFlagKinds, type Region, type Statement } from '../ir/statement.ts';
import type { EmitContext } from './context.ts';
import { LOCAL_WORDS } from './names.ts';

/** Which state words a region keeps in locals: what it loads at its entry and stores where it is left. */
export class RegionLocals {
  private readonly used = new Set<number>();
  private readonly changed = new Set<number>();
  private readonly context: EmitContext;

  constructor(context: EmitContext, region: Region) {
    this.context = context;
    for (const block of region.blocks) this.scan(block.statements);
  }

  /** `eax=S[0],…` */
  load(): string {
    const words = [...new Set([...this.used, ...this.changed])].sort((a, b) => a - b);
    return words.map((word) => `${registerNames[word]}=${this.context.word(word)}`).join(',');
  }

  /** `S[0]=eax;…` for what may have changed. */
  store(): string {
    const words = [...this.changed].sort((a, b) => a - b);
    return words.map((word) => `${this.context.word(word)}=${registerNames[word]};`).join('');
  }

  private scan(statements: readonly Statement[]): void {
    for (const s of statements) {
      if (s.op === 'get' && isLocal(s)) this.used.add(s.args[0].number);
      else if (s.op === 'set' && isLocal(s)) this.changed.add(s.args[0].number);
      else if (s.op === 'flags') this.flags(this.changed);
      if (readsFlags(s) || (s.op === 'flags' && partialFlagKinds.has(s.name))) this.flags(this.used);
      if (s.body !== null) this.scan(s.body);
    }
  }

  private flags(words: Set<number>): void {
    words.add(Word.flagResult);
    words.add(Word.flagCarries);
  }
}

function isLocal(s: Statement): boolean {
  return s.name === '' && s.args[0].number < LOCAL_WORDS;
}
