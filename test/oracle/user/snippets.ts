import { Eflags } from '../../../translator/abi/state.ts';
import type { Random } from '../../support/random.ts';
import { exception, segments } from './exceptions.ts';
import { changeFlags, putFlags, randomFlags } from './flags.ts';
import { call, jump, loop } from './flow.ts';
import { controlWords, saveEnvironment, saveState } from './fpu-state.ts';
import { fromPool } from './instructions.ts';
import { pools } from './pools.ts';
import { selfModification } from './self-modification.ts';
import type { Snippet } from './writer.ts';

/** How often a snippet is drawn, beside the others. */
interface Weighted {
  readonly weight: number;
  readonly snippet: Snippet;
}

const straight: readonly Weighted[] = [
  { weight: 30, snippet: fromPool(pools.plain) },
  { weight: 12, snippet: fromPool(pools.string) },
  { weight: 10, snippet: fromPool(pools.stack) },
  { weight: 12, snippet: fromPool(pools.media) },
  { weight: 9, snippet: fromPool(pools.x87) },
  { weight: 3, snippet: exception },
  { weight: 2, snippet: segments },
  { weight: 2, snippet: controlWords },
];
const stepped: readonly Weighted[] = [
  ...straight,
  { weight: 2, snippet: jump },
  { weight: 1, snippet: loop },
  { weight: 1, snippet: call },
];

/** Single steps through some of the others. */
const steps: Snippet = (writer, random) => {
  putFlags(writer, random, randomFlags(random, 0) | Eflags.tf);
  for (let n = 1 + random.below(4); n > 0; n--) draw(stepped, random)(writer, random);
  putFlags(writer, random, randomFlags(random, 0));
};

const all: readonly Weighted[] = [
  ...straight,
  { weight: 5, snippet: jump },
  { weight: 5, snippet: loop },
  { weight: 5, snippet: call },
  { weight: 5, snippet: selfModification },
  { weight: 3, snippet: steps },
  { weight: 2, snippet: changeFlags },
  { weight: 2, snippet: saveState },
  { weight: 2, snippet: saveEnvironment },
];

function draw(snippets: readonly Weighted[], random: Random): Snippet {
  const wheel = snippets.flatMap(({ weight, snippet }) => Array<Snippet>(weight).fill(snippet));
  return random.pick(wheel);
}

export const anySnippet = (random: Random): Snippet => draw(all, random);
