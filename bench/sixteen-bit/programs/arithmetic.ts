import { VARIABLES } from '../guest/layout.ts';

const [STATE, SUM] = [VARIABLES + 48, VARIABLES + 52];
const STEPS = 20_000;

/** Arithmetic of 32 bits in registers of 16, as compilers for the 8086 make it: carries, and products and quotients in parts. */
export const arithmetic = `
arithmetic:
        mov     dword [${STATE}], 1
        mov     dword [${SUM}], 0
        mov     cx, ${STEPS}
; state = state * 1664525 + 1013904223
.again: mov     ax, [${STATE}]
        mov     bx, 0x660D
        mul     bx
        mov     si, ax
        mov     di, dx
        mov     ax, [${STATE + 2}]
        mul     bx
        add     di, ax
        mov     ax, [${STATE}]
        mov     bx, 0x0019
        mul     bx
        add     di, ax
        add     si, 0xF35F
        adc     di, 0x3C6E
        mov     [${STATE}], si
        mov     [${STATE + 2}], di
; sum = sum + state / 10007 ^ state % 10007
        mov     bx, 10007
        xor     dx, dx
        mov     ax, di
        div     bx
        mov     bp, ax
        mov     ax, si
        div     bx
        add     [${SUM}], ax
        adc     [${SUM + 2}], bp
        xor     [${SUM}], dx
; sum = sum - (state >> 3)
        shr     di, 1
        rcr     si, 1
        shr     di, 1
        rcr     si, 1
        shr     di, 1
        rcr     si, 1
        sub     [${SUM}], si
        sbb     [${SUM + 2}], di
        loop    .again
        mov     eax, [${SUM}]
        ret
`;
