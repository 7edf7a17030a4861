import { expect } from 'vitest';
import { endValue, onEveryEngineBy } from '../../support/guest.ts';
import { realMode } from '../../support/guest-real-mode.ts';

const ROUNDS = 20_000;

onEveryEngineBy(
  'far calls, INT and their returns go on without the dispatcher',
  realMode(`
main:   mov     bx, 0x60 * 4
        mov     ax, service
        call    set_vector
        xor     ebx, ebx
        mov     ecx, ${ROUNDS}
.again: call    0x07C0:far_function - 0x7C00
        int     0x60
        dec     ecx
        jnz     .again
        mov     eax, ebx
        jmp     exit
service:
        add     ebx, 4
        iret
far_function:
        add     ebx, 3
        retf
`),
  (guest) => {
    expect(endValue(guest)).toBe(ROUNDS * 7);
    expect(guest.core.engine.dispatcher.metrics.entries).toBeLessThan(ROUNDS / 10);
  },
);

onEveryEngineBy(
  'a return in another segment to the offset that a nested call waits for is none to that call',
  realMode(`
main:   xor     ebx, ebx
        mov     ecx, ${ROUNDS}
.again: call    near_function
.back:  add     ebx, 1
        dec     ecx
        jnz     .again
        mov     eax, ebx
        jmp     exit
near_function:
        push    cs
        push    word .far_back
        push    word main.back
        jmp     0x0010:near_return - 0x100
.far_back:
        add     ebx, 2
        ret
near_return:
        ret
        times   main.back + 0x100 - $ nop
        add     ebx, 4
        retf
`),
  (guest) => expect(endValue(guest)).toBe(ROUNDS * 7),
);

onEveryEngineBy(
  'far calls nest, through segments that have a page in common, and through calls that are near but return far',
  realMode(`
main:   xor     ebx, ebx
        mov     cx, ${ROUNDS / 100}
.again: mov     ax, 12
        call    0x07C0:fibonacci - 0x7C00
        loop    .again
        mov     eax, ebx
        jmp     exit
; Adds the number of Fibonacci with the index AX + 1 to EBX, in the segments 7C0h, 7B0h and 7AFh.
fibonacci:
        cmp     ax, 2
        jb      .leaf
        push    ax
        dec     ax
        call    0x07B0:fibonacci - 0x7B00
        pop     ax
        sub     ax, 2
        push    cs
        call    .near
        retf
.near:  call    0x07AF:fibonacci - 0x7AF0
        retf
.leaf:  inc     ebx
        retf
`),
  (guest) => {
    expect(endValue(guest)).toBe((ROUNDS / 100) * 233);
    expect(guest.core.engine.dispatcher.metrics.entries).toBeLessThan(ROUNDS / 10);
  },
);

onEveryEngineBy(
  'a far jump to the offset of code nearby is none to that code',
  realMode(`
main:   xor     ebx, ebx
        mov     ecx, ${ROUNDS}
.again: test    cl, 1
        jz      .even
        jmp     0x0010:.odd
.odd:   add     ebx, 1
.even:  dec     ecx
        jnz     .again
        mov     eax, ebx
        jmp     exit
        times   .odd + 0x100 - $ nop
        add     ebx, 3
        jmp     0x0000:.even
`),
  (guest) => expect(endValue(guest)).toBe((ROUNDS / 2) * 3),
);

onEveryEngineBy(
  'INT of real mode pushes FLAGS and clears IF; its handler may change them, return far, or elsewhere',
  realMode(`
main:   mov     bx, 0x60 * 4
        mov     ax, by_flags
        call    set_vector
        mov     bx, 0x61 * 4
        mov     ax, by_far_return
        call    set_vector
        mov     bx, 0x62 * 4
        mov     ax, elsewhere
        call    set_vector
        xor     ebx, ebx
        mov     ecx, ${ROUNDS}
.again: std
        stc
        int     0x60
        jc      wrong
        pushf
        pop     ax
        test    ax, 0x400
        jz      wrong
        cld
        int     0x61
        jnc     wrong
        int     0x62
        jmp     wrong
back:   dec     ecx
        jnz     main.again
        mov     eax, ebx
        jmp     exit
by_flags:
        pushf
        pop     ax
        test    ax, 0x200
        jnz     wrong
        mov     bp, sp
        test    word [bp + 4], 0x401
        jz      wrong
        and     word [bp + 4], ~1
        add     ebx, 1
        iret
by_far_return:
        add     ebx, 2
        stc
        retf    2
elsewhere:
        add     ebx, 4
        mov     bp, sp
        mov     word [bp], back
        iret
`),
  (guest) => {
    expect(endValue(guest)).toBe(ROUNDS * 7);
    expect(guest.core.engine.dispatcher.metrics.entries).toBeLessThan(ROUNDS / 10);
  },
);
