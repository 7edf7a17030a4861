import { partialFlagKinds } from '../ir/operations.ts';
import { mayLeave, readsFlags } from '../ir/rewrite.ts';
import type { Block, Statement } from '../ir/statement.ts';
import { blockTargets } from '../region/flow.ts';
import type { Structure } from '../region/structure.ts';

/** A block's effect on the flags it begins with: something sees them, all are replaced unseen, or neither. */
type Effect = 'seen' | 'replaced' | 'passed';

/**
 * By block: whether anything may see the flags that it begins with. Whoever leaves the region sees them.
 * `next` gives the blocks where the flags that a block passes on may go to, null if they leave the region.
 */
export function flagsSeen(blocks: readonly Block[], next: (block: number) => readonly (number | null)[]): boolean[] {
  const seen: boolean[] = [];
  const isSeen = (block: number | null): boolean => {
    if (block === null) return true;
    seen[block] ??= at(block);
    return seen[block];
  };
  const at = (block: number): boolean => {
    const effect = effectOf(blocks[block]);
    return effect === 'passed' ? next(block).some(isSeen) : effect === 'seen';
  };
  for (let block = 0; block < blocks.length; block++) isSeen(block);
  return seen;
}

/** Blocks that get the flags at another's end; null where that is outside of the region, as at the polls of what goes back. */
export function flagsGoTo(blocks: readonly Block[], structure: Structure): (from: number) => (number | null)[] {
  const indexOf = new Map(blocks.map((block, n) => [block.eip, n]));
  return (from) =>
    blockTargets(blocks[from]).map((eip) => {
      const to = indexOf.get(eip);
      if (to === undefined) return null;
      const kind = structure.edge(from, to);
      return kind === 'inline' || kind === 'break' ? to : null;
    });
}

function effectOf({ statements }: Block): Effect {
  for (const s of statements) {
    if (mayRead(s)) return 'seen';
    if (s.op === 'branch' || (s.op === 'jump' && s.kind !== 'call')) return 'passed';
    if (mayLeave(s)) return 'seen';
    if (s.op === 'flags' && !partialFlagKinds.has(s.kind)) return 'replaced';
  }
  return 'passed';
}

/** It reads flags, or its body does (a rotation through CF by CL). */
function mayRead(s: Statement): boolean {
  return readsFlags(s) || (s.body?.some(mayRead) ?? false);
}
