import { afterEach, describe, expect, test, vi } from 'vitest';
import type { DebugStop } from '../../../runtime/exec/stops.ts';
import { corruptingKernel } from '../../support/corrupting-kernel.ts';
import { begin, DebuggedGuest, end } from '../../support/debugged-guest.ts';
import { demoGuest, Guest, type Variant, variants } from '../../support/guest.ts';
import { kernel as smallKernel } from '../../support/guest-kernel.ts';

const ENTRIES = 1 << 13;
const { bytes: kernel, at } = corruptingKernel({ stores: 20_000, entries: ENTRIES });
const handler = { kind: 'write', address: at('handler'), length: 4 } as const;

let guest: DebuggedGuest;
const made: Guest[] = [];
afterEach(async () => {
  for (const one of made.splice(0)) await one.dispose();
});

function debugged(config: Variant['config'], program?: ConstructorParameters<typeof Guest>[0]): void {
  guest = new DebuggedGuest(program ?? { multiboot: kernel }, config);
  made.push(guest);
}

const go = (): DebugStop => guest.go();
const back = (by: 'step' | 'stop'): DebugStop => guest.back(by);
const seek = (instructions: number): DebugStop => guest.seek(instructions);

/** Values that tell one place from another. */
function present() {
  const words = ['seed', 'ticks', 'handler'].map((label) => guest.word(at(label)));
  return { registers: guest.core.registers(), words, instructions: guest.core.instructionsRun! };
}

type Present = ReturnType<typeof present>;

/** Goes on from a breakpoint as gdb does. */
function goOn(): DebugStop {
  guest.core.debugging.setStepping(true);
  go();
  return go();
}

function runTo(label: string): Present {
  guest.core.debugging.setBreakpoints([at(label)]);
  expect(go()).toEqual({ reason: 'breakpoint', address: at(label) });
  return present();
}

const counting = variants.filter(({ config }) => config.icountShift !== undefined);
const [, { config: interpreter }, { config: translator }] = counting as [Variant, Variant, Variant];

test.each(counting)('from the crash back to the last write of what has caused it, with the $name', ({ config }) => {
  debugged(config);
  const crash = runTo('panic');
  guest.core.debugging.setWatchpoints([handler]);
  expect(back('stop')).toEqual({ reason: 'watchpoint', kind: 'write', address: at('handler') });
  expect([guest.register('eip'), guest.register('edx')]).toEqual([at('store'), ENTRIES]);
  expect(guest.register('eax')).toBe(crash.words[2]);
  expect(guest.word(at('handler'))).not.toBe(crash.words[2]);
  expect(go()).toMatchObject({ reason: 'watchpoint' });
  expect(guest.word(at('handler'))).toBe(crash.words[2]);
  expect(go()).toEqual({ reason: 'breakpoint', address: at('panic') });
  expect(present()).toEqual(crash);
});

describe.each([
  ['interpreter', interpreter],
  ['translator', translator],
])('%s', (_, config) => {
  test('all stops come again backwards, up to the beginning, and once more forwards', () => {
    debugged(config);
    const places = [runTo('timer')];
    while (places.length < 8) {
      expect(goOn()).toEqual({ reason: 'breakpoint', address: at('timer') });
      places.push(present());
    }
    for (const place of places.slice(0, -1).reverse()) {
      expect(back('stop')).toEqual({ reason: 'breakpoint', address: at('timer') });
      expect(present()).toEqual(place);
    }
    expect(back('stop')).toEqual(begin);
    expect([guest.core.instructionsRun, guest.register('eip')]).toEqual([0, at('start')]);
    for (const place of places) {
      expect(guest.register('eip') === at('timer') ? goOn() : go()).toMatchObject({ reason: 'breakpoint' });
      expect(present()).toEqual(place);
    }
  });

  test('steps back over an interrupt lead where steps forward come from', () => {
    debugged(config);
    const places = [runTo('timer')];
    for (let n = 0; n < 30; n++) {
      expect(back('step')).toEqual({ reason: 'step' });
      places.unshift(present());
    }
    const { instructions } = places[0]!;
    expect(places.map((place) => place.instructions - instructions)).toEqual(places.map((_, n) => n));
    for (const place of places) {
      expect(seek(place.instructions)).toEqual({ reason: 'step' });
      expect(present()).toEqual(place);
    }
  });

  test('what an interrupt writes to the stack is before the interrupt', () => {
    debugged(config);
    const interrupted = runTo('timer');
    const pushed = guest.word(guest.register('esp'));
    guest.core.debugging.setBreakpoints([]);
    guest.core.debugging.setWatchpoints([{ kind: 'write', address: guest.register('esp') + 4, length: 4 }]);
    expect(back('stop')).toMatchObject({ reason: 'watchpoint', by: 'interrupt' });
    expect(guest.register('eip')).toBe(pushed);
    expect(guest.core.instructionsRun).toBe(interrupted.instructions);
    expect(go()).toMatchObject({ reason: 'watchpoint', by: 'interrupt' });
    expect(present()).toEqual(interrupted);
    expect(back('stop')).toMatchObject({ reason: 'watchpoint' });
    expect(guest.register('eip')).toBe(pushed);
  });

  test('a guest that sleeps is woken at the same places', () => {
    const program = smallKernel(`
main:   mov     eax, 1193
        call    timer_start
        sti
sleep:  hlt
woken:  cmp     dword [ticks], 40
        jb      sleep
        mov     eax, 7
        jmp     exit
`);
    debugged(config, program);
    const { debugging } = guest.core;
    debugging.setBreakpoints([guest.address('woken')]);
    const counts: number[] = [];
    let stop = go();
    for (; stop.reason === 'breakpoint'; stop = goOn()) counts.push(guest.word('ticks'));
    expect(stop).toEqual(end);
    expect(counts).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    for (const count of counts.reverse()) {
      expect(back('stop')).toMatchObject({ reason: 'breakpoint' });
      expect(guest.word('ticks')).toBe(count);
    }
    debugging.setBreakpoints([]);
    expect(go()).toEqual(end);
    expect(guest.runToEnd()).toMatchObject({ reason: 'exit', code: 15 });
  });
});

test('what the host has had it does not get again', () => {
  debugged(translator);
  const { instructions } = runTo('panic');
  seek(instructions + 4);
  const after = present();
  expect(guest.serial).toBe('!');
  guest.core.debugging.setBreakpoints([at('timer')]);
  expect(back('stop')).toMatchObject({ reason: 'breakpoint' });
  guest.core.debugging.setBreakpoints([]);
  seek(instructions + 4);
  expect(present()).toEqual(after);
  expect(guest.serial).toBe('!');
});

test('a way back that is left ends where it has come to, and the guest goes on from there as it did', () => {
  debugged(interpreter);
  const crash = runTo('panic');
  for (let n = 0; n < 20; n++) {
    guest.core.debugging.goBack('stop');
    for (let part = 0; part < n; part++) guest.core.run(0);
    guest.core.debugging.setStepping(false);
    expect(go()).toEqual({ reason: 'breakpoint', address: at('panic') });
    expect(present()).toEqual(crash);
  }
});

test('a key that waits for the guest when it is put back is one that its host need not wait for, and comes once more', () => {
  debugged(interpreter);
  seek(1000);
  const press = (key: number) => guest.core.arrive({ type: 'input', port: 'keyboard', value: Uint8Array.of(key, 1) });
  for (const key of [30, 31]) press(key);
  seek(2000);
  expect(guest.taken).toEqual({});
  guest.core.debugging.setBreakpoints([at('panic')]);
  go();
  // The guest reads neither: the second one waits until it has read the first.
  expect(guest.taken).toEqual({ keyboard: 2 });
  expect(back('step')).toEqual({ reason: 'step' });
  expect(guest.taken).toEqual({ keyboard: 4 });
  expect(back('step')).toEqual({ reason: 'step' });
  expect(guest.taken).toEqual({ keyboard: 4 });
});

test('a state that cannot be loaded leaves the way to the host open', () => {
  debugged(interpreter);
  runTo('panic');
  vi.spyOn(guest.core.door, 'restart').mockImplementationOnce(() => {
    throw new Error('no');
  });
  expect(() => back('step')).toThrow('no');
  guest.core.debugging.setStepping(false);
  guest.core.debugging.keepHistory('program', false);
  guest.core.debugging.setBreakpoints([]);
  expect(guest.runToEnd().reason).toBe('exit');
  expect(guest.serial).toBe('!');
});

describe('the history begins anew', () => {
  test('where something comes from outside', () => {
    debugged(interpreter, demoGuest);
    guest.runToText(/demo> $/);
    guest.type('help\r');
    guest.runToText(/demo> $/);
    const later = guest.core.instructionsRun!;
    expect(seek(later - 100)).toEqual({ reason: 'step' });
    expect(back('stop')).toEqual(begin);
    expect(guest.core.instructionsRun).toBeGreaterThan(1000);
    guest.run(20);
    expect(guest.serial).toBe('');
  });

  test('where the debugger changes memory or registers, or somebody presses a button', () => {
    debugged(interpreter);
    const { debugging, examination } = guest.core;
    for (const change of [
      () => debugging.write('physical', 0x5000, Uint8Array.of(1)),
      () => debugging.writeRegister('ebp', 0x1234n),
      () => examination.writePort(0x80, 1, 5),
    ]) {
      seek(guest.core.instructionsRun! + 1000);
      expect(back('step')).toEqual({ reason: 'step' });
      change();
      expect(back('step')).toEqual(begin);
    }
  });
});

test('a machine whose instructions are not counted has none', () => {
  const uncounted = new Guest({ multiboot: kernel }, variants[0]!);
  made.push(uncounted);
  expect(uncounted.core.debugging.keepHistory('program', true)).toBe(false);
  expect(() => uncounted.core.debugging.goBack('step')).toThrow(/history of the machine is not kept/);
});
