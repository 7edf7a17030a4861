import { describe } from 'vitest';
import { expectRealModeValue as expectValue } from '../../support/guest-real-mode.ts';

describe('the way to protected mode and back', () => {
  expectValue(
    'again and again, with loops on each side',
    50 * (100 + 20),
    `
main:   cli
        xor     ebx, ebx
        mov     ebp, 50
.again: mov     ecx, 20
.count: inc     ebx
        loop    .count
        lgdt    [gdt_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 0x08:protected
back:   mov     eax, cr0
        and     al, 0xFE
        mov     cr0, eax
        jmp     0:.real
.real:  xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        dec     ebp
        jnz     main.again
        mov     eax, ebx
        jmp     exit
        bits 32
protected:
        mov     eax, 0x10
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     esp, 0x7000
        mov     ecx, 100
.count: call    .function
        loop    .count
        jmp     0x18:.sixteen
.function:
        inc     ebx
        ret
        bits 16
.sixteen:
        mov     ax, 0x20
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        jmp     back
        align   8
gdt:    dq      0, 0x00CF9A000000FFFF, 0x00CF92000000FFFF, 0x00009A000000FFFF, 0x000092000000FFFF
gdt_register:
        dw      39
        dd      gdt
`,
  );

  expectValue(
    'far calls between 16-bit and 32-bit code segments of protected mode',
    400 * 0x11,
    `
main:   cli
        lgdt    [gdt_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 0x08:protected
        bits 32
protected:
        mov     eax, 0x10
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     esp, 0x7000
        xor     ebx, ebx
        mov     ecx, 400
.next:  call    0x18:sixteen
        cmp     esp, 0x7000
        jne     .wrong
        loop    .next
        mov     eax, ebx
        mov     edx, 0xF4
        out     dx, eax
.wrong: mov     eax, 1
        mov     edx, 0xF4
        out     dx, eax
thirty_two:
        add     ebx, 0x10
        o16 retf
        bits 16
sixteen:
        add     bx, 1
        call    0x08:thirty_two
        o32 retf
        align   8
gdt:    dq      0, 0x00CF9A000000FFFF, 0x00CF92000000FFFF, 0x00009A000000FFFF
gdt_register:
        dw      31
        dd      gdt
`,
  );
});
