import { afterAll, expect, test } from 'vitest';
import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import { usualAssumptions } from '../../../translator/opt/assumptions.ts';
import { translate } from '../../../translator/translate.ts';
import type { Instruction } from '../../../translator/x86/instruction.ts';
import { runTranslation, stepLike } from '../../support/block-runner.ts';
import { randomCode } from '../../support/random-code.ts';
import { decodeBytes, randomFrom, stateKeys } from '../../support/samples.ts';
import { TestCpu } from '../../support/test-cpu.ts';

const random = randomFrom(41);
const cpu = new TestCpu('$regions', 'budget', random);
afterAll(() => cpu.dispose());

const STATES = 6;
const BUDGET = 300;

/** Decodes the instructions of a page, each once. */
function fetcher({ code, eip: first, key }: ReturnType<typeof randomCode>): (eip: number) => Instruction {
  const known = new Map<number, Instruction>();
  return (eip) => {
    let instruction = known.get(eip);
    if (!instruction) {
      instruction = decodeBytes(code.subarray(eip - first), eip, key);
      known.set(eip, instruction);
    }
    return instruction;
  };
}

const everywhere: ReadonlySet<number> = new Set(Array.from({ length: PAGE_BYTES }, (_, offset) => offset));

test.each([
  ['taken to be aligned', usualAssumptions],
  ['anywhere', { ...usualAssumptions, misaligned: everywhere }],
  ['not taken to be in the TLB', { ...usualAssumptions, missing: everywhere }],
])('regions of random code mean what their instructions mean, one after the other: accesses %s', (_, assumptions) => {
  const found = { runs: 0, completed: 0, calls: 0, budget: 0 };
  cpu.stepped = 0;
  cpu.accessesAnywhere = assumptions !== usualAssumptions;
  for (let page = 0; page < 40; page++) {
    const source = randomCode(random, stateKeys[page % stateKeys.length]);
    const fetch = fetcher(source);
    for (let n = 0; n < 8; n++) {
      const entries = Array.from(
        { length: 1 + (n % 4) },
        () => source.starts[Math.floor(random() * source.starts.length)],
      );
      const limits = { blocks: 1 + Math.floor(random() * 40), instructions: 300 };
      const { options } = cpu;
      const translation = translate({ source, entries: [...new Set(entries)], limits, options, assumptions });
      if (translation === null) continue;
      for (let state = 0; state < STATES; state++) {
        cpu.randomize(random, BUDGET);
        const entry = translation.entries[state % translation.entries.length];
        const actual = runTranslation(cpu, translation, entry, (eip) => cpu.step(fetch(eip), source.key));
        found.runs++;
        found.completed += actual.completed;
        found.calls += cpu.calls;
        if (actual.completed > BUDGET / 2) found.budget++;
        expect(actual, translation.text).toEqual(stepLike(cpu, actual, entry, fetch, source.key));
      }
    }
  }
  expect(found.runs).toBeGreaterThan(1000);
  expect(found.completed / found.runs).toBeGreaterThan(5);
  expect(found.calls).toBeGreaterThan(5);
  expect(found.budget).toBeGreaterThan(20);
  // What is not in the TLB is nowhere in the memory of this test; what is not aligned stands for it.
  if (assumptions.missing.size > 0) expect(cpu.stepped).toBeGreaterThan(100);
});
