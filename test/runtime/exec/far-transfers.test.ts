import { expect } from 'vitest';
import { endValue, onEveryEngineBy } from '../../support/guest.ts';
import { realMode } from '../../support/guest-real-mode.ts';

const ROUNDS = 20_000;

onEveryEngineBy(
  'far calls, INT and their returns go on without the dispatcher, if the segments have no page in common',
  realMode(`
main:   mov     bx, 0x60 * 4
        mov     ax, service
        call    set_vector
        xor     ebx, ebx
        mov     ecx, ${ROUNDS}
.again: call    0x0800:far_function - 0x8000
        int     0x60
        dec     ecx
        jnz     .again
        mov     eax, ebx
        jmp     exit
service:
        add     ebx, 4
        iret
; In a page of its own: where two segments share one, each way from one to the other is the dispatcher's.
        align   0x1000
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
