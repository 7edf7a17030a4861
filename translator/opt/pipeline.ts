import type { Region, Statement } from '../ir/statement.ts';
import { conditions } from './conditions.ts';
import { deadFlags } from './dead-flags.ts';
import { deadStores } from './dead-stores.ts';
import { deadValues } from './dead-values.ts';
import { forward } from './forward.ts';
import type { Pass } from './pass.ts';
import { repeatedChecks } from './repeated-checks.ts';
import { sinkFlagValues } from './sink-flag-values.ts';
import { windows } from './windows.ts';

/** In order. Each works on one block; what follows relies on what went before only for how much it finds. */
export const passes: readonly Pass[] = [
  forward,
  repeatedChecks,
  windows,
  conditions,
  deadFlags,
  deadStores,
  deadValues,
  sinkFlagValues,
];

/** Sees the IR of a region after a stage of its translation: `lift`, or a pass. For checks and the inspector. */
export type Observe = (stage: string, region: Region) => void;

/** Whether accesses share checks (see windows.ts), or have one each, for code where that of several often fails. */
export type Checks = 'shared' | 'single';

const passesFor: Readonly<Record<Checks, readonly Pass[]>> = {
  shared: passes,
  single: passes.filter((pass) => pass !== windows),
};

/** Runs all passes on every block of a region. */
export function optimize(region: Region, observe?: Observe, checks: Checks = 'shared'): void {
  const newTemporary = temporariesBehind(region);
  for (const pass of passesFor[checks]) {
    for (const block of region.blocks) block.statements = pass.run(block.statements, newTemporary);
    observe?.(pass.name, region);
  }
}

/** Hands out numbers of temporaries, from after those of a region. */
export function temporariesBehind({ blocks }: Region): () => number {
  let next = 1 + blocks.reduce((most, { statements }) => Math.max(most, highestOf(statements)), -1);
  return () => next++;
}

function highestOf(statements: readonly Statement[]): number {
  return statements.reduce((most, s) => Math.max(most, s.temporary, s.body ? highestOf(s.body) : -1), -1);
}
