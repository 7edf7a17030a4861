/** Words of a line, and of the whole screen. */
const LINE = 80;
const SCREEN = 25 * LINE;
const LINES = 60;

/** Lines are written to the text screen, which is scrolled for each. */
export const screen = `
screen: push    ds
        mov     ax, 0xB800
        mov     ds, ax
        mov     es, ax
        mov     bp, ${LINES}
.line:  mov     si, ${2 * LINE}
        xor     di, di
        mov     cx, ${SCREEN - LINE}
        rep movsw
        mov     ax, bp
        mov     ah, al
        and     ah, 0x7F
        mov     cx, ${LINE}
.character:
        stosw
        inc     al
        loop    .character
        dec     bp
        jnz     .line
        xor     si, si
        mov     cx, ${2 * SCREEN}
        call    checksum
        pop     ds
        ret
`;
