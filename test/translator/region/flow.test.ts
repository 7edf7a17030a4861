import { expect, test } from 'vitest';
import { blockTargets, endsBlock, isRelative, isRepeated, successors } from '../../../translator/region/flow.ts';
import { liftRegion } from '../../../translator/region/lift.ts';
import type { Instruction } from '../../../translator/x86/instruction.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import { allSamples, distinctShapes, randomFrom } from '../../support/samples.ts';

const samples = distinctShapes(allSamples(randomFrom(29), 6));

const sorted = (eips: readonly number[]) => [...new Set(eips)].sort((a, b) => a - b);

/** Where the instruction's IR goes, alone in its region. INTO's goes on, too, where OF is 0: regions don't follow it there. */
function liftedTargets(instruction: Instruction, key: number): number[] {
  const { eip, form } = instruction;
  const { blocks } = liftRegion([{ eip, instructions: [instruction] }], key);
  return form.mnemonic === 'INTO' ? [] : blocks.flatMap(blockTargets);
}

test('the table says of each form where its IR goes, in every shape and under every key', () => {
  const wrong = samples.flatMap(({ instruction, key }) => {
    const [told, lifted] = [successors(instruction, key), liftedTargets(instruction, key)].map(sorted);
    const { form, shape } = instruction;
    if (`${told}` === `${lifted}`) return [];
    return [`${form.encoding} ${form.mnemonic}, shape ${shape}, key ${key}: ${told} instead of ${lifted}`];
  });
  expect(wrong).toEqual([]);
});

test('an instruction that goes elsewhere than to the next one ends its block', () => {
  const strays = samples.filter(({ instruction, key }) => {
    const goesOn = `${successors(instruction, key)}` === `${instruction.nextEip}`;
    return !goesOn && !endsBlock(instruction);
  });
  expect(strays).toEqual([]);
});

test('control transfers are those that go elsewhere without the runtime', () => {
  for (const { encoding, class: kind, flow } of forms) {
    const goesOn = flow === 'next' || flow === 'string';
    const needsRuntime = flow === 'farCall' || flow === 'interrupt' || flow === 'away';
    expect(kind === 'control', encoding).toBe(!goesOn && !needsRuntime);
    if (needsRuntime) expect(kind, encoding).toBe('sensitive');
  }
});

test('relative targets and strings are those of the operands', () => {
  for (const { instruction } of samples) {
    const { form } = instruction;
    expect(isRelative(instruction), form.encoding).toBe(form.operands[0]?.[0] === 'J');
    const isString = form.operands.some((kind) => kind[0] === 'X' || kind[0] === 'Y');
    if (isRepeated(instruction) || isString) expect(form.flow, form.encoding).toBe('string');
  }
});
