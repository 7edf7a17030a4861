import { expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { kernel, Layout } from '../../support/guest-kernel.ts';

/** As a double it is a NaN that V8 keeps for itself: where it meets one it makes it another one. */
const RESERVED = 0xfff6ffff | 0;

onEveryEngine(
  'a register that is moved to itself, often enough to be compiled, keeps the bits of its NaNs',
  kernel(`
main:   mov     eax, cr4
        or      eax, 200h
        mov     cr4, eax
        mov     eax, ${RESERVED >>> 0}
        movd    xmm1, eax
        pshufd  xmm1, xmm1, 0
        mov     ecx, 300000
.again: movapd  xmm1, xmm1
        movsd   xmm1, xmm1
        dec     ecx
        jnz     .again
        movups  [FREE], xmm1
        mov     eax, 1
        jmp     exit
`),
  (guest) => {
    const words = [0, 1, 2, 3].map((n) => guest.word(Layout.free + 4 * n) | 0);
    expect(words).toEqual([RESERVED, RESERVED, RESERVED, RESERVED]);
  },
);
