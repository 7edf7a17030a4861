import { Word } from '../abi/state.ts';
import { type AccessStatement, isComingBack, type Region, type Statement } from '../ir/statement.ts';
import { blockTargets } from '../region/flow.ts';
import { LOCAL_WORDS } from './names.ts';

const FLAGS = (1 << Word.flagResult) | (1 << Word.flagCarries);

/** Whether a `get` or `set` is of a word that regions keep in a local. */
export function isLocal({ view, args }: AccessStatement<'get' | 'set'>): boolean {
  return view === 'integer' && args[0].number < LOCAL_WORDS;
}

/** Words kept in locals that a statement may change, a bit each. */
export function changedWords(s: Statement): number {
  if (s.op === 'flags') return FLAGS;
  if (s.op === 'set') return isLocal(s) ? 1 << s.args[0].number : 0;
  return s.body?.reduce((words, inner) => words | changedWords(inner), 0) ?? 0;
}

/**
 * By block: words whose locals may differ from the state when it begins. After a call or a trap none do: what the region
 * keeps in locals is stored before it and loaded after it.
 */
export function dirtyWords({ blocks }: Region): readonly number[] {
  const indexOf = new Map(blocks.map((block, n) => [block.eip, n]));
  const changed = blocks.map(({ statements }) => statements.reduce((words, s) => words | changedWords(s), 0));
  const dirty = blocks.map(() => 0);
  const open = blocks.map((_, n) => n);
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    const block = blocks[from];
    const statements = block.statements.filter((s) => !isComingBack(s));
    for (const eip of blockTargets({ ...block, statements })) {
      const to = indexOf.get(eip);
      if (to === undefined) continue;
      const all = dirty[to] | dirty[from] | changed[from];
      if (all !== dirty[to]) open.push(to);
      dirty[to] = all;
    }
  }
  return dirty;
}
