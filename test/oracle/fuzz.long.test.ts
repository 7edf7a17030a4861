import { describe, expect, test } from 'vitest';
import { FuzzMachine } from './fuzz/machine.ts';
import { fuzzModes } from './fuzz/modes.ts';
import { makeProgram } from './fuzz/program.ts';
import { compareRuns, fuzz, reportText, runOnce } from './fuzz.ts';

describe('random code', () => {
  test.each(fuzzModes)('does the same on both engines: $name', (mode) => {
    const report = fuzz(mode, { instructions: 6000, seed: 5 });
    expect(report.failures, reportText(report)).toEqual([]);
    expect(report.instructions).toBeGreaterThan(6000);
    expect(report.translations).toBeGreaterThan(20);
  });

  test('is compared: a register, and how a run ended', () => {
    const program = makeProgram(fuzzModes[4]!, 3);
    const make = (): FuzzMachine => new FuzzMachine('interpreter', 2, false);
    const pair = [make(), make()] as const;
    for (const machine of pair) machine.prepare(program.image, program.setting, program.seed);
    const [ending] = runOnce(pair, program.starts[0]!);
    expect(compareRuns(pair, [ending, ending], true)).toEqual([]);
    expect(compareRuns(pair, [ending, 'poweroff'], true)).toHaveLength(1);
    pair[1].core.state[3]! ^= 1;
    expect(compareRuns(pair, [ending, ending], false)).toHaveLength(1);
    for (const machine of pair) machine.core.dispose();
  });
});
