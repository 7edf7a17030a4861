import { describe, expect, test } from 'vitest';
import type { RecordingConfig } from '../../../runtime/machine/config.ts';
import { diskRom } from '../../support/disk-rom.ts';
import { TapedMachine } from '../../support/recorded-machine.ts';
import { randomFrom } from '../../support/samples.ts';

const demo = { memoryBytes: 8 << 20, boot: { demo: true } } as const;
const history = { spacing: 30_000, most: 20 };
const commands = ['help\r', 'fault\r', 'reboot\r', 'cpu\r', 'poweroff\r'];

/** A session at the demo's shell: each letter is typed after the prompt for its command. */
function recordedSession(): TapedMachine {
  const machine = new TapedMachine({ ...demo, engine: 'translator' }, { mode: 'record', markEvery: 5000 }, 7);
  const left = commands.flatMap((command, n) => [...command].map((letter) => ({ letter, prompts: n + 1 })));
  const type = () => {
    if (left[0] && machine.output.split('demo> ').length > left[0].prompts) machine.type(left.shift()!.letter);
  };
  expect(machine.run(() => false, type)).toBe('poweroff');
  return machine;
}

/** Goes to places here and there; at each mark on the way the state is compared with the recording. */
function wander(machine: TapedMachine, whole: number): void {
  const random = randomFrom(3);
  for (let n = 0; n < 25; n++) {
    const instructions = Math.floor(whole * random());
    machine.core.debugging.seek(instructions);
    expect(machine.run(() => false)).toBe('debug');
    expect(machine.core.instructionsRun).toBe(instructions);
  }
}

describe('a replay that goes back and forth', () => {
  const first = recordedSession();
  const whole = first.core.instructionsRun!;

  test.each(['interpreter', 'translator'] as const)('is the same as without, with the %s', (engine) => {
    const recording = { mode: 'replay', entries: first.recorded } as const;
    const again = new TapedMachine({ ...demo, engine, history }, recording, 99);
    again.core.debugging.keepHistory(true);
    wander(again, whole);
    expect(again.run(() => false)).toBe('debug');
    expect(again.core.instructionsRun).toBe(whole);
    expect(again.run(() => false)).toBe('poweroff');
    expect(again.output).toBe(first.output);
  });

  test('begins at the beginning, even for a debugger that comes at the end', () => {
    const again = new TapedMachine({ ...demo, engine: 'translator' }, { mode: 'replay', entries: first.recorded }, 99);
    again.run(() => again.core.instructionsRun! > whole / 2);
    again.core.debugging.keepHistory(true);
    again.core.debugging.goBack('stop');
    expect(again.run(() => false)).toBe('debug');
    expect(again.core.instructionsRun).toBe(0);
  });
});

test('what a drive has answered comes again', () => {
  const medium = { sectors: 64, isReadOnly: false };
  const drives = [{ name: 'ide0-hd0', interface: 'ide', index: 0, media: 'disk', medium }] as const;
  const machine = (recording: RecordingConfig, seed: number) =>
    new TapedMachine(
      { memoryBytes: 8 << 20, boot: { bios: diskRom }, drives, engine: 'translator', history: { spacing: 500 } },
      recording,
      seed,
    );
  const first = machine({ mode: 'record', markEvery: 1000 }, 1);
  first.run(
    () => first.isHaltedForGood,
    () => {
      const request = first.requests.shift();
      if (request === undefined) return;
      const question = request.question as { readonly type: string; readonly bytes: Uint8Array };
      if (question.type === 'read') question.bytes.fill(0x5a);
      first.answer({ type: 'completion', id: request.id, answer: { error: null } });
    },
  );
  const again = machine({ mode: 'replay', entries: first.recorded }, 77);
  again.core.debugging.keepHistory(true);
  expect(again.run(() => false)).toBe('debug');
  wander(again, again.core.instructionsRun!);
  expect(again.run(() => false)).toBe('debug');
  expect(again.core.memoryRead(0x1000, 512).every((byte) => byte === 0x5a)).toBe(true);
  expect(again.requests).toEqual([]);
});
