import type { Boot } from '../../../src/index.ts';
import { endlessMemory } from '../../support/endless-guests.ts';
import { fromRom, protectedMode } from './images.ts';

/** EAX: the next of a row of random numbers (xorshift). Changes EDX. */
const random = `
random: mov     eax, [seed]
        mov     edx, eax
        shl     edx, 13
        xor     eax, edx
        mov     edx, eax
        shr     edx, 17
        xor     eax, edx
        mov     edx, eax
        shl     edx, 5
        xor     eax, edx
        mov     [seed], eax
        ret
seed:   dd      0x12345678
`;

/** Writes a kilobyte of random code and runs it until it faults or is interrupted, then another one after it; in user mode. */
const randomCode = `
BEGIN   equ 0x100000
END     equ 0x3FF000
main:   call    paging_start
        mov     esi, PAGE_TABLE         ; the kernel is not to be written
.own:   and     dword [esi], 0xFFFFFFFB
        add     esi, 4
        cmp     esi, PAGE_TABLE + 0x400
        jb      .own
        or      dword [PAGE_TABLE + 0x77 * 4], 4
        mov     eax, cr3
        mov     cr3, eax
        mov     dword [hook], again
        mov     dword [tick_hook], again
        mov     ax, 10000
        call    timer_start
again:  mov     al, 0x20
        out     0x20, al
        mov     esp, KERNEL_STACK
        mov     dword [log_end], LOG
        mov     edi, [place]
        mov     ebx, edi
        mov     ecx, 256
.fill:  call    random
        stosd
        loop    .fill
        cmp     edi, END
        jb      .enter
        mov     edi, BEGIN
.enter: mov     [place], edi
        call    random
        mov     esi, eax
        mov     edi, [place]
        mov     eax, ebx
        mov     edx, 0x202
        mov     ebx, esi
        jmp     user_start_with
place:  dd      BEGIN
${random}`;

/** Guests that do what no system does, for ever. */
export const wildGuests: Readonly<Record<string, Boot>> = {
  'triple faults': protectedMode('main:   lidt [nothing]\n        ud2\nnothing: dw 0\n        dd 0'),
  'walks through all addresses': protectedMode(`
main:   mov     eax, [esi]
        mov     [esi + 0x1000000], eax
        add     esi, 4096
        jmp     main
`),
  'changes each instruction before it runs': protectedMode(`
main:   inc     dword [.code + 1]
.code:  mov     eax, 0
        inc     byte [.other + 2]
.other: add     eax, byte 1
        jmp     main
`),
  'writes functions and calls each once': protectedMode(`
main:   mov     edi, FREE
.next:  mov     byte [edi], 0xB8        ; MOV EAX, imm32; RET
        mov     [edi + 1], edi
        mov     byte [edi + 5], 0xC3
        call    edi
        add     edi, 16
        cmp     edi, 0x3F00000
        jb      .next
        jmp     main
`),
  'writes functions and calls each often': protectedMode(`
main:   mov     edi, FREE
.next:  mov     byte [edi], 0xB8
        mov     [edi + 1], edi
        mov     byte [edi + 5], 0xC3
        mov     ecx, 400
.again: call    edi
        loop    .again
        add     edi, 16
        cmp     edi, 0x3F00000
        jb      .next
        jmp     main
`),
  'a storm on all ports': protectedMode(`
main:   mov     edx, ebx
        in      al, dx
        add     eax, ebx
        cmp     dx, 0xCF9               ; not those that turn the machine off or on
        je      .next
        cmp     dx, 0x64
        je      .next
        cmp     dx, 0x92
        je      .next
        out     dx, al
.next:  inc     bx
        jmp     main
`),
  'a storm of timer interrupts': protectedMode(`
main:   mov     ax, 1
        call    timer_start
        sti
.wait:  hlt
        jmp     .wait
`),
  'a storm of timer interrupts while it works': protectedMode(`
main:   mov     ax, 2
        call    timer_start
        sti
.work:  inc     ebx
        jmp     .work
`),
  'a storm of the local APIC': protectedMode(`
main:   mov     esi, 0xFEE00000
        mov     dword [esi + 0xF0], 0x1FF
        mov     dword [esi + 0x3E0], 11
        mov     dword [esi + 0x320], 0x20021    ; periodic
        mov     dword [esi + 0x380], 1
        sti
.send:  mov     dword [esi + 0x300], 0x40022    ; to itself
        mov     dword [esi + 0xB0], 0
        jmp     .send
`),
  'software interrupts': protectedMode(
    'main:   mov dword [system_call], .back\n.again: int 0x80\n        jmp .again\n.back:  iretd',
  ),
  'exceptions of all kinds': protectedMode(`
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
`),
  'absurd descriptor tables': protectedMode(`
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
${random}`),
  'absurd page tables': protectedMode(`
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
${random}`),
  'random code': protectedMode(randomCode),
  'random code in real mode': fromRom(`
main:   mov     eax, [cs:seed]
        mov     bx, 0
        mov     cx, 0x4000
        mov     dx, 0x2000
        mov     es, dx
.fill:  imul    eax, eax, 1664525
        add     eax, 1013904223
        mov     [es:bx], eax
        add     bx, 4
        loop    .fill
        mov     [cs:seed], eax
        jmp     0x2000:0
seed:   dd      0x12345678
`),
  'the same code by ever other segments': fromRom(`
main:   mov     bx, 0x1000
        mov     al, 0xCB                ; RETF
        cld
.fill:  mov     es, bx
        xor     di, di
        mov     cx, 0x1000
        rep stosb
        add     bx, 0x100
        cmp     bx, 0x9000
        jb      .fill
.round: mov     bx, 0x1000
.next:  mov     [.pointer + 2], bx
        call    far [.pointer]
        inc     bx
        cmp     bx, 0x8000
        jb      .next
        add     word [.pointer], 0x1000
        jmp     .round
.pointer:
        dw      0, 0
`),
  'halts for good': protectedMode('main:   cli\n        hlt'),
  'deep recursion': protectedMode(`
main:   mov     esp, 0x3F00000
        mov     ecx, 1000000
        call    down
        jmp     main
down:   dec     ecx
        jz      .end
        call    down
.end:   ret
`),
  'a tree of calls': protectedMode(`
main:   mov     ecx, 60
        call    tree
        jmp     main
tree:   test    ecx, ecx
        jz      .end
        dec     ecx
        call    tree
        call    tree
        inc     ecx
.end:   ret
`),
  'jumps to nowhere': protectedMode('main:   mov eax, 0xE0000000\n        jmp eax'),
  'a run of zeroes in real mode': fromRom('main:   jmp     0x1000:0'),
  'a string instruction without end': protectedMode(`
main:   mov     eax, 0x90909090
        call    fill_everywhere
.again: mov     edi, ENDLESS
        mov     esi, ENDLESS + 3
        mov     ecx, 0xF0000000
        rep movsb
        jmp     .again
${endlessMemory}`),
  'interrupts in VM86 mode': protectedMode(`
main:   mov     dword [hook], main
        mov     dword [log_end], LOG
        mov     esp, KERNEL_STACK
        call    random
        mov     edi, FREE
        stosd
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
${random}`),
  'exceptions of x87 and SSE': protectedMode(`
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
`),
  'a stack in the ROM': fromRom(`
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
`),
  'a stack in the local APIC': protectedMode(
    'main:   mov esp, 0xFEE00800\n.again: push eax\n        pop eax\n        call .again',
  ),
  'resets by the keyboard controller': fromRom(
    'main:   mov     al, 0xFE\n        out     0x64, al\n        jmp     main',
  ),
  'opens and shuts the A20 gate': fromRom(
    'main:   in      al, 0x92\n        xor     al, 2\n        and     al, 0xFE\n        out     0x92, al\n        jmp     main',
  ),
  'loads CR3 again and again': protectedMode(`
main:   call    paging_start
.again: mov     eax, cr3
        mov     cr3, eax
        mov     ebx, [FREE]
        jmp     .again
`),
  'switches tasks to and fro': protectedMode(`
main:   mov     word [gdt + 0x28], 0x67
        mov     esp, KERNEL_STACK
        mov     dword [log_end], LOG
        mov     dword [resume], main
        jmp     TASK:0
`),
  'DMA onto the code that runs': protectedMode(`
main:   mov     al, 0x58                ; channel 0: autoinitialized, from the device into memory
        out     0x0B, al
        xor     al, al
        out     0x0C, al
        out     0x00, al
        mov     al, 0x10
        out     0x00, al
        mov     al, 1
        out     0x87, al
        mov     al, 0xFF
        out     0x01, al
        out     0x01, al
        mov     al, 4
        out     0x09, al
        jmp     main
`),
  'output without end': protectedMode(`
main:   mov     dx, 0x3F8
.again: mov     al, 'x'
        out     dx, al
        jmp     .again
`),
};
