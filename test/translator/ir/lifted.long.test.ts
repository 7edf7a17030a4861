import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { liftSymbolic } from '../../../translator/handler.ts';
import { parseBlocks } from '../../../translator/ir/parse.ts';
import { printBlock } from '../../../translator/ir/print.ts';
import type { Block } from '../../../translator/ir/statement.ts';
import { verifyBlock, verifyHandler } from '../../../translator/ir/verify.ts';
import { passes, temporariesBehind } from '../../../translator/opt/pipeline.ts';
import { liftRegion } from '../../../translator/region/lift.ts';
import { allSamples, distinctShapes, randomFrom, type Sample } from '../../support/samples.ts';

const samples = allSamples(randomFrom(1), 4);
const shapes = distinctShapes(samples);

const describeSample = ({ instruction, key }: Sample): string =>
  `${instruction.form.encoding} ${instruction.form.mnemonic}, shape ${instruction.shape}, key ${key}`;

function liftOne({ instruction, key }: Sample): Block {
  return liftRegion([{ eip: instruction.eip, instructions: [instruction] }], key).blocks[0];
}

const symbolicBlock = ({ instruction, key }: Sample): Block => ({
  eip: 0,
  statements: liftSymbolic(instruction.form, instruction.shape, key),
  instructions: [],
});

/** As `expect(check).not.toThrow()`, which takes ten times as long as most checks. */
function expectNoThrow(sample: Sample, stage: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    expect.fail(`${describeSample(sample)}, ${stage}: ${(error as Error).message}`);
  }
}

function expectRoundTrip(block: Block, what: string): void {
  const text = printBlock(block);
  const parsed = parseBlocks(text);
  // What is equal needs no matcher, which takes most of the time.
  if (parsed.map(printBlock).join('') === text && isDeepStrictEqual(parsed, [block])) return;
  expect(parsed.map(printBlock).join(''), what).toBe(text);
  expect(parsed, what).toEqual([block]);
}

test('the samples are many', () => {
  expect(samples.length).toBeGreaterThan(10_000);
  expect(shapes.length).toBeGreaterThan(7000);
});

describe('IR with symbolic operands, of every form in all shapes that come up', () => {
  test('is read back as it was printed', () => {
    for (const sample of shapes) expectRoundTrip(symbolicBlock(sample), describeSample(sample));
  });

  test('keeps the rules', () => {
    for (const sample of shapes) {
      expectNoThrow(sample, 'lifted', () => verifyHandler(symbolicBlock(sample).statements));
    }
  });
});

describe('IR with real operands, of every form', () => {
  test('is read back as it was printed', () => {
    for (const sample of samples) expectRoundTrip(liftOne(sample), describeSample(sample));
  });

  test('keeps the rules, as lifted and after each pass', () => {
    for (const sample of samples) {
      const block = liftOne(sample);
      expectNoThrow(sample, 'lifted', () => verifyBlock(block));
      const newTemporary = temporariesBehind({ key: 0, blocks: [block] });
      for (const pass of passes) {
        block.statements = pass.run(block.statements, newTemporary);
        expectNoThrow(sample, pass.name, () => verifyBlock(block));
      }
    }
  });
});
