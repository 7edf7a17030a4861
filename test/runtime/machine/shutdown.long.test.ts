import { describe, expect, test } from 'vitest';
import { formatRegisters } from '../../../runtime/debug/registers.ts';
import { describeShutdown, formatExceptions } from '../../../runtime/debug/shutdown.ts';
import { type Guest, type GuestProgram, onEveryEngineBy } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const hex = (value: number) => value.toString(16).padStart(8, '0');

/** The machine's report of a guest's triple fault, with the addresses of labels as `<label>`. */
function deathOf(guest: Guest, ...labels: string[]): string {
  const { reason, exceptions } = guest.runToEnd();
  expect(reason).toBe('shutdown');
  const text = describeShutdown({ exceptions: exceptions!, registers: guest.core.registers() });
  return labels.reduce((shown, label) => shown.replaceAll(hex(guest.address(label)), `<${label}>`), text);
}

function onTripleFault(name: string, program: GuestProgram, expected: string, labels = ['dies']): void {
  onEveryEngineBy(name, program, (guest) => expect(deathOf(guest, ...labels)).toBe(expected));
}

/** The instructions before `dies` run often enough to be translated. */
const warm = `
        mov     ecx, 100
.warm:  dec     ecx
        jnz     .warm`;

describe('a triple fault is told with what led to it', () => {
  onTripleFault(
    'where the IDT is empty',
    kernel(`
main:   lidt    [empty]
${warm}
dies:   ud2
empty:  dw      0
        dd      0
`),
    'triple fault at 0008:<dies>: #UD -> #GP(0033) -> #GP(006b) -> #DF(0000) -> #GP(0043) -> shutdown',
  );

  onTripleFault(
    'where an INT n finds no IDT',
    kernel(`
main:   lidt    [empty]
${warm}
dies:   int     0x20
empty:  dw      0
        dd      0
`),
    'triple fault at 0008:<dies>: #GP(0102) -> #GP(006b) -> #DF(0000) -> #GP(0043) -> shutdown',
  );

  onTripleFault(
    'where INT1 finds no IDT, at the instruction after it',
    kernel(`
main:   lidt    [empty]
${warm}
        db      0xF1
dies:   jmp     dies
empty:  dw      0
        dd      0
`),
    'triple fault at 0008:<dies>: #DB -> #GP(000b) -> #GP(006b) -> #DF(0000) -> #GP(0043) -> shutdown',
  );

  onTripleFault(
    'where no handler has a stack, that of the double fault neither',
    kernel(`
main:   mov     eax, DATA16
        mov     ss, eax
        mov     sp, 1
${warm}
dies:   push    eax
`),
    'triple fault at 0008:<dies>: #SS(0000) -> #SS(0001) -> #DF(0000) -> #SS(0001) -> shutdown',
  );

  onTripleFault(
    'where the page directory is gone',
    kernel(`
main:   call    paging_start
${warm}
        xor     eax, eax
        mov     dword [PAGE_DIRECTORY], eax
        mov     eax, cr3
        mov     cr3, eax
dies:   jmp     dies
`),
    'triple fault at 0008:<dies>: #PF(0000) CR2=<dies> -> #PF(0000) CR2=<page_gate> -> #DF(0000)' +
      ' -> #PF(0000) CR2=<double_gate> -> shutdown',
    ['dies', 'page_gate', 'double_gate'],
  );

  onTripleFault(
    'where a device interrupts and there is no IDT',
    kernel(`
main:   mov     ax, 100
        call    timer_start
        lidt    [empty]
        sti
dies:   jmp     dies
empty:  dw      0
        dd      0
`),
    'triple fault at 0008:<dies>: interrupt 20 -> #GP(0103) -> #GP(006b) -> #DF(0000) -> #GP(0043) -> shutdown',
  );

  onTripleFault(
    'in real mode, which has no error codes',
    {
      origin: 0x1000,
      mode: 'real',
      source: `
        lidt    [cs:empty]
        mov     eax, 1
dies:   ud2
empty:  dw      0
        dd      0
`,
    },
    'triple fault at 0000:<dies>: #UD -> #GP -> #GP -> #DF -> #GP -> shutdown',
  );
});

test('interrupts and vectors without a name are shown, too', () => {
  expect(
    formatExceptions([
      { vector: 2, kind: 'interrupt' },
      { vector: 9, kind: 'exception' },
    ]),
  ).toBe('NMI -> exception 09 -> shutdown');
});

describe('registers are shown as QEMU shows them', () => {
  onEveryEngineBy(
    'in protected mode',
    kernel(`
main:   mov     eax, 1
        mov     ebx, 2
        mov     ecx, 100
.warm:  dec     ecx
        jnz     .warm
        mov     ecx, 3
        mov     edx, 4
        mov     esi, 5
        mov     edi, 6
        mov     ebp, 7
        lidt    [empty]
        std
dies:   ud2
        align   4
empty:  dw      0
        dd      0x1234
`),
    (guest) => {
      guest.runToEnd();
      const text = formatRegisters(guest.core.registers());
      expect(text).toBe(`\
EAX=00000001 EBX=00000002 ECX=00000003 EDX=00000004
ESI=00000005 EDI=00000006 EBP=00000007 ESP=00070000
EIP=${hex(guest.address('dies'))} EFL=00000446 [D--Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0
ES =0010 00000000 ffffffff 00cf9300 DPL=0 DS   [-WA]
CS =0008 00000000 ffffffff 00cf9b00 DPL=0 CS32 [-RA]
SS =0010 00000000 ffffffff 00cf9300 DPL=0 DS   [-WA]
DS =0010 00000000 ffffffff 00cf9300 DPL=0 DS   [-WA]
FS =0010 00000000 ffffffff 00cf9300 DPL=0 DS   [-WA]
GS =0010 00000000 ffffffff 00cf9300 DPL=0 DS   [-WA]
LDT=0000 00000000 0000ffff 00008200 DPL=0 LDT
TR =0028 ${hex(guest.address('task_state'))} 00000067 00008b00 DPL=0 TSS32-busy
GDT=     ${hex(guest.address('gdt'))} 0000003f
IDT=     00001234 00000000
CR0=00000011 CR2=00000000 CR3=00000000 CR4=00000000
DR0=00000000 DR1=00000000 DR2=00000000 DR3=00000000
DR6=ffff0ff0 DR7=00000400
EFER=0000000000000000`);
    },
  );
});
