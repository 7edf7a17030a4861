import { expect, test } from 'vitest';
import { fuzzModes } from './fuzz/modes.ts';
import { fuzz, reportText } from './fuzz.ts';

/** 21 million instructions in all. */
test.each(fuzzModes)('random code does the same on both engines for long: $name', { timeout: 900_000 }, (mode) => {
  const report = fuzz(mode, { instructions: 3.5e6, seed: 20 });
  console.log(`${mode.name}: ${reportText(report)}`);
  expect(report.failures).toEqual([]);
});
