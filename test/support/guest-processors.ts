import type { GuestProgram } from './guest.ts';

/** Where each processor has its stack, below; 4 KB each. */
const STACKS = 0x200000;

/**
 * A program of several processors in flat 32-bit code: the first one begins at `main`, each other one at `other`, with its number in EBX, which
 * is that of its local APIC, and a stack of its own. `start_others` starts them; `fixed`, `init` and `start` send a message to the processor
 * with the number in AL. Vector 40h leads to `interrupt`, an NMI to `nmi`, where a program has these.
 */
export function processorsProgram(source: string): GuestProgram {
  return { mode: 'flat32', origin: 0x10000, source: `${prologue}\n${source}\n${optionalHandlers(source)}` };
}

function optionalHandlers(source: string): string {
  return ['interrupt', 'nmi'].map((name) => (source.includes(`\n${name}:`) ? '' : `${name}: hlt\n`)).join('');
}

const prologue = `
APIC            equ 0xFEE00000
APIC_ID         equ APIC + 0x20
APIC_EOI        equ APIC + 0xB0
APIC_SPURIOUS   equ APIC + 0xF0
ICR_LOW         equ APIC + 0x300
ICR_HIGH        equ APIC + 0x310
FIXED           equ 0x4000
SELF            equ 0x40000
OTHERS          equ 0xC0000
NMI             equ 0x4400
INIT            equ 0x4500
START_UP        equ 0x4600
VECTOR          equ 0x40
STACKS          equ ${STACKS}

bits 32
begin:  lgdt    [gdt_pointer]
        jmp     8:first
first:  mov     ebx, 0
        call    set_up
        jmp     main

set_up: mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     eax, ebx
        inc     eax
        shl     eax, 12
        pop     edx
        lea     esp, [STACKS + eax]
        lidt    [idt_pointer]
        mov     dword [APIC_SPURIOUS], 0x1FF
        jmp     edx

start_others:
        mov     dword [ICR_LOW], OTHERS | INIT
        mov     dword [ICR_LOW], OTHERS | START_UP | (trampoline >> 12)
        ret
init:   mov     ecx, INIT
        jmp     send
start:  mov     ecx, START_UP | (trampoline >> 12)
        jmp     send
fixed:  mov     ecx, FIXED | VECTOR
send:   movzx   eax, al
        shl     eax, 24
        mov     [ICR_HIGH], eax
        mov     [ICR_LOW], ecx
        ret

exit:   mov     dx, 0xF4
        out     dx, eax
        jmp     $

        align   4096
bits 16
trampoline:
        cli
        mov     ax, cs
        mov     ds, ax
        o32 lgdt [gdt_pointer - trampoline]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 8:protected
bits 32
protected:
        mov     ebx, [cs:APIC_ID]
        shr     ebx, 24
        call    set_up
        jmp     other

gdt_pointer:
        dw      3 * 8 - 1
        dd      gdt
idt_pointer:
        dw      (VECTOR + 1) * 8 - 1
        dd      idt
        align   8
gdt:    dd      0, 0
        dd      0x0000FFFF, 0x00CF9A00
        dd      0x0000FFFF, 0x00CF9200
idt:    dd      0, 0, 0, 0
        dw      nmi - $$, 8, 0x8E00, 1
        times   2 * (VECTOR - 3) dd 0
        dw      interrupt - $$, 8, 0x8E00, 1
`;
