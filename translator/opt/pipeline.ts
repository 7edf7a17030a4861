import type { Region } from '../ir/statement.ts';
import { conditions } from './conditions.ts';
import { deadFlags } from './dead-flags.ts';
import { deadValues } from './dead-values.ts';
import { deadStores, forward } from './forward.ts';
import type { Pass } from './pass.ts';
import { repeatedChecks } from './repeated-checks.ts';
import { sinkFlagValues } from './sink-flag-values.ts';

/** In order. Each works on one block; what follows relies on what went before only for how much it finds. */
export const passes: readonly Pass[] = [
  forward,
  repeatedChecks,
  conditions,
  deadFlags,
  deadStores,
  deadValues,
  sinkFlagValues,
];

/** Sees the IR of a region behind a stage of its translation: `lift`, or a pass. For checks and the inspector. */
export type Observe = (stage: string, region: Region) => void;

/** Runs all passes on every block of a region. */
export function optimize(region: Region, observe?: Observe): void {
  for (const pass of passes) {
    for (const block of region.blocks) block.statements = pass.run(block.statements);
    observe?.(pass.name, region);
  }
}
