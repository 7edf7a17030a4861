import { DATA } from '../guest/layout.ts';

const WORDS = 4096;
/** Below the first word is room for a pointer that goes beyond it. */
const FIRST = 16;

/** Words are sorted by quicksort: near calls, recursive ones and those of the comparison by a pointer, as with qsort. */
export const sort = `
sort:   push    ds
        mov     ax, ${DATA}
        mov     ds, ax
        mov     di, ${FIRST}
        mov     cx, ${WORDS}
        mov     bx, 1
.fill:  imul    bx, bx, 25173
        add     bx, 13849
        mov     [di], bx
        add     di, 2
        loop    .fill
        mov     si, ${FIRST}
        mov     di, ${FIRST + 2 * (WORDS - 1)}
        call    .quicksort
        mov     si, ${FIRST}
        mov     cx, ${2 * WORDS}
        call    checksum
        pop     ds
        ret

; Sorts the words from SI to DI. DX: the one that divides them.
.quicksort:
        cmp     si, di
        jae     .end
        push    si
        push    di
        mov     bx, si
        add     bx, di
        shr     bx, 1
        and     bl, 0xFE
        mov     dx, [bx]
.left:  mov     ax, [si]
        mov     cx, dx
        call    [cs:.comparison]
        jnc     .right
        add     si, 2
        jmp     .left
.right: mov     ax, dx
        mov     cx, [di]
        call    [cs:.comparison]
        jnc     .exchange
        sub     di, 2
        jmp     .right
.exchange:
        cmp     si, di
        ja      .divided
        mov     ax, [si]
        xchg    ax, [di]
        mov     [si], ax
        add     si, 2
        sub     di, 2
        cmp     si, di
        jbe     .left
.divided:
        pop     bx
        pop     ax
        push    si
        push    bx
        mov     si, ax
        call    .quicksort
        pop     di
        pop     si
        jmp     .quicksort
.end:   ret

; Carry: AX is less than CX.
.compare:
        cmp     ax, cx
        ret
.comparison:
        dw      .compare
`;
