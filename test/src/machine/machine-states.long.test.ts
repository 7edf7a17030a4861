import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../src/machine/machine.ts';
import { fakeMachine } from '../support/fake-machine.ts';

/** Brings a machine that was just made into a state. */
const states: Readonly<Record<string, (machine: Machine) => Promise<unknown>>> = {
  created: async () => {},
  running: (machine) => machine.start(),
  paused: async (machine) => {
    await machine.start();
    await machine.pause();
  },
  'ended by the guest': async (machine) => {
    await machine.start();
    machine.serial.write('!');
    await machine.exited;
  },
  stopped: (machine) => machine.stop(),
  failed: async (machine) => {
    machine.on('error', () => {});
    await machine.start();
    machine.serial.write('?');
    await expect(machine.exited).rejects.toThrow();
  },
};

/** The result of a call: the machine's state after it, or a part of the error's message. */
type Outcome = 'as before' | 'running' | 'paused' | 'ended' | Error;

const ended = new Error('the machine has ended');
const stopped = new Error('the machine was stopped');
const failed = new Error('a mistake in the emulator');
const silent = new Error('1 ms passed');
const noInput = new Error('it takes no more input');
const gone = new Error('the emulator has failed');
const same = 'as before';

/** Calls, and what comes of each in created, running, paused, ended by the guest, stopped, failed. */
const calls: readonly [name: string, call: (machine: Machine) => unknown, ...outcomes: Outcome[]][] = [
  ['start', (m) => m.start(), 'running', same, 'running', ended, stopped, failed],
  ['resume', (m) => m.resume(), 'running', same, 'running', ended, stopped, failed],
  ['pause', (m) => m.pause(), same, 'paused', same, ended, stopped, failed],
  ['reset', (m) => m.reset(), same, same, same, ended, stopped, failed],
  ['stop', (m) => m.stop(), 'ended', 'ended', 'ended', same, same, same],
  ['asyncDispose', (m) => m[Symbol.asyncDispose](), 'ended', 'ended', 'ended', same, same, same],
  ['metrics', (m) => m.metrics(), same, same, same, same, stopped, failed],
  ['snapshot', (m) => m.snapshot(), same, same, same, same, stopped, failed],
  ['memoryRead', (m) => m.memoryRead(0, 4), same, same, same, same, stopped, failed],
  ['ask', (m) => m.ask('translations'), same, same, same, same, stopped, failed],
  ['probe.heap', (m) => m.probe.heap(), same, same, same, same, stopped, failed],
  ['translations.snapshot', (m) => m.translations.snapshot(), same, same, same, same, stopped, failed],
  ['translations.on', (m) => m.translations.on('evict', () => {}), same, same, same, same, same, same],
  ['serial.write', (m) => m.serial.write('*'), same, same, same, noInput, noInput, noInput],
  ['serial.expect', (m) => m.serial.expect('-', { timeout: 1 }), silent, silent, silent, ended, ended, gone],
  [
    'debugConsole.expect',
    (m) => m.debugConsole.expect('-', { timeout: 1 }),
    silent,
    silent,
    silent,
    ended,
    ended,
    gone,
  ],
  ['on', (m) => m.on('exit', () => {}), same, same, same, same, same, same],
];

describe.each(['worker', 'caller'] as const)('in isolate: %s', (isolate) => {
  describe.each(Object.keys(states))('a machine that is %s', (state) => {
    const column = Object.keys(states).indexOf(state);
    test.each(calls)('%s', async (_name, call, ...outcomes) => {
      const machine = await fakeMachine({ isolate });
      await states[state]!(machine);
      const before = machine.state;
      const outcome = outcomes[column]!;
      if (outcome instanceof Error) await expect(call(machine)).rejects.toThrow(outcome.message);
      else await call(machine);
      const after = outcome instanceof Error || outcome === same ? before : outcome;
      expect(machine.state).toBe(after);
      await machine.stop();
      expect(machine.state).toBe('ended');
    });
  });
});
