import { describe, expect, test } from 'vitest';
import { logItems } from '../../../runtime/machine/log-items.ts';
import { endValue, Guest, onEveryEngineBy, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const all = Object.keys(logItems) as (keyof typeof logItems)[];
const hex = (value: number) => value.toString(16).padStart(8, '0');

/** Faults, interrupts, ports and addresses where nothing is. */
const program = kernel(`
main:   mov     dword [resume], .next
        mov     ecx, 50
.loop:  mov     eax, 0x1234
        xor     ebx, ebx
.divide:
        div     ebx
.next:  mov     dx, 0x1000
        in      eax, dx
        mov     dword [0xF0001000], 7
        loop    .again
        mov     eax, 0x10000
        mov     dword [resume], .end
        mov     ecx, 0xC0000123
.msr:   rdmsr
.end:   mov     eax, 42
        jmp     exit
.again: mov     ecx, ecx
        jmp     .loop
`);

describe('the log', () => {
  onEveryEngineBy(
    'has each exception with the registers',
    kernel(`
main:   mov     dword [resume], after
        mov     eax, 7
        xor     ebx, ebx
divide: div     ebx
after:  mov     eax, 1
        jmp     exit
`),
    (guest) => {
      expect(endValue(guest)).toBe(1);
      const at = hex(guest.address('divide'));
      const [first, registers, , third] = guest.log.split('\n');
      expect(first).toBe(`     0: v=00 e=0000 i=0 cpl=0 IP=0008:${at} pc=${at} SP=0010:00070000 EAX=00000007`);
      expect(registers).toMatch(/^EAX=00000007 EBX=00000000 /);
      expect(third).toMatch(new RegExp(`^EIP=${at} `));
    },
    { log: ['int'] },
  );

  onEveryEngineBy(
    'has page faults with CR2, and interrupts of devices and instructions',
    kernel(`
main:   mov     ax, 200
        call    timer_start
        call    paging_start
        mov     dword [resume], after
fault:  mov     dword [0x400004], 1
after:  sti
.wait:  cmp     dword [ticks], 0
        je      .wait
        cli
        int     3
        mov     eax, 1
        jmp     exit
`),
    (guest) => {
      guest.runToEnd();
      expect(guest.log).toMatch(/^ +0: v=0e e=0002 i=0 cpl=0 .* CR2=00400004$/m);
      expect(guest.log).toMatch(/^Servicing hardware INT=0x20\n +1: v=20 e=0000 i=0 /m);
      expect(guest.log).toMatch(/^ +\d+: v=03 e=0000 i=1 /m);
    },
    { log: ['int'] },
  );

  onEveryEngineBy(
    'has ports, addresses and model-specific registers that are not there',
    program,
    (guest) => {
      guest.runToEnd();
      const lines = guest.log.split('\n').slice(0, -1);
      expect(lines.slice(0, 2)).toEqual([
        'read of 4 bytes at I/O port 1000, where nothing is',
        'write of 00000007, 4 bytes at physical address f0001000, where nothing is',
      ]);
      expect(lines.at(-1)).toBe('access to model-specific register c0000123, which is not there');
    },
    { log: ['unimp', 'guest_errors'] },
  );

  onEveryEngineBy(
    'has a reset with the registers that it finds, and why it came',
    kernel(`
main:   lidt    [empty]
        mov     eax, 0x51
dies:   ud2
empty:  dw      0
        dd      0
`),
    (guest) => {
      guest.runToEnd();
      guest.core.reset();
      const [why, what, registers, , third] = guest.log.split('\n');
      expect(why).toBe('Triple fault: #UD -> #GP(0033) -> #GP(006b) -> #DF(0000) -> #GP(0043) -> shutdown');
      expect(what).toBe('CPU Reset (CPU 0)');
      expect(registers).toMatch(/^EAX=00000051 /);
      expect(third).toMatch(new RegExp(`^EIP=${hex(guest.address('dies'))} `));
    },
    { log: ['cpu_reset'] },
  );
});

describe('the log of what makes no sense', () => {
  onEveryEngineBy(
    'has mistakes with devices, and of each kind the first ten',
    kernel(`
main:   mov     ecx, 100
.loop:  mov     al, 0xb0
        out     0x64, al
        loop    .loop
        mov     al, 0x0c
        out     0x70, al
        out     0x71, al
        jmp     exit
`),
    (guest) => {
      guest.runToEnd();
      const told = 'i8042: unknown command 0xb0';
      expect(guest.log.split('\n')).toEqual([
        ...Array.from({ length: 9 }, () => told),
        `${told} (more of these are not logged)`,
        'RTC: write of a read-only register 0xc',
        '',
      ]);
    },
    { log: ['guest_errors'] },
  );
});

describe('a guest runs alike with a log and without', () => {
  const counting = variants.filter(({ config }) => config.icountShift !== undefined);
  for (const variant of counting) {
    test(variant.name, async () => {
      const ends = [];
      for (const log of [undefined, all]) {
        const guest = new Guest(program, variant, log ? { log } : {});
        const result = guest.runToEnd();
        ends.push({ result, instructions: guest.core.metrics().instructions, registers: guest.core.registers() });
        expect(guest.log === '').toBe(log === undefined);
        await guest.dispose();
      }
      expect(ends[1]).toEqual(ends[0]);
    });
  }
});
