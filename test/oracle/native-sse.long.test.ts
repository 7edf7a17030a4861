import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { checkSseVectors } from './native-sse/check.ts';
import { generateCases } from './native-sse/generate.ts';
import { runOnHost } from './native-sse/host.ts';
import { pairOutcomes } from './native-sse/record.ts';

const ROUNDS = 8;
const PER_OPERAND = 180;

/** The host is an x86 with a compiler. */
const canAsk = /^(x64|ia32)$/.test(process.arch) && spawnSync('gcc', ['-m32', '--version']).status === 0;

describe.runIf(canAsk)('a million vectors of MMX and SSE, fresh from the host', () => {
  it.each(Array.from({ length: ROUNDS }, (_, n) => n + 100))(
    'seed %d',
    (seed) => {
      const cases = generateCases(seed, PER_OPERAND);
      const vectors = pairOutcomes(cases, runOnHost(cases).output);
      for (const engine of ['interpreter', 'translator'] as const) {
        const report = checkSseVectors(vectors, engine);
        expect(report.failed, report.text()).toBe(0);
      }
      expect(vectors.length * ROUNDS).toBeGreaterThan(1_000_000);
    },
    600_000,
  );
});
