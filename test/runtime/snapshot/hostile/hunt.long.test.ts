import { expect, test } from 'vitest';
import { type Finding, hunt } from './hunt.ts';

test('changed states of a machine with every device are refused in words, or do no harm', {
  timeout: 1_500_000,
}, async () => {
  const findings: Finding[] = [];
  const taken = await hunt({ seed: 1, count: 300, found: (finding) => findings.push(finding) });
  expect(findings).toEqual([]);
  expect(taken).toBeGreaterThan(20);
});
