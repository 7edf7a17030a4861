import { describe } from 'vitest';
import { expectRealModeValue as expectValue } from '../../support/guest-real-mode.ts';

describe('real mode', () => {
  expectValue(
    'interrupts by the vector table: IF and TF off in the handler, as they were once it returns',
    400 * 401,
    `
main:   mov     bx, 0x60 * 4
        mov     ax, handler
        call    set_vector
        xor     ebx, ebx
        mov     ecx, 400
        sti
.next:  mov     eax, ecx
        int     0x60
.back:  add     ebx, eax
        pushf
        pop     dx
        test    dx, 0x200
        jz      wrong
        dec     ecx
        jnz     .next
        mov     eax, ebx
        jmp     exit
handler:
        pushf
        pop     dx
        test    dx, 0x300
        jnz     wrong
        mov     bp, sp
        cmp     word [bp], main.back
        jne     wrong
        cmp     word [bp + 2], 0
        jne     wrong
        add     eax, eax
        iret
`,
  );

  expectValue(
    'the timer interrupts a loop',
    5,
    `
main:   mov     bx, 8 * 4
        mov     ax, tick
        call    set_vector
        mov     al, 0x11
        out     0x20, al
        mov     al, 8
        out     0x21, al
        mov     al, 4
        out     0x21, al
        mov     al, 1
        out     0x21, al
        mov     al, 0xFE
        out     0x21, al
        mov     al, 0x34
        out     0x43, al
        mov     al, 0x00
        out     0x40, al
        mov     al, 0x08
        out     0x40, al
        xor     edi, edi
        sti
.next:  inc     cx
        add     dx, cx
        cmp     edi, 5
        jb      .next
        cli
        mov     eax, 5
        jmp     exit
tick:   inc     edi
        push    ax
        mov     al, 0x20
        out     0x20, al
        pop     ax
        iret
`,
  );

  expectValue(
    'far calls, far jumps and far returns between segments',
    400 * 7,
    `
main:   mov     ax, 0x2000
        mov     es, ax
        mov     si, far_code
        mov     di, 0x123
        mov     cx, far_end - far_code
        rep movsb
        xor     ebx, ebx
        mov     cx, 400
.next:  call    0x2000:0x123
        call    far [.pointer]
        mov     dx, cs
        test    dx, dx
        jnz     wrong
        loop    .next
        mov     eax, ebx
        jmp     exit
.pointer:
        dw      0x13, 0x2011
; Runs at 2000:0123 and at 2011:0013, which is the same place.
far_code:
        mov     ax, cs
        add     ebx, 3
        cmp     ax, 0x2000
        je      .first
        inc     ebx
.first: jmp     0x2005:0x123 - 0x50 + .last - far_code
.last:  retf
far_end:
`,
  );

  expectValue(
    'the same code in two segments whose bases differ by less than a page',
    400 * (0x200 + 0x1f0),
    `
; The function returns its own address, by a near call within its segment.
main:   mov     ax, 0x3000
        mov     es, ax
        mov     si, function
        mov     di, 0x200
        mov     cx, function_end - function
        rep movsb
        xor     ebx, ebx
        mov     cx, 400
.next:  call    0x3000:0x200
        add     ebx, eax
        call    0x3001:0x1F0
        add     ebx, eax
        loop    .next
        mov     eax, ebx
        jmp     exit
function:
        call    .here
.here:  pop     ax
        movzx   eax, ax
        sub     eax, .here - function
        retf
function_end:
`,
  );

  expectValue(
    'code is changed through another segment',
    (400 * 401) / 2,
    `
main:   mov     ax, patch
        shr     ax, 4
        mov     ds, ax
        xor     ebx, ebx
        mov     ecx, 400
.next:  mov     [(patch & 15) + 2], ecx
        jmp     patch
patch:  mov     eax, 0
        add     ebx, eax
        dec     ecx
        jnz     main.next
        mov     eax, ebx
        jmp     exit
`,
  );
});

describe('segments of 64 KB', () => {
  expectValue(
    'an access beyond the end is a fault, with nothing changed: 13, for the stack 12',
    3,
    `
main:   mov     bx, 13 * 4
        mov     ax, protection
        call    set_vector
        mov     bx, 12 * 4
        mov     ax, stack_fault
        call    set_vector
        xor     edi, edi
        mov     word [resume], .one
        mov     ax, 0x1234
        mov     [0xFFFE], ax
        mov     bx, 0x1111
        mov     bx, [0xFFFF]
        jmp     wrong
.one:   cmp     bx, 0x1111
        jne     wrong
        mov     word [resume], .two
        mov     eax, [0xFFFD]
        jmp     wrong
.two:   cmp     word [0xFFFE], 0x1234
        jne     wrong
        mov     word [resume], .three
        mov     bp, 0xFFFF
        mov     ax, [bp]
        jmp     wrong
.three: mov     bl, [0xFFFF]
        cmp     bl, 0x12
        jne     wrong
        mov     eax, edi
        jmp     exit
protection:
stack_fault:
        inc     edi
        mov     bp, sp
        mov     ax, [resume]
        mov     [bp], ax
        iret
resume: dw      0
`,
  );

  expectValue(
    'the stack pointer and index registers wrap',
    0x30,
    `
main:   mov     ax, 0x3000
        mov     ss, ax
        mov     sp, 2
        push    word 0x1111
        push    word 0x2222
        cmp     sp, 0xFFFE
        jne     wrong
        pop     ax
        pop     bx
        cmp     ax, 0x2222
        jne     wrong
        cmp     bx, 0x1111
        jne     wrong
        mov     ax, 0x4000
        mov     es, ax
        mov     ds, ax
        mov     di, 0xFFE0
        mov     cx, 0x40
        mov     ax, 1
.fill:  stosb
        inc     ax
        loop    .fill
        cmp     di, 0x20
        jne     wrong
        mov     edi, 0x12348000
        mov     esi, 0x1234FFF0
        mov     ecx, 0x56780020
        rep movsb
        cmp     edi, 0x12348020
        jne     wrong
        cmp     esi, 0x12340010
        jne     wrong
        cmp     ecx, 0x56780000
        jne     wrong
        movzx   eax, byte [0x801F]
        jmp     exit
`,
  );

  expectValue(
    'are 4 GB where protected mode left it so ("unreal mode")',
    (400 * 401) / 2,
    `
main:   cli
        lgdt    [gdt_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     .protected
.protected:
        mov     bx, 8
        mov     fs, bx
        and     al, 0xFE
        mov     cr0, eax
        jmp     .real
.real:  xor     bx, bx
        mov     fs, bx
        mov     edi, 0x200000
        mov     ecx, 400
.store: mov     [fs:edi + ecx * 4], ecx
        dec     ecx
        jnz     .store
        xor     eax, eax
        mov     ecx, 400
.sum:   add     eax, [fs:edi + ecx * 4]
        dec     ecx
        jnz     .sum
        jmp     exit
        align   8
gdt:    dq      0, 0x00CF92000000FFFF
gdt_register:
        dw      15
        dd      gdt
`,
  );
});
