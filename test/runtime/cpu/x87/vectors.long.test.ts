/** Every x87 instruction against what an FPU made of the same state, by the runtime and as translated code. */
import { afterAll, describe, expect, it } from 'vitest';
import { RecordRunner } from '../../../oracle/x87-engine.ts';
import { operations } from '../../../oracle/x87-generator.ts';
import { executeRecord, outcomeOf } from './record.ts';
import { compare, readVectors, type Vector } from './vectors.ts';

const all = [...readVectors('vectors.bin.gz'), ...readVectors('usual.bin.gz')];

function check(vectors: readonly Vector[], execute: (record: Uint8Array) => Uint8Array): void {
  expect(vectors.length).toBeGreaterThan(20);
  for (const vector of vectors) {
    const { actual, expected } = compare(vector, execute(vector.before));
    const before = outcomeOf(vector.before);
    expect({ before, after: actual }).toEqual({ before, after: expected });
  }
}

describe('x87 instructions as an FPU executes them', () => {
  const translator = new RecordRunner('translator');
  const interpreter = new RecordRunner('interpreter');
  afterAll(() => {
    for (const runner of [translator, interpreter]) runner.dispose();
  });

  describe.each(Object.keys(operations))('%s', (name) => {
    const vectors = all.filter((vector) => vector.name === name);
    it('in the runtime', () => check(vectors, executeRecord));
    it('by its handler', () => check(vectors, (record) => interpreter.execute(record)));
    it('as translated code', () => check(vectors, (record) => translator.execute(record)));
  });
});
