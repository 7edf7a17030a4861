import { expect, test } from 'vitest';
import { processor } from './svm/run.ts';
import { wildHypervisor } from './svm/wild.ts';
import { compareEngines, engines } from './system/engines.ts';

const MOST = 100_000;
const ROUNDS = 2000;
const seeds = [1, 2, 3, 4, 5, 8];

/** Guests without nested paging may do anything to the hypervisor, and so to the whole of the machine's memory. */
test.each(engines)('a hypervisor that goes wild harms nobody but itself, on the interpreter and: $name', (engine) => {
  for (const seed of seeds) {
    const config = { boot: { kernel: wildHypervisor(seed, seed % 2 === 0, ROUNDS) }, cpu: processor };
    const { difference, instructions } = compareEngines(config, engine, MOST);
    expect(difference, `seed ${seed}`).toBeNull();
    expect(instructions, `seed ${seed}`).toBeGreaterThan(30_000);
  }
});
