import type { Region, Statement } from '../ir/statement.ts';
import { conditions } from './conditions.ts';
import { deadFlags } from './dead-flags.ts';
import { deadValues } from './dead-values.ts';
import { deadStores, forward } from './forward.ts';
import type { Pass } from './pass.ts';

/** In order. Each works on one block; what follows relies on what went before only for how much it finds. */
export const passes: readonly Pass[] = [forward, conditions, deadFlags, deadStores, deadValues];

/** Runs all passes on every block of a region. */
export function optimize(region: Region): void {
  for (const block of region.blocks) {
    block.statements = passes.reduce<Statement[]>((statements, pass) => pass.run(statements), block.statements);
  }
}
