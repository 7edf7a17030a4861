import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const ROUNDS = 2000;
const SPACES = 6;
const FRAMES = 4;
/** Where in a frame what is called begins. */
const START = 16;
/** The place in the frame after it, as a distance from the first one. */
const NEXT = 0x1800;

/**
 * A frame of code that calls, jumps and falls into whatever frame is mapped after it: directly, indirectly, and by an instruction in both pages
 * (MOV ECX, with both numbers). EAX sums up where all that was, as distances from ESI, and which frames they were.
 */
const frame = (n: number) => `
        align   4096
frame_${n}:
        db      ${n}, 0, 0              ; the end of MOV ECX in the frame before
        add     eax, ecx
        ret
        align   ${START}
.start: call    .here
.here:  pop     eax
        sub     eax, esi
        add     eax, ${n << 16}
        call    frame_${n} + ${NEXT}
        add     eax, edx
        lea     edx, [esi + ${NEXT}]
        call    edx
        add     eax, edx
        call    frame_${n} + 0xFFE
        cmp     edi, 1
        je      .odd
        ret
.odd:   lea     edx, [esi + .end - frame_${n}]
        jmp     edx
.end:   ret
        times   ${NEXT - 0x1000} - ($ - frame_${n}) db 0x90
.next:  call    .inside
.inside:
        pop     edx
        sub     edx, esi
        add     edx, ${n << 24}
        ret
        times   0xFFE - ($ - frame_${n}) db 0x90
        db      0xB9, ${n}              ; MOV ECX
`;

/**
 * In each round a space and one of sixteen places in it by chance, where two frames by chance are mapped, or those that were. What is called
 * there must give what the frames' numbers tell; in half of the rounds nothing is mapped there afterwards. A timer interrupts all that.
 */
const program = (seed: number) =>
  kernel(`
main:   call    paging_start
        mov     edi, FREE
        mov     ecx, ${SPACES}
.space: mov     dword [edi], PAGE_TABLE + PAGE_RWU
        lea     eax, [edi + 0x1000 + PAGE_RWU]
        mov     [edi + 4], eax
        add     edi, 0x2000
        loop    .space
        mov     ax, 400
        call    timer_start
        sti
.round: call    choose_place
        call    choose_frames
        call    expect_sum
        call    random
        and     eax, 31
        mov     [calls], eax
.again: mov     edi, [calls]
        and     edi, 1
        lea     eax, [esi + ${START}]
        call    eax
        cmp     eax, ebx
        jne     .wrong
        dec     dword [calls]
        jns     .again
        call    random
        test    eax, 1
        jz      .kept
        mov     dword [ebp], 0
        mov     dword [ebp + 4], 0
        invlpg  [esi]
        invlpg  [esi + 0x1000]
.kept:  dec     dword [left]
        jnz     .round
.wrong: mov     eax, [left]
        jmp     exit

; EDI: a space, which is the current one then. ESI: a place. EBP: its entry, with that of the page after it.
choose_place:
        call    random
        xor     edx, edx
        mov     ecx, ${SPACES}
        div     ecx
        mov     edi, edx
        shl     edi, 13
        add     edi, FREE
        mov     eax, cr3
        cmp     eax, edi
        je      .in
        mov     cr3, edi
.in:    call    random
        and     eax, 15
        mov     esi, eax
        shl     esi, 12
        add     esi, 0x400000
        lea     ebp, [edi + eax * 4 + 0x1000]
        ret

; Three times of four what is there stays, if both pages are mapped.
choose_frames:
        call    random
        test    eax, 3
        jz      .new
        mov     eax, [ebp]
        and     eax, [ebp + 4]
        test    eax, 1
        jnz     .done
.new:   call    random_frame
        mov     [ebp], eax
        call    random_frame
        mov     [ebp + 4], eax
        invlpg  [esi]
        invlpg  [esi + 0x1000]
.done:  ret

; EAX: an entry that maps one of the frames.
random_frame:
        call    random
        and     eax, ${FRAMES - 1}
        shl     eax, 12
        add     eax, frame_0 + PAGE_RWU
        ret

; EBX: what the two frames give, with twice what the second one adds.
expect_sum:
        mov     ecx, [ebp]
        sub     ecx, frame_0
        shr     ecx, 12
        mov     edx, [ebp + 4]
        sub     edx, frame_0
        shr     edx, 12
        mov     ebx, edx
        shl     ebx, 25
        lea     ebx, [ebx + ecx + ${START + 5 + 2 * (NEXT + 5)}]
        shl     ecx, 16
        add     ebx, ecx
        shl     edx, 8
        add     ebx, edx
        ret

random: mov     eax, [seed]
        imul    eax, eax, 1103515245
        add     eax, 12345
        mov     [seed], eax
        shr     eax, 12
        ret
seed:   dd      ${seed}
left:   dd      ${ROUNDS}
calls:  dd      0
${Array.from({ length: FRAMES }, (_, n) => frame(n)).join('')}
        align   4096
`);

describe('frames that are mapped by chance, in several address spaces', () => {
  onEveryEngine('lead to what is mapped after them', program(1), (guest, value) => {
    expect(value).toBe(0);
    expect(guest.core.engine.graph.cache.size.moves).toBeGreaterThan(50);
  });
});
