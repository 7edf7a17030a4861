import { Random } from '../../support/random.ts';
import { generateCase, testedForms } from './generate.ts';
import { runOnHost } from './host.ts';
import { randomData } from './operands.ts';
import { type Case, type VectorFile, writeVectors } from './vector.ts';

/** Draws that give no case are many only where a form takes few of the possible operands. */
const MAXIMUM_DRAWS = 20;

function drawCases(seed: number, perForm: number, data: Uint8Array): Case[] {
  const random = new Random(seed);
  return testedForms.flatMap((form) => {
    const cases: Case[] = [];
    for (let draws = 0; cases.length < perForm && draws < perForm * MAXIMUM_DRAWS; draws++) {
      const drawn = generateCase(form, random, data);
      if (drawn) cases.push(drawn);
    }
    return cases;
  });
}

/** Vectors of every tested form, from the host's CPU. */
export function captureVectors(seed: number, perForm: number): VectorFile {
  const data = randomData(new Random(seed));
  return { data, vectors: runOnHost(drawCases(seed, perForm, data), data) };
}

/** `node make.ts FILE [cases for a form] [seed]` */
if (import.meta.main) {
  const [file, perForm = '160', seed = '1'] = process.argv.slice(2);
  if (!file) throw new Error('usage: make.ts FILE [cases for a form] [seed]');
  const captured = captureVectors(Number(seed), Number(perForm));
  writeVectors(file, captured);
  console.log(`${captured.vectors.length} vectors of ${testedForms.length} forms`);
}
