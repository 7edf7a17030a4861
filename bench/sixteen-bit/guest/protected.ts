import { DATA, MONITOR_STACK, PAGE_DIRECTORY, PAGE_TABLE, SERVICE, STACK, selectors } from './layout.ts';

const { code32, data32, code16, data16, task } = selectors;
/** Present, writable, and for user code. */
const PAGE_FLAGS = 7;
const ENABLE_PAGING = 0x80000000;
/** VM, IF and the bit that is always set. */
const VIRTUAL_8086_FLAGS = 0x20202;

/** From mode to mode, with the works of each. Paging begins after 16-bit protected mode, as DOS extenders for the 80286 have none. */
export const modes = `
        bits    16
modes:  mov     si, real_works
        call    run_works
        cli
        mov     ax, ${PAGE_DIRECTORY}
        mov     es, ax
        xor     di, di
        xor     eax, eax
        mov     cx, 1024
        rep stosd
        mov     dword [es:0], ${(PAGE_TABLE << 4) | PAGE_FLAGS}
        mov     ax, ${PAGE_TABLE}
        mov     es, ax
        xor     di, di
        mov     eax, ${PAGE_FLAGS}
        mov     cx, 1024
.page:  stosd
        add     eax, 0x1000
        loop    .page
        lgdt    [gdt_register]
        lidt    [idt_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     ${code16}:.protected
.protected:
        mov     ax, ${data16}
        mov     ss, ax
        mov     ds, ax
        mov     es, ax
        mov     ax, ${task}
        ltr     ax
        mov     si, protected16_works
        call    run_works
        mov     eax, ${PAGE_DIRECTORY << 4}
        mov     cr3, eax
        mov     eax, cr0
        or      eax, ${ENABLE_PAGING}
        mov     cr0, eax
        jmp     .paged
.paged: mov     si, protected32_works
        call    run_works
        jmp     dword ${code32}:enter_virtual

; Calls the 32-bit code at EBX with flat segments.
call_flat:
        movzx   esp, sp
        mov     ax, ${data32}
        mov     ss, ax
        mov     ds, ax
        mov     es, ax
        call    dword ${code32}:.flat
        mov     ax, ${data16}
        mov     ss, ax
        ret
        bits    32
.flat:  call    ebx
        retf

enter_virtual:
        mov     ax, ${data32}
        mov     ss, ax
        mov     esp, ${MONITOR_STACK}
        mov     byte [virtual_interrupts], 2
        times   4 push 0
        push    0
        push    ${STACK}
        push    ${VIRTUAL_8086_FLAGS}
        push    0
        push    virtual
        iretd

        bits    16
virtual:
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     si, virtual_works
        call    run_works
        hlt
`;

/** A descriptor of a segment (Intel SDM vol. 3, 3.4.5), with `flags` from bit 40 on. */
function descriptor(base: number, limit: number, flags: number): string {
  const high = (flags & 0xf0ff) | ((limit >> 8) & 0x0f00);
  return `dw ${limit & 0xffff}, ${base & 0xffff}, ${(base >> 16) | ((high & 0xff) << 8)}, ${high >> 8}`;
}

/** Code, data and a task, all of ring 0; the accessed bit is set, so that loading writes nothing. */
const [CODE, WRITABLE, TASK, BIG] = [0x9b, 0x93, 0x89, 0xc000];
const linear = (segment: number): number => segment << 4;

/** A gate of an interrupt: 16-bit ones are what 80286 code has. */
const gate = (handler: string, selector: number, type: number): string => `dw ${handler}, ${selector}, ${type << 8}, 0`;
const [GATE_16, GATE_32] = [0x86, 0x8e];
const GENERAL_PROTECTION = 13;

const gates = Array.from({ length: SERVICE + 1 }, (_, vector) => {
  if (vector === SERVICE) return gate('service', code16, GATE_16);
  return gate(vector === GENERAL_PROTECTION ? 'general_protection' : 'unexpected', code32, GATE_32);
});

/** Ports whose bit is set in the task state segment are the monitor's; virtual-8086 mode has all those below 400h to itself. */
const OWN_PORTS = 0x400;

export const tables = `
        align   8
gdt:    ${descriptor(0, 0, 0)}
        ${descriptor(0, 0xfffff, CODE | BIG)}
        ${descriptor(0, 0xfffff, WRITABLE | BIG)}
        ${descriptor(0, 0xffff, CODE)}
        ${descriptor(0, 0xffff, WRITABLE)}
        ${descriptor(linear(DATA), 0xffff, WRITABLE)}
        ${descriptor(linear(DATA + 0x1000), 0xffff, WRITABLE)}
        dw      tss_end - tss - 1, tss, ${TASK << 8}, 0
        ${descriptor(0, 0xffff, CODE)}
gdt_register:
        dw      gdt_register - gdt - 1
        dd      gdt
        align   8
idt:    ${gates.join('\n        ')}
idt_register:
        dw      idt_register - idt - 1
        dd      idt
        align   4
tss:    dd      0, ${MONITOR_STACK}, ${data32}
        resd    22
        dw      0, tss_map - tss
tss_map:
        resb    ${OWN_PORTS / 8}
        db      0xFF
tss_end:
`;
