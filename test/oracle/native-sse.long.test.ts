import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkSseVectors } from './native-sse/check.ts';
import { generateCases } from './native-sse/generate.ts';
import { runOnHost } from './native-sse/host.ts';
import { pairOutcomes } from './native-sse/record.ts';

const SEED = 100;
const PER_OPERAND = 180;

/** The host is an x86 with a compiler. */
const canAsk = /^(x64|ia32)$/.test(process.arch) && spawnSync('gcc', ['-m32', '--version']).status === 0;

describe.runIf(canAsk)('vectors of MMX and SSE, fresh from the host', () => {
  let vectors: ReturnType<typeof pairOutcomes>;
  beforeAll(() => {
    const cases = generateCases(SEED, PER_OPERAND);
    vectors = pairOutcomes(cases, runOnHost(cases).output);
  });

  it.each(['interpreter', 'translator'] as const)(
    '%s',
    (engine) => {
      const report = checkSseVectors(vectors, engine);
      expect(report.failed, report.text()).toBe(0);
      expect(vectors.length).toBeGreaterThan(125_000);
    },
    1_200_000,
  );
});
