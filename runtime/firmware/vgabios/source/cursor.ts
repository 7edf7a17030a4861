/** int 10h, AH=01 to 05: cursor, pages. */
export const cursor = `
; CH, CL: first and last line of the cursor.
set_cursor_shape:
        mov     [BDA_CURSOR], cx
        jmp     write_cursor_shape

; CX: lines as for characters of 8 lines; the CRTC gets those of the characters there are.
write_cursor_shape:
        call    emulate_cursor
        mov     dx, [BDA_CRTC]
        mov     al, 0x0A
        mov     ah, ch
        out     dx, ax
        mov     al, 0x0B
        mov     ah, cl
        out     dx, ax
        ret

; Cursor emulation: CX is left alone if it is switched off, says "no cursor", or does not fit 8 lines anyway.
emulate_cursor:
        test    byte [BDA_CONTROL], CONTROL_NO_CURSOR_EMULATION
        jnz     .done
        cmp     byte [BDA_HEIGHT], 8
        jbe     .done
        and     cx, 0x3F1F
        cmp     cl, 8
        jae     .done
        cmp     ch, 0x20
        jae     .done
        mov     al, ch
        inc     al
        cmp     al, cl              ; an underline stays two lines high
        mov     al, cl
        call    .scale
        mov     cl, al
        je      .underline
        mov     al, ch
        call    .scale
        mov     ch, al
        ret
.underline:
        mov     ch, cl
        dec     ch
.done:  ret
; Line AL of 8 as one of the characters' lines. Keeps flags.
.scale: pushf
        inc     al
        mul     byte [BDA_HEIGHT]
        shr     ax, 3
        dec     al
        popf
        ret

; BH: page; DL, DH: column and row.
set_cursor_position:
        movzx   di, bh
        and     di, 7
        shl     di, 1
        mov     [BDA_CURSORS + di], dx
        cmp     bh, [BDA_PAGE]
        jne     .done
        call    write_cursor_position
.done:  ret

; Puts the CRTC's cursor to DL, DH of the active page. Keeps BX.
write_cursor_position:
        push    bx
        mov     al, dh
        mul     byte [BDA_COLUMNS]
        mov     dh, 0
        add     ax, dx
        mov     bx, [BDA_PAGE_START]
        shr     bx, 1
        add     bx, ax
        mov     al, 0x0E
        call    write_crtc_word
        pop     bx
        ret

; BX to the CRTC's registers AL (high byte) and AL + 1.
write_crtc_word:
        mov     dx, [BDA_CRTC]
        mov     ah, bh
        out     dx, ax
        inc     al
        mov     ah, bl
        out     dx, ax
        ret

; The cursor of page BH to DX.
load_cursor:
        movzx   di, bh
        and     di, 7
        shl     di, 1
        mov     dx, [BDA_CURSORS + di]
        ret

get_cursor:
        call    load_cursor
        mov     [bp + CALLER_DX], dx
        mov     cx, [BDA_CURSOR]
        mov     [bp + CALLER_CX], cx
        ret

; There is no light pen.
get_light_pen:
        mov     byte [bp + CALLER_AH], 0
        ret

; AL: the page to be shown.
set_page:
        cmp     al, 7
        ja      .done
        mov     [BDA_PAGE], al
        movzx   ax, al
        mul     word [BDA_PAGE_BYTES]
        mov     [BDA_PAGE_START], ax
        mov     bx, ax
        cmp     byte [BDA_MODE], 7  ; planar modes count bytes, the others words
        ja      .bytes
        shr     bx, 1
.bytes: mov     al, 0x0C
        call    write_crtc_word
        mov     bh, [BDA_PAGE]
        call    load_cursor
        call    write_cursor_position
.done:  ret
`;
