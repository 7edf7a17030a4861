import { describe, expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import type { MachineConfig } from '../../../runtime/machine/config.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** A machine with a guest that does this, with the timer running, and then halts. */
function halting(code: string, nanoseconds: () => number, options: Partial<MachineConfig> = {}) {
  const { source, origin } = kernel(`
main:   mov     ax, 1193
        call    timer_start
        ${code}
.halt:  hlt
        jmp     .halt
`);
  return createMachine(
    {
      engine: 'interpreter',
      memoryBytes: 8 << 20,
      boot: { flat: assemble(source, { origin, bits: 32 }).bytes, address: origin, mode: 'flat32' },
      rebootAction: 'exit',
      startTimeOfDay: 0,
      ...options,
    },
    { nanoseconds, send() {}, log() {} },
  );
}

/** The machine's result for code that halts. */
function haltOf(code: string) {
  let time = 0;
  return halting(code, () => (time += 1e3)).run(1e9);
}

/** Sets the low word of the I/O APIC's entry for input 20. */
const entry = (low: number) => `
        mov     dword [0xfec00000], 0x38
        mov     dword [0xfec00010], ${low}`;
/** Masks every input of the 8259s. */
const masked = `
        mov     al, 0xff
        out     0x21, al
        out     0xa1, al
        sti`;
/** Enables the local APIC by software. */
const enabled = `
        mov     dword [0xfee000f0], 0x1ff`;
/** Starts its timer, which takes 16 s, with this local vector. */
const timer = (vector: number) => `
        mov     dword [0xfee003e0], 0xa
        mov     dword [0xfee00320], ${vector}
        mov     dword [0xfee00380], 0x7fffffff`;

test.each([
  ['with interrupts off', 'cli', true],
  ['with interrupts on', 'sti', false],
  ['with interrupts off and an input of the I/O APIC that sends NMIs', `${entry(0x400)}\ncli`, false],
  ['with interrupts off and such an input that is masked', `${entry(0x10400)}\ncli`, true],
  ['with interrupts off and an input that sends maskable interrupts', `${enabled}${entry(0x30)}\ncli`, true],
  ['with interrupts on and all inputs of the 8259s masked', masked, true],
  ['with such inputs, one of them of the slave open', `${masked}\nmov al, 0xfe\nout 0xa1, al`, true],
  [
    'with such inputs, that and the cascade open',
    `${masked}\nmov al, 0xfe\nout 0xa1, al\nmov al, 0xfb\nout 0x21, al`,
    false,
  ],
  ['with the 8259s cut off at the local APIC', 'mov dword [0xfee00350], 0x10700\nsti', true],
  ['with IRQ 0 in service', 'call await_request\nmov al, 0x0c\nout 0x20, al\nin al, 0x20\nsti', true],
  ['with an open input of the I/O APIC', `${enabled}${entry(0x30)}${masked}`, false],
  [
    'with one whose vector has too low a priority',
    `${enabled}${entry(0x30)}${masked}\nmov dword [0xfee00080], 0x30`,
    true,
  ],
  ['with one for another processor', `${enabled}${entry(0x830)}${masked}`, true],
  ['with an input of the I/O APIC, but no local APIC that takes it', `${entry(0x30)}${masked}`, true],
  ["with the local APIC's timer", `${enabled}${timer(0x30)}${masked}`, false],
  ['with that timer masked', `${enabled}${timer(0x10030)}${masked}`, true],
])('a halt %s', (_name, code, forGood) => {
  expect(haltOf(code)).toEqual({ reason: 'halted', forGood, wakeAt: expect.any(Number) });
});

describe('a run that ends after so many instructions, where halts take no time of the host', () => {
  const run = (code: string, bound: 'stopAt' | 'capInstructions') => {
    const machine = halting(code, () => 0, { icountShift: 3, icountSleep: false });
    machine[bound](10_000);
    return machine.run(Number.POSITIVE_INFINITY);
  };

  test.each(['stopAt', 'capInstructions'] as const)('comes back from a halt for good (%s)', (bound) => {
    expect(run('cli', bound)).toEqual({ reason: 'halted', forGood: true });
  });

  test('comes back from one with all inputs masked', () => {
    expect(run(masked, 'stopAt')).toEqual({ reason: 'halted', forGood: true });
  });

  test('goes on after the others', () => {
    expect(run('sti', 'stopAt')).toEqual({ reason: 'slice' });
  });
});
