import { afterEach, describe, expect, test } from 'vitest';
import { corruptingKernel } from '../../support/corrupting-kernel.ts';
import { begin, DebuggedGuest, end } from '../../support/debugged-guest.ts';
import { type GuestOptions, type GuestProgram, type Variant, variants } from '../../support/guest.ts';

const BOOTS = 0x5000;
const EXIT_CODE = 3;
const counting = variants.filter(({ config }) => config.icountShift !== undefined);
const { config } = counting[2] as Variant;
const { bytes: kernel, at } = corruptingKernel({ stores: 20_000, entries: 1 << 13 });

/** A guest that counts its boots, restarts itself once, before a second checkpoint is due, and ends then. */
const rebooting = (restart: string): GuestProgram => ({
  origin: 0x10000,
  mode: 'flat32',
  source: `
        inc     dword [${BOOTS}]
        mov     ecx, 3000
work:   dec     ecx
        jnz     work
        cmp     dword [${BOOTS}], 1
        ja      done
restart:
${restart}
stop:   jmp     stop
done:   mov     eax, 1
        out     0xF4, eax
        jmp     stop
        align   8
empty:  times 2 dd 0
`,
});
const tripleFault = rebooting('        lidt    [empty]\n        ud2');
const restarts = [
  ['a triple fault', tripleFault],
  ['the keyboard controller', rebooting('        mov     al, 0xFE\n        out     0x64, al')],
] as const;

let guest: DebuggedGuest;
afterEach(() => guest.dispose());

function debugged(program: ConstructorParameters<typeof DebuggedGuest>[0], options?: GuestOptions): void {
  guest = new DebuggedGuest(program, config, options);
}

describe.each(restarts)('a guest that is restarted by %s', (_, program) => {
  test('has one history', () => {
    debugged(program, { rebootAction: 'reset' });
    expect(guest.go()).toEqual(end);
    const last = guest.instructions;
    for (const place of [last - 10, last - 5900]) {
      expect(guest.seek(place)).toEqual({ reason: 'step' });
      expect([guest.instructions, guest.word(BOOTS)]).toEqual([place, 2]);
    }
    guest.seek(last - 10);
    guest.watch(BOOTS);
    for (const boots of [1, 0]) {
      expect(guest.back('stop')).toMatchObject({ reason: 'watchpoint' });
      expect([guest.word(BOOTS), guest.register('eip')]).toEqual([boots, 0x10000]);
    }
    expect(guest.back('stop')).toEqual(begin);
  });

  test('ends there if it is not to be restarted', () => {
    debugged(program, { rebootAction: 'exit' });
    expect(guest.go()).toEqual(end);
    const last = guest.instructions;
    expect(guest.back('step')).toEqual({ reason: 'step' });
    expect(guest.seek(last + 100)).toEqual(end);
    expect(guest.instructions).toBe(last);
    expect(guest.runOn().reason).toBe(program === tripleFault ? 'shutdown' : 'reset-requested');
  });
});

describe('the end of a machine', () => {
  const atEnd = (): number => {
    debugged({ multiboot: kernel });
    expect(guest.go()).toEqual(end);
    return guest.instructions;
  };
  const expectExit = (): void => expect(guest.runOn()).toMatchObject({ reason: 'exit', code: EXIT_CODE });

  test.each([
    ['there', 0],
    ['beyond it', 100],
  ])('is come to again by going %s', (_, more) => {
    const last = atEnd();
    expect(guest.seek(last + more)).toEqual(end);
    expect(guest.back('step')).toEqual({ reason: 'step' });
    expect(guest.instructions).toBe(last - 1);
    expect(guest.seek(last + more)).toEqual(end);
    expect(guest.instructions).toBe(last);
    expectExit();
  });

  test('stays where nothing is to go back to', () => {
    atEnd();
    guest.core.debugging.write('physical', BOOTS, Uint8Array.of(1));
    for (const by of ['step', 'stop'] as const) expect(guest.back(by)).toEqual(begin);
    expectExit();
  });

  test('is no more when another state is loaded', () => {
    debugged({ multiboot: kernel });
    const saved = guest.core.save();
    expect(guest.go()).toEqual(end);
    const last = guest.instructions;
    guest.core.load(saved);
    expect(guest.go()).toEqual(end);
    expect(guest.instructions).toBe(2 * last);
    expectExit();
  });

  test('is no more when the machine is reset', () => {
    const last = atEnd();
    guest.pressReset();
    expect(guest.go()).toEqual(end);
    expect(guest.instructions).toBe(2 * last);
  });
});

describe('a way back ends, and the history begins anew,', () => {
  const travelling = (): ReturnType<DebuggedGuest['core']['save']> => {
    debugged({ multiboot: kernel });
    guest.core.debugging.setBreakpoints([at('panic')]);
    guest.seek(1000);
    const saved = guest.core.save();
    expect(guest.go()).toMatchObject({ reason: 'breakpoint' });
    guest.core.debugging.goBack('stop');
    for (let part = 0; part < 4; part++) expect(guest.core.run(0).reason).toBe('slice');
    return saved;
  };

  test.each([
    ['memory is written', () => guest.core.debugging.write('physical', BOOTS, Uint8Array.of(1))],
    ['a register is written', () => guest.core.debugging.writeRegister('ebp', 0x1234n)],
    ['a port is written', () => guest.core.examination.writePort(0x80, 1, 5)],
    ['the power button is pressed', () => guest.core.examination.pressPowerButton()],
    ['the reset button is pressed', () => guest.pressReset()],
  ])('where %s', (_, change) => {
    travelling();
    change();
    expect(guest.go()).toEqual(begin);
    expect(guest.back('stop')).toEqual(begin);
    expect(guest.go()).toEqual({ reason: 'breakpoint', address: at('panic') });
    expect(guest.back('stop')).toEqual(begin);
  });

  test('where another state is loaded', () => {
    const saved = travelling();
    guest.core.load(saved);
    expect(guest.go()).toEqual(begin);
    expect(guest.back('step')).toEqual(begin);
    expect(guest.go()).toEqual({ reason: 'breakpoint', address: at('panic') });
  });
});

test('a history may begin where an interrupt is about to come', () => {
  debugged({ multiboot: kernel });
  guest.core.debugging.setBreakpoints([at('again')]);
  expect(guest.go()).toMatchObject({ reason: 'breakpoint' });
  guest.core.debugging.setBreakpoints([]);
  guest.watch(guest.register('esp') - 4);
  const [place, eip] = [guest.instructions, guest.register('eip')];
  // Exceptions lead to `panic`.
  guest.core.examination.requestNmi();
  expect(guest.go()).toMatchObject({ reason: 'watchpoint', by: 'interrupt' });
  expect([guest.instructions, guest.register('eip')]).toEqual([place, at('panic')]);
  guest.seek(place + 2);
  expect(guest.back('stop')).toMatchObject({ reason: 'watchpoint', by: 'interrupt' });
  expect([guest.instructions, guest.register('eip')]).toEqual([place, eip]);
  expect(guest.back('stop')).toEqual(begin);
  expect(guest.go()).toMatchObject({ reason: 'watchpoint', by: 'interrupt' });
  expect(guest.register('eip')).toBe(at('panic'));
});
