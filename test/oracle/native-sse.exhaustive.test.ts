/** A million vectors of MMX and SSE, fresh from the host's processor. Needs gcc for i386. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { whyNoI386Programs } from '../support/host-compiler.ts';
import { checkSseVectors } from './native-sse/check.ts';
import { generateCases } from './native-sse/generate.ts';
import { runOnHost } from './native-sse/host.ts';
import { pairOutcomes } from './native-sse/record.ts';

const BATCHES = 10;
const FIRST_SEED = 101;
/** Cases of each form with each sort of operand, in a batch. */
const COUNT = 100;

/** The host is an x86 that has all the instructions, with a compiler. */
function canAsk(): boolean {
  if (whyNoI386Programs() !== undefined) return false;
  const flags = new Set(/^flags\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' '));
  return ['pni', 'ssse3', 'sse4_1', 'sse4_2', 'popcnt', 'movbe', 'aes', 'pclmulqdq'].every((name) => flags.has(name));
}

describe.runIf(canAsk())('fresh vectors of MMX and SSE are what the engines do', () => {
  it.each(Array.from({ length: BATCHES }, (_, n) => FIRST_SEED + n))(
    'seed %i',
    (seed) => {
      const cases = generateCases(seed, COUNT);
      const vectors = pairOutcomes(cases, runOnHost(cases).output);
      expect(vectors.length).toBeGreaterThan(100_000);
      for (const engine of ['interpreter', 'translator'] as const) {
        const report = checkSseVectors(vectors, engine);
        expect(report.failed, report.text()).toBe(0);
      }
    },
    1_200_000,
  );
});
