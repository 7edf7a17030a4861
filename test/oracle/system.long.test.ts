import { expect, test } from 'vitest';
import { engines } from './system/engines.ts';
import { calls, interruptedCalls } from './system/families/calls.ts';
import { pageLoops, stalePageLoops } from './system/families/page-loops.ts';
import { interruptedShortCalls, shortCalls } from './system/families/short-calls.ts';
import { checkEngine } from './system.ts';

/** The first 106,000 prepare memory. */
const INSTRUCTIONS = 180_000;

test.each(engines)('random guests do the same on the interpreter and on: $name', (engine) => {
  const report = checkEngine(engine, { programs: 4, seed: 1, instructions: INSTRUCTIONS });
  expect(report.failed, report.text()).toBe(0);
  expect(report.passed).toBe(4);
  if (engine.config.engineOptions?.tiering) expect(report.translations).toBeGreaterThan(0);
});

const loops = {
  ...pageLoops,
  ...stalePageLoops,
  ...calls,
  ...interruptedCalls,
  ...shortCalls,
  ...interruptedShortCalls,
};

test('loops of calls, of stack frames and of pages do the same when they are translated', () => {
  const translator = engines.find(({ name }) => name === 'translator, counting')!;
  const report = checkEngine(translator, { programs: 4, seed: 1, instructions: INSTRUCTIONS, family: loops });
  expect(report.failed, report.text()).toBe(0);
  expect(report.passed).toBe(4);
  expect(report.translations).toBeGreaterThan(10);
});
