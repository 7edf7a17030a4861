import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { createMachine } from '../../../runtime/machine/machine.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** What the machine says of a guest that does this, with the timer running, and then halts. */
function haltOf(code: string) {
  const { source, origin } = kernel(`
main:   mov     ax, 1193
        call    timer_start
        ${code}
.halt:  hlt
        jmp     .halt
`);
  let time = 0;
  const host = { nanoseconds: () => (time += 1e3), send() {}, log() {} };
  const machine = createMachine(
    {
      engine: 'interpreter',
      memoryBytes: 8 << 20,
      boot: { flat: assemble(source, { origin, bits: 32 }).bytes, address: origin, mode: 'flat32' },
      rebootAction: 'exit',
      startTimeOfDay: 0,
    },
    host,
  );
  return machine.run(1e9);
}

/** Sets the low word of the I/O APIC's entry for input 20. */
const entry = (low: number) => `
        mov     dword [0xfec00000], 0x38
        mov     dword [0xfec00010], ${low}
        cli`;

test.each([
  ['with interrupts off', 'cli', true],
  ['with interrupts on', 'sti', false],
  ['with interrupts off and an input of the I/O APIC that sends NMIs', entry(0x400), false],
  ['with interrupts off and such an input that is masked', entry(0x10400), true],
  ['with interrupts off and an input that sends maskable interrupts', entry(0x30), true],
])('a halt %s', (_name, code, forGood) => {
  expect(haltOf(code)).toEqual({ reason: 'halted', forGood, wakeAt: expect.any(Number) });
});
