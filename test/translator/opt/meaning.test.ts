import { afterAll, describe, expect, test } from 'vitest';
import type { Pacing } from '../../../translator/emit/context.ts';
import { printRegion } from '../../../translator/ir/print.ts';
import type { Region } from '../../../translator/ir/statement.ts';
import { verifyRegion } from '../../../translator/ir/verify.ts';
import { optimize } from '../../../translator/opt/pipeline.ts';
import { endsBlock } from '../../../translator/region/flow.ts';
import { liftRegion } from '../../../translator/region/lift.ts';
import type { Random } from '../../../translator/x86/generate.ts';
import type { Instruction } from '../../../translator/x86/instruction.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import { runBlock, stepBlock } from '../../support/block-runner.ts';
import { randomFrom, randomInstruction, stateKeys, usesVectors } from '../../support/samples.ts';
import { TestCpu } from '../../support/test-cpu.ts';

const plain = forms.filter((form) => form.class === 'plain');
/** Those that seldom need the runtime. */
const integer = plain.filter((form) => !usesVectors(form));
const endings = forms.filter((form) => form.class === 'control');
const ENTRY = 0x1000;
const LONGEST = 8;

function randomBlock(random: Random, key: number): Instruction[] {
  const pick = (list: typeof forms) => list[Math.floor(random() * list.length)];
  const length = 1 + Math.floor(random() * LONGEST);
  const block: Instruction[] = [];
  for (let eip = ENTRY; block.length < length; eip = block.at(-1)!.nextEip) {
    const isLast = block.length === length - 1;
    block.push(
      randomInstruction(pick(isLast && random() < 0.6 ? endings : random() < 0.8 ? integer : plain), random, eip, key),
    );
    if (endsBlock(block.at(-1)!)) break;
  }
  // A block that jumps to itself may never end.
  return block.at(-1)!.target === ENTRY ? randomBlock(random, key) : block;
}

const lift = (instructions: Instruction[], key: number): Region => liftRegion([{ eip: ENTRY, instructions }], key);

describe.each<{ pacing: Pacing; seed: number }>([
  { pacing: 'poll', seed: 11 },
  { pacing: 'count', seed: 12 },
])('random blocks, pacing by $pacing', ({ pacing, seed }) => {
  const random = randomFrom(seed);
  const cpu = new TestCpu(`$meaning_${pacing}`, pacing, random);
  afterAll(() => cpu.dispose());

  test('mean the same lifted, optimised, and instruction by instruction', () => {
    const counts = { to: 0, at: 0 };
    for (let n = 0; n < 2000; n++) {
      const key = stateKeys[n % stateKeys.length];
      const instructions = randomBlock(random, key);
      const lifted = lift(instructions, key);
      const optimized = lift(instructions, key);
      optimize(optimized);
      expect(() => verifyRegion(optimized), printRegion(optimized)).not.toThrow();
      cpu.randomize(random, 1e9);
      const expected = stepBlock(cpu, instructions, key);
      expect(runBlock(cpu, lifted), printRegion(lifted)).toEqual(expected);
      expect(runBlock(cpu, optimized), printRegion(optimized)).toEqual(expected);
      counts[expected.left]++;
    }
    expect(counts.to).toBeGreaterThan(500);
    expect(counts.at).toBeGreaterThan(300);
  });
});
