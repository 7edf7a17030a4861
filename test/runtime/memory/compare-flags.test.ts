import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';

/** CF, PF, AF, ZF, SF, OF. */
const ARITHMETIC = 0x8d5;
const TRAP = 0x100;
const [CF, PF, AF, ZF, SF] = [1, 4, 0x10, 0x40, 0x80];

/** The exceptions with the state that each interrupted: vector, arithmetic flags that were pushed, elements that are left. */
const interrupted = (guest: Parameters<typeof exceptionLog>[0]) =>
  exceptionLog(guest).map(({ vector, eflags, ecx }) => [vector, eflags & ARITHMETIC, ecx]);

describe('flags of REPE and REPNE with CMPS and SCAS change with the last element', () => {
  onEveryEngine(
    'a fault in the middle pushes those from before the instruction; those of the end come when it goes on',
    kernel(`
P equ 0x200000
main:   call    paging_start
        mov     dword [PAGE_TABLE + 0x201 * 4], 0
        invlpg  [P + 0x1000]
        mov     dword [hook], .mend
        ; Two elements of each are in front of the page that is absent, and two in it.
        mov     ecx, 4
        mov     edi, P + 0x1000 - 8
        xor     eax, eax
        stc
        repe    scasd
        pushfd
        pop     ebx
        mov     dword [PAGE_TABLE + 0x201 * 4], 0
        invlpg  [P + 0x1000]
        mov     ecx, 4
        mov     esi, P + 0x1000 - 2
        mov     edi, P
        mov     eax, 0x80
        cmp     al, 1
        repe    cmpsb
        pushfd
        pop     eax
        and     eax, ${ARITHMETIC}
        shl     eax, 16
        and     ebx, ${ARITHMETIC}
        or      eax, ebx
        jmp     exit
.mend:  mov     dword [PAGE_TABLE + 0x201 * 4], 0x201007
        invlpg  [P + 0x1000]
        ret
`),
    (guest) => {
      expect(interrupted(guest)).toEqual([
        [14, PF | ZF | CF, 2],
        // 80h - 1: overflow, and a half borrow.
        [14, 0x800 | AF, 2],
      ]);
    },
  );

  onEveryEngine(
    'so do single steps, which come after each element',
    kernel(`
P equ 0x200000
main:   mov     dword [hook], .end
        mov     byte [P], 1
        mov     byte [P + 1], 2
        mov     byte [P + 2], 3
        mov     ecx, 5
        mov     edi, P
        mov     eax, 3
        mov     ebx, 1
        push    ${TRAP | SF | CF | 2}
        popfd
        repne   scasb
        nop
        jmp     exit
.end:   mov     eax, [ebp + 40]
        cmp     byte [eax], 0x90
        jne     .on
        and     dword [ebp + 48], ~${TRAP}
.on:    ret
`),
    (guest) => {
      expect(interrupted(guest)).toEqual([
        [1, SF | CF, 4],
        [1, SF | CF, 3],
        [1, PF | ZF, 2],
      ]);
    },
  );
});
