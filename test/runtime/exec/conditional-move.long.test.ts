import { expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { kernel, Layout } from '../../support/guest-kernel.ts';

/** IE and SF of the x87 status word (Intel SDM vol. 1, 8.1.3). */
const STACK_FAULT = 0x41;

onEveryEngine(
  'a conditional x87 move that is the first instruction of its block on the x87 sees that a register is empty',
  kernel(`
main:   mov     ebx, 400
.warm:  fninit
        fld1
        fldz
        call    .move
        dec     ebx
        jnz     .warm
        fninit
        call    .move
        fnstsw  [FREE]
        fnstenv [FREE + 16]
        mov     eax, 1
        jmp     exit
.move:  inc     edi
        jz      .other
        fcmove  st0, st1
.other: lea     ecx, [ebx + 1]
        ret
`),
  (guest) => {
    const status = guest.word(Layout.free) & 0xff;
    expect(status).toBe(STACK_FAULT);
    // R0 has got the indefinite, R1 is empty still.
    expect(guest.word(Layout.free + 24) & 0xf).toBe(0b1110);
  },
);
