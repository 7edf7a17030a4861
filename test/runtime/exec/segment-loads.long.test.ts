import { expect } from 'vitest';
import { type HelperName, helperNumber } from '../../../translator/abi/helpers.ts';
import { endValue, type Guest, onEveryEngineBy } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { realMode } from '../../support/guest-real-mode.ts';

const ROUNDS = 1000;

const loads: readonly HelperName[] = ['moveToSegment', 'popSegment', 'loadPointer'];

function trapsOf(guest: Guest): number {
  return loads.reduce((sum, name) => sum + guest.core.engine.trapCounts[helperNumber(name)]!, 0);
}

onEveryEngineBy(
  'real mode loads segments without traps: by selector 0, from the stack, by far pointers',
  realMode(`
main:   mov     ax, 0x1800
        mov     ds, ax
        mov     word [2], 5
        mov     word [4], 7
        xor     ax, ax
        mov     ds, ax
        mov     cx, ${ROUNDS}
        xor     bx, bx
.again: xor     ax, ax
        mov     es, ax
        push    ds
        pop     es
        mov     ax, [.pointer + 2]
        mov     fs, ax
        add     bx, [fs:2]
        les     di, [.pointer]
        add     bx, [es:di]
        lds     si, [cs:.pointer + 8]
        add     bx, si
        lgs     dx, [cs:.pointer + 4]
        add     bx, [gs:2]
        xor     ax, ax
        mov     ds, ax
        dec     cx
        jnz     .again
        movzx   eax, bx
        jmp     exit
        align   4
.pointer:
        dw      4, 0x1800
        dw      6, 0x1800
        dw      0x100, 0
`),
  (guest) => {
    expect(endValue(guest)).toBe((ROUNDS * (5 + 7 + 0x100 + 5)) & 0xffff);
    expect(trapsOf(guest)).toBeLessThan(10);
  },
);

onEveryEngineBy(
  '16-bit protected mode loads DS and ES without traps, with segments that differ, and null',
  kernel(`
main:   mov     dword [gdt + CODE16 + 4], 0x00009B01            ; base IMAGE
        mov     word [0x500], 5
        jmp     CODE16:.begin - IMAGE
        bits    16
.begin: xor     bx, bx
        mov     cx, ${ROUNDS}
.again: mov     ax, DATA16
        mov     es, ax
        add     bx, [es:0x500]
        mov     ax, DATA
        mov     es, ax
        les     di, [cs:.pointer - IMAGE]
        add     bx, [es:di]
        xor     ax, ax
        mov     es, ax
        dec     cx
        jnz     .again
        jmp     dword CODE:.end
        align   4
.pointer:
        dw      0x500, DATA16
        bits    32
.end:   movzx   eax, bx
        jmp     exit
`),
  (guest) => {
    expect(endValue(guest)).toBe(ROUNDS * 10);
    expect(trapsOf(guest)).toBeLessThan(10);
  },
);

onEveryEngineBy(
  'a load in real mode makes a segment one that can be read and written, whatever protected mode left there; B and the limit stay',
  realMode(`
main:   mov     cx, ${ROUNDS / 10}
        xor     ebx, ebx
.again: lgdt    [gdtr]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     ax, 8
        mov     es, ax                  ; data that can't be written
        mov     ds, ax
        mov     ax, 16
        mov     fs, ax                  ; 4 GB
        mov     ax, 24
        mov     gs, ax                  ; expands down, nothing is in it
        mov     eax, cr0
        and     al, ~1
        mov     cr0, eax
        mov     si, 0x1800
        call    .load
        xor     si, si
        call    .load
        dec     cx
        jnz     .again
        mov     eax, ebx
        jmp     exit
.load:  mov     fs, si
        mov     gs, si
        mov     es, si
        mov     ds, si
        mov     edi, 0x2F000
        mov     dword [fs:edi], 7
        add     ebx, [fs:edi]
        mov     di, 0x600
        mov     dword [es:di], 1
        mov     dword [di + 4], 2
        mov     dword [gs:di + 8], 3
        mov     eax, [es:di]
        add     eax, [di + 4]
        add     eax, [gs:di + 8]
        add     ebx, eax
        ret
        align   4
gdtr:   dw      31
        dd      gdt
gdt:    dd      0, 0
        dd      0x0000FFFF, 0x00009100
        dd      0x0000FFFF, 0x00CF9300
        dd      0x0000FFFF, 0x00009700
`),
  (guest) => expect(endValue(guest)).toBe((ROUNDS / 10) * 2 * 13),
);
