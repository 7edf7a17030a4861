import { expect } from 'vitest';
import { helperNumber } from '../../../translator/abi/helpers.ts';
import { endValue, type Guest, onEveryEngineBy } from '../../support/guest.ts';
import { kernel, pageEntry } from '../../support/guest-kernel.ts';
import { realMode } from '../../support/guest-real-mode.ts';

const ROUNDS = 400;
const trapsOf = (guest: Guest) => guest.core.engine.trapCounts[helperNumber('enterFrame')]!;

/** Adds BP and SP after ENTER, and what it has stored, to EBX. */
const frames = (end: string) => `
        mov     ecx, ${ROUNDS}
.again: enter   16, 0
        mov     word [bp - 16], 7
        add     bx, [bp - 16]
        add     bx, sp
        leave
        enter   0, 32
        add     bx, bp
        sub     bx, sp
        leave
        dec     ecx
        jnz     .again
        ${end}`;
const sum = (stack: number) => (ROUNDS * (7 + stack - 18)) & 0xffff;

onEveryEngineBy(
  'ENTER makes no traps, and wraps with the stack pointer',
  realMode(`
main:   xor     ebx, ebx
        mov     sp, 0x7000
        call    .frames
        mov     esi, ebx
        xor     ebx, ebx
        mov     sp, 8
        push    word .second
        jmp     .frames
.second:
        shl     ebx, 16
        add     ebx, esi
        mov     eax, ebx
        and     eax, 0x7FFFFFFF
        jmp     exit
.frames:${frames('ret')}
`),
  (guest) => {
    const second = sum(6);
    expect(endValue(guest)).toBe(((second << 16) | sum(0x6ffe)) & 0x7fffffff);
    expect(trapsOf(guest)).toBeLessThan(ROUNDS / 4);
  },
);

onEveryEngineBy(
  'ENTER stores the frame pointer even where the end of its frame faults, and changes no register then',
  kernel(`
main:   call    paging_start
        mov     dword ${pageEntry(0x100000)}, 0
        invlpg  [FREE]
        xor     ebx, ebx
        mov     edi, ${ROUNDS}
        mov     dword [resume], .faulted
        mov     esp, KERNEL_STACK
        push    dword USER_DATA
        push    dword USER_STACK
        push    dword 0x3002
        push    dword USER_CODE
        push    dword .again
        mov     eax, USER_DATA
        mov     ds, eax
        mov     es, eax
        iretd
.again: mov     dword [FREE + 0x1004], 0
        mov     ebp, edi
        mov     esp, FREE + 0x1008
        enter   0x10, 0
        jmp     .wrong
.faulted:
        cmp     esp, FREE + 0x1008
        jne     .wrong
        cmp     ebp, edi
        jne     .wrong
        add     ebx, [FREE + 0x1004]
        dec     edi
        jnz     .again
        mov     eax, ebx
        jmp     exit
.wrong: mov     eax, 1
        jmp     exit
`),
  (guest) => expect(endValue(guest)).toBe((ROUNDS * (ROUNDS + 1)) / 2),
);

onEveryEngineBy(
  'ENTER with an operand of 32 bits takes all of ESP for the frame pointer, though the stack is one of 16 bits',
  realMode(`
main:   mov     ecx, ${ROUNDS}
        mov     esp, 0x12347000
.again: mov     ebp, 0x55667788
        o32 enter 16, 0
        cmp     ebp, 0x12346FFC
        jne     wrong
        cmp     esp, 0x12346FEC
        jne     wrong
        cmp     dword [bp], 0x55667788
        jne     wrong
        add     esp, 0x14
        dec     ecx
        jnz     .again
        mov     eax, 42
        jmp     exit
`),
  (guest) => expect(endValue(guest)).toBe(42),
);
