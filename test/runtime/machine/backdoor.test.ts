import { expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** Asks a hundred times, by reads and by writes, so that the code is translated; the sum of what went wrong. */
const program = kernel(`
main:   mov     edi, 100
        xor     ebp, ebp
.next:  mov     eax, 0x564D5868
        xor     ebx, ebx
        mov     ecx, 10
        mov     dx, 0x5658
        in      eax, dx
        cmp     eax, 6
        jne     .wrong
        cmp     ebx, 0x564D5868
        jne     .wrong
        mov     eax, 0x564D5868
        mov     ecx, 20
        out     dx, eax
        cmp     ebx, 0x1177
        jne     .wrong
        shr     eax, 20
        jz      .wrong
        jmp     .right
.wrong: inc     ebp
.right: dec     edi
        jnz     .next
        mov     eax, ebp
        add     eax, 1
        jmp     exit
`);

onEveryEngine('registers have the answers', program, (_guest, value) => {
  expect(value).toBe(1);
});
