import { fromRom, protectedMode, type WildGuest } from './images.ts';
import { random } from './random.ts';

/** Guests with interrupts, exceptions, tables and devices as no system has them. */
export const systemGuests: Readonly<Record<string, WildGuest>> = {
  'triple faults': protectedMode(
    'invalidation.reset',
    'main:   lidt [nothing]\n        ud2\nnothing: dw 0\n        dd 0',
  ),
  'a storm on all ports': protectedMode(
    'dispatcher.entries',
    `
main:   mov     edx, ebx
        in      al, dx
        add     eax, ebx
        cmp     dx, 0xCF9               ; not those that turn the machine off or on
        je      .next
        cmp     dx, 0x64
        je      .next
        cmp     dx, 0x92
        je      .next
        and     edx, 0xFFFE             ; ACPI power management: control
        cmp     edx, 0x604
        je      .next
        mov     edx, ebx
        out     dx, al
.next:  inc     bx
        jmp     main
`,
  ),
  'a storm of timer interrupts': protectedMode(
    'dispatcher.interrupts',
    `
main:   mov     ax, 2
        call    timer_start
        sti
.wait:  hlt
        jmp     .wait
`,
  ),
  'a storm of timer interrupts while it works': protectedMode(
    'dispatcher.interrupts',
    `
main:   mov     ax, 2
        call    timer_start
        sti
.work:  inc     ebx
        jmp     .work
`,
  ),
  'a storm of the local APIC': protectedMode(
    'dispatcher.interrupts',
    `
main:   mov     al, 0xFF                ; the timer's interrupt would be an exception's
        out     0x21, al
        mov     esi, 0xFEE00000
        mov     dword [esi + 0xF0], 0x1FF
        mov     dword [esi + 0x3E0], 11
        mov     dword [esi + 0x320], 0x20021    ; periodic
        mov     dword [esi + 0x380], 1
        sti
.send:  mov     dword [esi + 0x300], 0x40022    ; to itself
        mov     dword [esi + 0xB0], 0
        jmp     .send
`,
  ),
  'a level that nobody serves': fromRom(
    'dispatcher.interrupts',
    `
main:   mov     bx, 0x0C * 4
        mov     ax, .ended
        call    set_vector
        mov     al, 0x11                ; the master: vectors 08h to 0Fh, only IRQ 4, by its level
        out     0x20, al
        mov     al, 0x08
        out     0x21, al
        mov     al, 0x04
        out     0x21, al
        mov     al, 0x01
        out     0x21, al
        mov     al, 0xEF
        out     0x21, al
        mov     dx, 0x4D0
        mov     al, 0x10
        out     dx, al
        mov     dx, 0x3FC               ; COM1 would have a byte to send
        mov     al, 0x08
        out     dx, al
        mov     dx, 0x3F9
        mov     al, 0x02
        out     dx, al
        sti
.work:  inc     ebx
        jmp     .work
.ended: push    ax
        mov     al, 0x20
        out     0x20, al
        pop     ax
        iret
`,
  ),
  'software interrupts': protectedMode(
    'dispatcher.entries',
    'main:   mov dword [system_call], .back\n.again: int 0x80\n        jmp .again\n.back:  iretd',
  ),
  'exceptions of all kinds': protectedMode(
    'dispatcher.faults',
    `
main:   mov     dword [log_end], LOG
        mov     dword [resume], .second
        ud2
.second: mov    dword [resume], .third
        xor     ecx, ecx
        div     ecx
.third: mov     dword [resume], .fourth
        mov     ax, 0xFFF8
        mov     fs, ax
.fourth: mov    dword [resume], main
        int     0x60
        jmp     main
`,
  ),
  'absurd descriptor tables': protectedMode(
    'dispatcher.faults',
    `
main:   call    random
        mov     edi, gdt + 24
        stosd
        mov     [resume], eax
        call    random
        stosd
        mov     dword [resume], main
        mov     dword [log_end], LOG
        mov     eax, 0x18
        mov     fs, ax
        mov     bl, [fs:0]
        mov     esp, KERNEL_STACK
        push    dword 0x18
        push    dword main
        retf
${random}`,
  ),
  'absurd page tables': protectedMode(
    'dispatcher.faults',
    `
main:   call    paging_start
        mov     dword [resume], .next
.next:  mov     esp, KERNEL_STACK
        mov     dword [log_end], LOG
        mov     edi, SPARE_TABLES
        mov     ecx, 1024
.fill:  call    random
        stosd
        loop    .fill
        mov     edi, PAGE_DIRECTORY + 4
        mov     ecx, 1023
.table: call    random
        stosd
        loop    .table
        mov     eax, cr3
        mov     cr3, eax
        call    random
        mov     ebx, [eax]
        call    random
        mov     [eax], ebx
        jmp     .next
${random}`,
  ),
  'halts for good': protectedMode('halt', 'main:   cli\n        hlt'),
  'interrupts in VM86 mode': protectedMode(
    'dispatcher.faults',
    `
main:   mov     dword [hook], .again
        mov     dword [system_call], .again
.again: mov     dword [log_end], LOG
        mov     esp, KERNEL_STACK
        call    random
        mov     byte [FREE], 0xCD       ; INT
        mov     [FREE + 1], al
        push    dword 0
        push    dword 0
        push    dword 0
        push    dword 0
        push    dword 0
        push    dword 0xFFF0
        push    dword 0x23002           ; VM, IOPL 3
        push    dword 0xFFFF
        push    dword 0x10
        iretd
${random}`,
  ),
  'exceptions of x87 and SSE': protectedMode(
    'dispatcher.faults',
    `
main:   mov     eax, cr0
        or      al, 0x20
        and     al, 0xFB
        mov     cr0, eax
        mov     eax, cr4
        or      eax, 0x600
        mov     cr4, eax
        mov     dword [resume], .next
.next:  mov     dword [log_end], LOG
        fninit
        fldcw   [control]
        ldmxcsr [mxcsr]
        mov     dword [resume], .sse
        fldz
        fld1
        fdiv    st0, st1
        fwait
.sse:   mov     dword [resume], .next
        xorps   xmm0, xmm0
        divps   xmm0, xmm0
        jmp     .next
control: dw     0x0340
        align   4
mxcsr:  dd      0
`,
  ),
  'a stack in the ROM': fromRom(
    'memory.unentered',
    `
main:   mov     ax, 0xF000
        mov     ss, ax
        mov     sp, 0x8000
.again: push    ax
        pop     bx
        call    .function
        jmp     .again
.function:
        int     0x60
        ret
`,
  ),
  'a stack in the local APIC': protectedMode(
    'memory.walks',
    'main:   mov esp, 0xFEE00800\n.again: push eax\n        pop eax\n        call .again',
  ),
  'resets by the keyboard controller': fromRom(
    'invalidation.reset',
    'main:   mov     al, 0xFE\n        out     0x64, al\n        jmp     main',
  ),
  'opens and shuts the A20 gate': fromRom(
    'dispatcher.entries',
    'main:   in      al, 0x92\n        xor     al, 2\n        and     al, 0xFE\n        out     0x92, al\n        jmp     main',
  ),
  'loads CR3 again and again': protectedMode(
    'memory.walks',
    `
main:   call    paging_start
.again: mov     eax, cr3
        mov     cr3, eax
        mov     ebx, [FREE]
        jmp     .again
`,
  ),
  'switches tasks to and fro': protectedMode(
    'dispatcher.entries',
    `
OTHER   equ 0x30
main:   mov     dword [gdt + OTHER], ((FREE & 0xFFFF) << 16) + 0x67
        mov     dword [gdt + OTHER + 4], 0x8900 + (FREE >> 16)
        mov     edi, FREE
        mov     dword [edi + 0x20], .other
        mov     dword [edi + 0x24], 2
        mov     dword [edi + 0x38], KERNEL_STACK - 0x1000
        mov     dword [edi + 0x48], DATA
        mov     dword [edi + 0x4C], CODE
        mov     dword [edi + 0x50], DATA
        mov     dword [edi + 0x54], DATA
.again: jmp     OTHER:0
        jmp     .again
.other: jmp     TASK:0
        jmp     .other
`,
  ),
  'output without end': protectedMode(
    'dispatcher.entries',
    `
main:   mov     dx, 0x3F8
.again: mov     al, 'x'
        out     dx, al
        jmp     .again
`,
  ),
};
