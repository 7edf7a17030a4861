import { describe, expect, it } from 'vitest';
import { Word } from '../../translator/abi/state.ts';
import { compareMachines, makeProgramMachine, modes } from './lockstep/machine.ts';
import { checkLockstep, lockstepSettings } from './lockstep.ts';

const combinations = modes.flatMap((mode) => lockstepSettings.map((settings) => ({ mode, settings })));

describe('random programs', () => {
  it.each(combinations)('do the same on both engines: $mode.name, $settings.name', ({ mode, settings }) => {
    const failures: string[] = [];
    const onFailure = (text: string) => failures.push(text);
    const report = checkLockstep({ mode, settings, programs: 15, seed: 5, onFailure });
    expect(report.failed, `${report.text()}\n${failures[0]}`).toBe(0);
    expect(report.passed).toBe(15);
    if (settings.cold) expect(report.coldRuns).toBeGreaterThan(15 * 100);
    if (settings.threshold) expect(report.translations).toBe(0);
    else expect(report.translations).toBeGreaterThan(100);
  });
});

describe('comparing two machines', () => {
  it('finds a different register, flag or byte', () => {
    const { engine: a } = makeProgramMachine('interpreter', modes[0]!, {});
    const { engine: b } = makeProgramMachine('interpreter', modes[0]!, {});
    const differences = () => compareMachines(a, b, 0x10000).length;
    expect(differences()).toBe(0);
    a.state[Word.ebx] ^= 1;
    expect(differences()).toBe(1);
    a.state[Word.flagCarries] ^= 1 << 31;
    expect(differences()).toBe(2);
    a.write(0x8123, Uint8Array.of(1));
    expect(differences()).toBe(3);
  });
});
