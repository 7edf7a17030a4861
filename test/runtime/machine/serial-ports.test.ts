import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** Sends the low byte of each port's base to it. */
const { source, origin } = kernel(`
main:   mov     esi, .bases
        mov     ecx, 4
.next:  lodsd
        mov     edx, eax
        out     dx, al
        loop    .next
        xor     eax, eax
        jmp     exit
.bases: dd      0x3F8, 0x2F8, 0x3E8, 0x2E8
`);

test('COM1 to COM4 are where a PC has them', () => {
  const sent: string[] = [];
  const machine = createMachine(
    {
      memoryBytes: 8 << 20,
      engine: 'interpreter',
      pacing: 'jumps',
      boot: { flat: assemble(source, { origin, bits: 32 }).bytes, address: origin, mode: 'flat32' },
      rebootAction: 'exit',
      debugExit: { iobase: 0xf4, iosize: 4 },
      startTimeOfDay: 0,
    },
    {
      nanoseconds: () => 0,
      send: (message) => {
        if (message.type === 'output') sent.push(`${message.port}: ${message.bytes[0]!.toString(16)}`);
      },
      log: () => {},
    },
  );
  expect(machine.run(1).reason).toBe('exit');
  machine.dispose();
  expect(sent).toEqual(['com1: f8', 'com2: f8', 'com3: e8', 'com4: e8']);
});

test('the state of a machine has every part once, the CPU first', () => {
  const machine = createMachine(
    { memoryBytes: 8 << 20, engine: 'interpreter', boot: { demo: true }, rebootAction: 'exit', startTimeOfDay: 0 },
    { nanoseconds: () => 0, send: () => {}, log: () => {} },
  );
  machine.dispose();
  const names = machine.components.map(({ name }) => name);
  expect(names[0]).toBe('cpu');
  expect(names).toContain('com4');
  expect(new Set(names).size).toBe(names.length);
});
