import { describe, expect, test } from 'vitest';
import type { EngineName } from '../../../runtime/machine/config.ts';
import { TapedMachine } from '../../support/recorded-machine.ts';

const demo = { memoryBytes: 8 << 20, boot: { demo: true } } as const;
const MARK_EVERY = 20_000;

/** A session at the demo's shell: letters are typed at any time, each command after the prompt for it. */
function recordedSession(engine: EngineName, seed: number, commands: readonly string[]) {
  const machine = new TapedMachine({ ...demo, engine }, { mode: 'record', markEvery: MARK_EVERY }, seed);
  const left = commands.flatMap((command, n) => [...command].map((letter) => ({ letter, prompts: n + 1 })));
  const reason = machine.run(
    () => false,
    () => {
      const [next] = left;
      if (next && machine.output.split('demo> ').length > next.prompts) machine.type(left.shift()!.letter);
    },
  );
  return { machine, reason };
}

const commands = ['help\r', 'bench 1\r', 'fault\r', 'uptime\r', 'reboot\r', 'cpu\r', 'poweroff\r'];

describe.each(['interpreter', 'translator'] as const)('a session recorded with the %s', (engine) => {
  const { machine: first, reason } = recordedSession(engine, 7, commands);

  test('ends as the guest wants', () => {
    expect(reason).toBe('poweroff');
    expect(first.output).toContain('with ');
    expect(first.resets).toBe(1);
  });

  test.each(['interpreter', 'translator'] as const)('is the same when the %s replays it', (other) => {
    const entries = first.recorded;
    const again = new TapedMachine({ ...demo, engine: other }, { mode: 'replay', entries }, 99);
    expect(again.run(() => false)).toBe('poweroff');
    expect(again.output).toBe(first.output);
    expect(again.core.metrics().instructions).toBe(first.core.metrics().instructions);
  });
});
