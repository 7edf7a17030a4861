/** A million x87 instructions as the host's processor executes them, and programs of them. Needs gcc for i386. */
import { afterAll, describe, expect, it } from 'vitest';
import { compare, splitVectors } from '../runtime/cpu/x87/vectors.ts';
import { whyNoI386Programs } from '../support/host-compiler.ts';
import { translatorSettings } from './lockstep.ts';
import { RecordRunner } from './x87-engine.ts';
import { Generator, operations } from './x87-generator.ts';
import { checkX87Programs } from './x87-programs.ts';
import { UsualGenerator } from './x87-usual.ts';
import { makeVectors } from './x87-vectors.ts';

const BATCHES = 6;
/** Control words with a precision of their own: 53 bits, 24 bits, the reserved one. */
const PRECISIONS = [0x27f, 0x07f, 0x17f];
/** Cases of each instruction, in a batch. */
const COUNT = 1200;

const missing = whyNoI386Programs();

describe.skipIf(missing !== undefined)(
  `translated x87 instructions do what the host does${missing ? ` (${missing})` : ''}`,
  () => {
    const runner = new RecordRunner('translator');
    afterAll(() => runner.dispose());

    it.each(Array.from({ length: BATCHES }, (_, n) => n))(
      'batch %i',
      (batch) => checkBatch(runner, batch % 3 === 2 ? new Generator(1000 + batch) : new UsualGenerator(1000 + batch)),
      600_000,
    );
  },
);

describe.skipIf(missing !== undefined).each(PRECISIONS)(
  'what is translated with control word %i does what the host does',
  (control) => {
    const runner = new RecordRunner('translator');
    afterAll(() => runner.dispose());

    it('most often with the same', () => checkBatch(runner, new UsualGenerator(control, [control])), 600_000);
  },
);

function checkBatch(runner: RecordRunner, generator: Generator): void {
  const vectors = splitVectors(makeVectors(generator, COUNT));
  expect(vectors.length).toBe(COUNT * Object.keys(operations).length);
  for (const vector of vectors) {
    const { actual, expected } = compare(vector, runner.execute(vector.before));
    expect({ name: vector.name, ...actual }).toEqual({ name: vector.name, ...expected });
  }
}

describe('random x87 programs', () => {
  it.each(translatorSettings)(
    'do the same on both engines: $pacing',
    (settings) => {
      expect(checkX87Programs(200, 77, settings).failures).toEqual([]);
    },
    600_000,
  );
});
