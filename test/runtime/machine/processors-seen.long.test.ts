import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MachineConfig } from '../../../runtime/machine/config.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import type { MachineCore } from '../../../runtime/machine/machine.ts';
import { countingPair, counts, labelAt, OWN_LINEAR } from '../../support/two-processors.ts';

let core: MachineCore;

/** Nanoseconds that pass at each look at the clock. */
const LOOK = 10_000;

/** Two processors that count, and have come to where both do. */
function counting(config: Partial<MachineConfig> = {}): MachineCore {
  let time = 0;
  core = createMachine(
    {
      ...{ memoryBytes: 16 << 20, engine: 'interpreter', pacing: 'jumps', startTimeOfDay: 0, rebootAction: 'exit' },
      ...{ boot: { bios: countingPair.bytes }, topology: { sockets: 1, cores: 2, threads: 1 }, ...config },
    },
    { nanoseconds: () => (time += LOOK), log: () => {}, send: () => {} },
  );
  stopAt('rise');
  return core;
}
afterEach(() => core.dispose());

const at = (label: string) => labelAt(countingPair, label);
const count = (word: number) => new DataView(core.memoryRead(word, 4).buffer).getUint32(0, true);

/** All but the time, which goes on. */
function saved(): Record<string, unknown> {
  return { ...core.save(), clock: undefined };
}

/** Runs until a debugger is to be told; the processor that has stopped. */
function stopped(): number {
  for (;;) {
    const { reason } = core.run(Infinity);
    if (reason === 'debug') return core.debugging.currentProcessor();
  }
}

function stopAt(label: string): number {
  core.debugging.setBreakpoints([at(label)]);
  const processor = stopped();
  core.debugging.setBreakpoints([]);
  return processor;
}

describe('who looks at another processor than the one that runs', () => {
  beforeEach(() => void counting());
  const { processors, own } = { processors: [0, 1] as const, own: [0x11, 0x22] };

  test('finds its registers and its memory', () => {
    for (const n of processors) {
      const [registers, bytes] = core.processors.look(n, () => [
        core.examination.registers(),
        core.examination.read('linear', OWN_LINEAR, 1)!,
      ]) as [{ ebx: number }, Uint8Array];
      expect([registers.ebx >>> 24, bytes[0]]).toEqual([own[n], own[n]]);
    }
  });

  test('changes nothing, and no translations of addresses are forgotten', () => {
    const before = saved();
    const forget = vi.spyOn(core.cpu.memory, 'flushAll');
    core.processors.look(0, () => core.examination.registers());
    expect(saved()).toEqual(before);
    expect(forget).not.toHaveBeenCalled();
    core.processors.borrow(0, () => core.debugging.readRegisters(['eip']));
    expect(saved()).toEqual(before);
    expect(forget).toHaveBeenCalledTimes(2);
  });

  test('has the CPU as it was where it cannot be asked', () => {
    const fail = () => {
      throw new Error('no');
    };
    for (const use of ['look', 'borrow'] as const) expect(() => core.processors[use](0, fail)).toThrow('no');
    expect(core.debugging.currentProcessor()).toBe(1);
  });
});

describe('a debugger has another one run next', () => {
  test('and it alone steps, however long', () => {
    counting();
    expect(core.debugging.runNext(0)).toBe(true);
    const others = count(counts.second);
    // Many turns, if there were any.
    for (let step = 0; step < 2000; step++) {
      core.debugging.setStepping(true);
      expect(stopped()).toBe(0);
    }
    expect(count(counts.second)).toBe(others);
    expect(stopAt('rise')).toBe(1);
  });

  test('which waits to be started: it has nothing to step, and the machine is not at its end', () => {
    counting();
    core.reset();
    core.debugging.runNext(1);
    core.debugging.setStepping(true);
    expect(core.run(Infinity)).toMatchObject({ reason: 'halted', forGood: false });
    core.debugging.setStepping(false);
    expect(stopAt('bump')).toBe(0);
  });

  test('where the past is kept: it begins anew', () => {
    counting({ icountShift: 3, icountSleep: false });
    core.debugging.keepHistory('gdb', true);
    stopAt('bump');
    stopAt('rise');
    core.debugging.runNext(1);
    core.debugging.goBack('step');
    expect(stopped()).toBe(1);
    core.debugging.setStepping(true);
    stopped();
    core.debugging.runNext(0);
    core.debugging.goBack('step');
    expect(core.run(Infinity)).toMatchObject({ reason: 'debug', stop: { reason: 'recording', at: 'begin' } });
  });
});
