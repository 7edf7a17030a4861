import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSseVectors } from './native-sse/check.ts';
import { readVectors } from './native-sse/record.ts';

const vectors = readVectors(join(import.meta.dirname, 'data/native-sse.bin.gz'));

describe('what a processor does with MMX and SSE', () => {
  it.each(['interpreter', 'translator'] as const)('is what the %s does', (engine) => {
    const report = checkSseVectors(vectors, engine);
    expect(report.failed, report.text()).toBe(0);
    expect(report.passed).toBe(vectors.length);
    if (engine === 'translator') expect(report.translations).toBeGreaterThan(600);
  });

  it('is what the interpreter does where nothing is counted', () => {
    const report = checkSseVectors(vectors, 'interpreter', { pacing: 'poll' });
    expect(report.failed, report.text()).toBe(0);
    expect(report.passed).toBe(vectors.length);
  });

  it('is compared: a wrong outcome is reported', () => {
    const [vector] = vectors.filter(({ after }) => after.vector === 3);
    const { before, after } = vector!;
    const wrong = [
      { mxcsr: after.mxcsr ^ 1 },
      { vector: 19 },
      { flags: after.flags ^ 1 },
      { top: after.top ^ 1 },
      { xmm: [after.xmm[0], after.xmm[2], after.xmm[1]] as const },
      { memory: after.memory.map((byte) => byte ^ 1) },
    ];
    const report = checkSseVectors(
      wrong.map((change) => ({ before, after: { ...after, ...change } })),
      'interpreter',
    );
    expect(report.failed).toBe(wrong.length);
  });
});
