import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forms } from '../../translator/x86/table/index.ts';
import { decodeAt } from './native/address.ts';
import { checkVectors } from './native/check.ts';
import { testedForms, VECTOR_KEY } from './native/generate.ts';
import { readVectors, type Vector } from './native/vector.ts';

const { data, vectors } = readVectors(join(import.meta.dirname, 'data/native-integer.txt.gz'));

describe('what a processor does in user mode', () => {
  it('is known of all forms that fresh vectors have, and no others', () => {
    const known = new Set(
      vectors.map(({ before }) => decodeAt(Uint8Array.from(before.code), VECTOR_KEY, forms[0]!).form.encoding),
    );
    expect([...known].sort()).toEqual(testedForms.map(({ encoding }) => encoding).sort());
  });

  it.each(['interpreter', 'translator'] as const)('is what the %s does', (engine) => {
    const sample = vectors.filter((_, n) => n % 7 === 0);
    const report = checkVectors({ data, vectors: sample }, engine);
    expect(report.failed, report.text()).toBe(0);
    expect(report.passed).toBe(sample.length);
    if (engine === 'translator') expect(report.translations).toBeGreaterThan(0.9 * sample.length);
  });

  it('is what the interpreter does where nothing is counted', () => {
    const sample = vectors.filter((_, n) => n % 7 === 3);
    const report = checkVectors({ data, vectors: sample }, 'interpreter', { pacing: 'poll' });
    expect(report.failed, report.text()).toBe(0);
    expect(report.passed).toBe(sample.length);
  });

  it('is what the interpreter does without nodes', () => {
    const sample = vectors.filter((_, n) => n % 7 === 5);
    const report = checkVectors({ data, vectors: sample }, 'interpreter', { cold: true });
    expect(report.failed, report.text()).toBe(0);
    expect(report.passed).toBe(sample.length);
    // There are six instructions around it.
    expect(report.coldRuns).toBeGreaterThan(6.5 * sample.length);
  });

  it('is compared: a wrong outcome is reported', () => {
    const vector = vectors.find(({ after }) => after.memory.length === 1 && after.vector === 3)!;
    const [[offset, bytes]] = vector.after.memory as [[number, number[]]];
    const wrong = [
      { eip: vector.after.eip + 1 },
      { vector: 0 },
      { flags: vector.after.flags ^ 1 },
      { registers: { ...vector.after.registers, 1: 0x77777777 } },
      { memory: [[offset + 1, bytes]] },
    ].map((change): Vector => ({ ...vector, after: { ...vector.after, ...change } as Vector['after'] }));
    expect(checkVectors({ data, vectors: [vector] }, 'interpreter').failed).toBe(0);
    expect(checkVectors({ data, vectors: wrong }, 'interpreter').failed).toBe(5);
  });
});
