import { assemble } from '../../runtime/firmware/assembler/index.ts';

const LOAD = 0x100000;
const MAGIC = 0x1badb002;
/** The header says where the kernel is loaded. */
const ADDRESSES = 1 << 16;
/** Where the table begins. */
const TABLE = 0x200800;

/** How long the kernel runs before its mistake is noticed, and how often it makes it. */
interface CorruptingKernelOptions {
  /** Until the function is called. */
  readonly stores: number;
  /** Entries of the table: one store of so many is a mistake. */
  readonly entries: number;
}

const handlerOf = (entries: number): number => TABLE + 4 * entries;

/**
 * A Multiboot kernel with a mistake: it stores random numbers at random places of a table, and sometimes one beyond it, where
 * `handler` is: the address of a function. After so many stores that is called. `ticks` counts a timer's interrupts meanwhile. When it
 * comes to `panic` it says `!` on COM1, and ends the machine by isa-debug-exit at F4h.
 */
function source({ stores, entries }: CorruptingKernelOptions): string {
  return `
TABLE   equ     ${TABLE}
HANDLER equ     ${handlerOf(entries)}
header: dd      ${MAGIC}, ${ADDRESSES}, ${-(MAGIC + ADDRESSES)}
        dd      header, header, loaded, stack, start
start:  mov     esp, stack
        lgdt    [gdt_register]
        lidt    [idt_register]
        jmp     8:.flat
.flat:  mov     eax, 16
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     dword [HANDLER], idle
        call    start_timer
        sti
main:   mov     ecx, ${stores}
        mov     ebx, ${entries + 1}
again:  call    random
        xor     edx, edx
        div     ebx
        or      eax, 0xC0000000
store:  mov     [TABLE + edx * 4], eax
        dec     ecx
        jnz     again
use:    call    [HANDLER]
        jmp     main
idle:   ret

; EAX: the next number of 24 bits (a linear congruential generator).
random: mov     eax, [seed]
        imul    eax, eax, 1664525
        add     eax, 1013904223
        mov     [seed], eax
        shr     eax, 8
        ret

; IRQ 0 comes some 8,000 times a second; all others are masked.
start_timer:
        mov     al, 0x11
        out     0x20, al
        mov     al, 0x20
        out     0x21, al
        mov     al, 4
        out     0x21, al
        mov     al, 1
        out     0x21, al
        mov     al, 0xFE
        out     0x21, al
        mov     al, 0xFF
        out     0xA1, al
        mov     al, 0x34
        out     0x43, al
        mov     al, 149 & 0xFF
        out     0x40, al
        mov     al, 149 >> 8
        out     0x40, al
        ret
timer:  push    eax
        inc     dword [ticks]
        mov     al, 0x20
        out     0x20, al
        pop     eax
        iretd

panic:  mov     edx, 0x3F8
        mov     al, '!'
        out     dx, al
        mov     eax, 1
        out     0xF4, eax
        cli
.stop:  hlt
        jmp     .stop

        align   8
gdt:    dq      0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
gdt_register:
        dw      23
        dd      gdt
        align   8
idt:
${'        dw      panic & 0xFFFF, 8, 0x8E00, panic >> 16\n'.repeat(32)}
        dw      timer & 0xFFFF, 8, 0x8E00, timer >> 16
idt_register:
        dw      33 * 8 - 1
        dd      idt
        align   4
seed:   dd      1
ticks:  dd      0
unused: dd      0
loaded:
stack   equ     loaded + 0x1000
`;
}

/** The kernel, and where its labels are. */
export function corruptingKernel(options: CorruptingKernelOptions) {
  const { bytes, symbols } = assemble(source(options), { origin: LOAD, bits: 32 });
  const addresses = new Map([...symbols, ['handler', handlerOf(options.entries)]]);
  return { bytes, at: (label: string): number => addresses.get(label)! };
}
