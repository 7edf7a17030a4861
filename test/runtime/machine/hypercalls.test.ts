import { expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** Calls the page that Hyper-V has put its code into, a hundred times, so that it is translated; counts what went wrong. */
const program = kernel(`
PAGE    equ     0x200000
main:   mov     ecx, 0x40000000
        mov     eax, 1
        xor     edx, edx
        wrmsr
        inc     ecx
        mov     eax, PAGE | 1
        wrmsr
        mov     edi, 100
        xor     ebp, ebp
.next:  mov     ecx, 0x12345678
        mov     eax, 8
        xor     edx, edx
        mov     ebx, PAGE
        call    ebx
        or      eax, edx
        jnz     .wrong
        cmp     ecx, 0x12345678
        jne     .wrong
        mov     eax, 0x5c
        mov     edx, 3
        call    ebx
        cmp     eax, 2
        jne     .wrong
        test    edx, edx
        jz      .right
.wrong: inc     ebp
.right: dec     edi
        jnz     .next
        mov     eax, ebp
        add     eax, 1
        jmp     exit
`);

onEveryEngine(
  'hypercalls have their results, and change no other register',
  program,
  (_guest, value) => {
    expect(value).toBe(1);
  },
  { cpu: 'max,hv-relaxed' },
);
