import { describe, expect, test } from 'vitest';
import type { EngineName, RecordingConfig } from '../../../runtime/machine/config.ts';
import { diskRom } from '../../support/disk-rom.ts';
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

const hardDisk = { name: 'ide0-hd0', interface: 'ide', index: 0, media: 'disk' } as const;
const SECTORS = 64;

/** A guest that copies a sector by REP INSW and REP OUTSW, asking the drive again and again whether it is ready. */
function diskMachine(engine: EngineName, recording: RecordingConfig, seed: number): TapedMachine {
  const drives = [{ ...hardDisk, medium: { sectors: SECTORS, isReadOnly: false } }];
  return new TapedMachine({ memoryBytes: 8 << 20, boot: { bios: diskRom }, drives, engine }, recording, seed);
}

const copiedSector = ({ core }: TapedMachine) => core.memoryRead(0x1000, 512);

test.each([1, 2, 3, 4, 5])(
  'what a drive has answered is the same in a replay, whenever the host asks for attention: %i',
  (seed) => {
    const first = diskMachine('translator', { mode: 'record', markEvery: 1000 }, seed);
    const answer = (): void => {
      const request = first.requests.shift();
      if (request === undefined) return;
      const question = request.question as { readonly type: string; readonly bytes: Uint8Array };
      if (question.type === 'read') question.bytes.fill(0x5a);
      first.answer({ type: 'completion', id: request.id, answer: { error: null } });
    };
    first.run(() => first.isHaltedForGood, answer);
    expect(copiedSector(first).every((byte) => byte === 0x5a)).toBe(true);
    for (const engine of ['interpreter', 'translator'] as const) {
      const again = diskMachine(engine, { mode: 'replay', entries: first.recorded }, 77);
      expect(again.run(() => false)).toBe('debug');
      expect(again.requests).toEqual([]);
      expect(copiedSector(again)).toEqual(copiedSector(first));
    }
  },
);
