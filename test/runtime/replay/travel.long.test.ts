import { describe, expect, test } from 'vitest';
import type { DebugStop } from '../../../runtime/exec/stops.ts';
import type { RecordingConfig } from '../../../runtime/machine/config.ts';
import { rom } from '../../support/death-roms.ts';
import { diskRom } from '../../support/disk-rom.ts';
import { TapedMachine } from '../../support/recorded-machine.ts';
import { randomFrom } from '../../support/samples.ts';

const demo = { memoryBytes: 8 << 20, boot: { demo: true } } as const;
const history = { spacing: 30_000, most: 20 };
const commands = ['help\r', 'fault\r', 'reboot\r', 'cpu\r', 'poweroff\r'];
const step: DebugStop = { reason: 'step' };
const end: DebugStop = { reason: 'recording', at: 'end' };

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
    expect(machine.seek(instructions)).toEqual(step);
    expect(machine.core.instructionsRun).toBe(instructions);
  }
}

describe('a replay that goes back and forth', () => {
  const first = recordedSession();
  const whole = first.core.instructionsRun!;

  test.each(['interpreter', 'translator'] as const)('is the same as without, with the %s', (engine) => {
    const recording = { mode: 'replay', entries: first.recorded } as const;
    const again = new TapedMachine({ ...demo, engine, history }, recording, 99);
    again.core.debugging.keepHistory('program', true);
    wander(again, whole);
    expect(again.run(() => false)).toBe('debug');
    expect(again.core.instructionsRun).toBe(whole);
    expect(again.run(() => false)).toBe('poweroff');
    expect(again.output).toBe(first.output);
  });

  test('begins at the beginning, even for a debugger that comes at the end', () => {
    const again = new TapedMachine({ ...demo, engine: 'translator' }, { mode: 'replay', entries: first.recorded }, 99);
    again.run(() => again.core.instructionsRun! > whole / 2);
    again.core.debugging.keepHistory('program', true);
    expect(again.goBack()).toEqual({ reason: 'recording', at: 'begin' });
    expect(again.core.instructionsRun).toBe(0);
  });

  test('ends where the recording ends, however far it is to go', () => {
    const recording = { mode: 'replay', entries: first.recorded } as const;
    const again = new TapedMachine({ ...demo, engine: 'translator', history }, recording, 99);
    again.core.debugging.keepHistory('program', true);
    for (const more of [0, 1, 1e6]) {
      expect(again.seek(whole + more)).toEqual(end);
      expect(again.core.instructionsRun).toBe(whole);
      expect(again.seek(whole - 1000)).toEqual(step);
    }
    expect(again.seek(whole)).toEqual(end);
    expect(again.run(() => false)).toBe('poweroff');
    expect(again.output).toBe(first.output);
  });
});

describe('a guest that reads and writes a disk', () => {
  const medium = { sectors: 64, isReadOnly: false };
  const drives = [{ name: 'ide0-hd0', interface: 'ide', index: 0, media: 'disk', medium }] as const;
  const machine = (recording: RecordingConfig | null, seed: number) =>
    new TapedMachine(
      { memoryBytes: 8 << 20, boot: { bios: diskRom }, drives, engine: 'translator', history: { spacing: 500 } },
      recording,
      seed,
    );
  /** The host's action now and then. */
  const serve = (served: TapedMachine) => () => {
    const request = served.requests.shift();
    if (request === undefined) return;
    const question = request.question as { readonly type: string; readonly bytes: Uint8Array };
    if (question.type === 'read') question.bytes.fill(0x5a);
    served.answer({ type: 'completion', id: request.id, answer: { error: null } });
  };
  const isRead = ({ core }: TapedMachine) => core.memoryRead(0x1000, 512).every((byte) => byte === 0x5a);
  const first = machine({ mode: 'record', markEvery: 1000 }, 1);
  first.run(() => first.isHaltedForGood, serve(first));
  const whole = first.core.instructionsRun!;

  test('has the same answers in a replay', () => {
    const again = machine({ mode: 'replay', entries: first.recorded }, 77);
    again.core.debugging.keepHistory('program', true);
    expect(again.run(() => false)).toBe('debug');
    wander(again, again.core.instructionsRun!);
    expect(again.run(() => false)).toBe('debug');
    expect(isRead(again)).toBe(true);
    expect(again.requests).toEqual([]);
  });

  test('is answered on a way forwards, where its history begins anew', () => {
    const live = machine(null, 5);
    live.core.debugging.keepHistory('program', true);
    expect(live.seek(whole - 10, serve(live))).toEqual(step);
    expect([live.core.instructionsRun, isRead(live)]).toEqual([whole - 10, true]);
    expect(live.goBack()).toEqual({ reason: 'recording', at: 'begin' });
    expect(live.core.instructionsRun).toBeGreaterThan(whole / 2);
  });
});

/** Counts its boots, restarts itself once, by a triple fault, and sleeps then for good. */
const restarting = rom(`
        xor     ax, ax
        mov     ds, ax
        inc     word [0x500]
        mov     cx, 5000
.work:  loop    .work
        cmp     word [0x500], 2
        jae     .on
        lidt    [cs:empty]
        ud2
.on:    mov     cx, 5000
.more:  loop    .more
.stop:  hlt
        jmp     .stop
empty:  dw      0
        dd      0
`);

test('resets by triple faults, and buttons that were pressed, come again', () => {
  const machine = (recording: RecordingConfig, seed: number) =>
    new TapedMachine(
      { memoryBytes: 8 << 20, boot: { bios: restarting }, engine: 'translator', history: { spacing: 100_000 } },
      recording,
      seed,
    );
  const boots = ({ core }: TapedMachine) => core.memoryRead(0x500, 1)[0];
  const first = machine({ mode: 'record', markEvery: 1000 }, 1);
  first.run(() => first.isHaltedForGood);
  const asleep = first.core.instructionsRun!;
  first.core.pressReset();
  first.run(() => first.isHaltedForGood && first.core.instructionsRun! > asleep);
  expect([first.resets, boots(first)]).toEqual([2, 3]);
  const again = machine({ mode: 'replay', entries: first.recorded }, 77);
  again.core.debugging.keepHistory('program', true);
  expect(again.run(() => false)).toBe('debug');
  expect(again.stop).toEqual(end);
  const whole = again.core.instructionsRun!;
  wander(again, whole);
  for (const [place, count] of [
    [whole - 1, 3],
    [asleep - 1000, 2],
    [1000, 1],
  ] as const) {
    expect(again.seek(place)).toEqual(step);
    expect(boots(again)).toBe(count);
  }
});
