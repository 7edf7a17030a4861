import { DATA, SERVICE } from '../guest/layout.ts';

/** The segment of the services' own data and stack, and what is where in it. */
const OWN = DATA + 0x2000;
const [CALLER, COUNTER, POSITION, BUFFER, OWN_STACK] = [0, 4, 6, 0x100, 0x1000];
/** Bytes that the caller reads, and their address. */
const [PIECE, TARGET] = [16, 0x100];
const ROUNDS = 1500;

/**
 * Services by an interrupt, as DOS has them: the handler saves all registers, has a data segment and a stack of its own, finds the function
 * in a table, and returns values by the registers that it has saved.
 */
export const services = `
services:
        mov     word [4 * ${SERVICE}], .handler
        mov     word [4 * ${SERVICE} + 2], 0
        mov     ax, ${OWN}
        mov     es, ax
        xor     di, di
        xor     ax, ax
        mov     cx, ${OWN_STACK / 2}
        rep stosw
        push    ds
        mov     ax, ${DATA}
        mov     ds, ax
        mov     es, ax
        mov     bp, ${ROUNDS}
.again: mov     ah, 0
        int     ${SERVICE}
        mov     dl, ah
        mov     ah, 1
        int     ${SERVICE}
        mov     ah, 2
        mov     di, ${TARGET}
        int     ${SERVICE}
        dec     bp
        jnz     .again
        mov     si, ${TARGET}
        mov     cx, ${PIECE}
        call    checksum
        pop     ds
        ret

.handler:
        sti
        cld
        push    ds
        push    es
        pusha
        mov     bl, ah
        xor     bh, bh
        shl     bx, 1
        mov     ax, ${OWN}
        mov     ds, ax
        cli
        mov     [${CALLER}], sp
        mov     [${CALLER + 2}], ss
        mov     ss, ax
        mov     sp, ${OWN_STACK}
        sti
        call    [cs:.functions + bx]
        cli
        mov     ss, [${CALLER + 2}]
        mov     sp, [${CALLER}]
        sti
        popa
        pop     es
        pop     ds
        iret

; AX: the next number; it goes where PUSHA has saved AX.
.count: mov     ax, [${COUNTER}]
        imul    ax, ax, 25173
        add     ax, 13849
        mov     [${COUNTER}], ax
        les     bx, [${CALLER}]
        mov     [es:bx + 14], ax
        ret
; Writes DL.
.write: mov     bx, [${POSITION}]
        mov     [${BUFFER} + bx], dl
        inc     byte [${POSITION}]
        ret
; Reads to ES:DI.
.read:  mov     si, ${BUFFER}
        mov     cx, ${PIECE / 2}
        rep movsw
        ret
.functions:
        dw      .count, .write, .read
`;
