import { endlessMemory } from '../../support/endless-guests.ts';
import { fromRom, protectedMode, type WildGuest } from './images.ts';
import { random } from './random.ts';

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

/** Guests with code as no system has it. */
export const codeGuests: Readonly<Record<string, WildGuest>> = {
  'changes each instruction before it runs': protectedMode(
    'invalidation.store',
    `
main:   inc     dword [.code + 1]
.code:  mov     eax, 0
        inc     byte [.other + 2]
.other: add     eax, byte 1
        jmp     main
`,
  ),
  'writes functions and calls each once': protectedMode(
    'code.decoded',
    `
main:   mov     edi, FREE
.next:  mov     byte [edi], 0xB8        ; MOV EAX, imm32; RET
        mov     [edi + 1], edi
        mov     byte [edi + 5], 0xC3
        call    edi
        add     edi, 16
        cmp     edi, 0x3F00000
        jb      .next
        jmp     main
`,
  ),
  'writes functions and calls each often': protectedMode(
    'code.decoded',
    `
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
`,
  ),
  'the same code by ever other segments': fromRom(
    'code.decoded',
    `
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
`,
  ),
  'random code': protectedMode('dispatcher.faults', randomCode),
  'random code in real mode': {
    ...fromRom(
      'invalidation.reset',
      `
IO_APIC equ 0xFEC00000
SEED    equ 0x500                       ; not where the ROM copies this text after a reset
main:   lgdt    [.table]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     bx, 8
        mov     ds, bx
        and     al, 0xFE
        mov     cr0, eax
        xor     bx, bx                  ; DS has no limit now
        mov     ds, bx
        lidt    [.nothing]              ; interrupts and exceptions shut the processor down: the board resets it
        mov     al, 0x34                ; the timer comes 73 times a second,
        out     0x43, al
        mov     al, 0
        out     0x40, al
        mov     al, 0x40
        out     0x40, al
        mov     dx, 0x70                ; the clock 128 times
        mov     ax, 0x290A
        out     dx, ax
        mov     al, 0x0C
        out     dx, al
        in      al, 0x71
        mov     ax, 0x420B
        out     dx, ax
        mov     al, 0x7F
        out     dx, al
        mov     esi, IO_APIC            ; as NMIs: they end endless loops and halts. If random code stops one there is the other
        mov     dword [esi], 0x10 + 2 * 2
        mov     dword [esi + 0x10], 0x400
        mov     dword [esi], 0x10 + 2 * 8
        mov     dword [esi + 0x10], 0x400
        mov     eax, [SEED]
        mov     bx, 0x2000
        mov     es, bx
        xor     di, di
        mov     cx, 0x100
        cld
.fill:  imul    eax, eax, 1664525
        add     eax, 1013904223
        ror     eax, 16
        stosd
        loop    .fill
        mov     [SEED], eax
        mov     dx, 0x80                ; what comes shouldn't find the clock, nor the I/O APIC
        xor     esi, esi
        jmp     0x2000:0
        align   8
.gdt:   dq      0, 0x00CF93000000FFFF
.table: dw      15
        dd      .gdt
.nothing:
        dw      0
        dd      0
`,
    ),
    mayLoop: true,
  },
  'deep recursion': protectedMode(
    'dispatcher.entries',
    `
main:   mov     esp, 0x3F00000
        mov     ecx, 1000000
        call    down
        jmp     main
down:   dec     ecx
        jz      .end
        call    down
.end:   ret
`,
  ),
  'a tree of calls': protectedMode(
    'dispatcher.entries',
    `
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
`,
  ),
  'jumps to nowhere': protectedMode(
    'dispatcher.faults',
    `
main:   mov     dword [log_end], LOG
        mov     dword [resume], main
        mov     eax, 0xE0000000
        jmp     eax
`,
  ),
  'a run of zeroes in real mode': fromRom('dispatcher.entries', 'main:   jmp     0x1000:0'),
  'a string instruction without end': protectedMode(
    'dispatcher.entries',
    `
main:   mov     eax, 0x90909090
        call    fill_everywhere
.again: mov     edi, ENDLESS
        mov     esi, ENDLESS + 3
        mov     ecx, 0xF0000000
        rep movsb
        jmp     .again
${endlessMemory}`,
  ),
  'walks through all addresses': protectedMode(
    'memory.walks',
    `
main:   mov     eax, [esi]
        lea     edi, [esi + 0x1000000]
        cmp     edi, FREE               ; not onto the code and its tables
        jb      .next
        mov     [edi], eax
.next:  add     esi, 4096
        jmp     main
`,
  ),
};
