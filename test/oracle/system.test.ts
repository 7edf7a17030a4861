import { expect, test } from 'vitest';
import { engines } from './system/engines.ts';
import { checkEngine } from './system.ts';

test.each(engines)('random guests do the same on the interpreter and on: $name', (engine) => {
  const report = checkEngine(engine, { programs: 4, seed: 1, instructions: 80_000 });
  expect(report.failed, report.text()).toBe(0);
  expect(report.passed).toBe(4);
  if (engine.config.engineOptions?.tiering) expect(report.translations).toBeGreaterThan(0);
});
