/** Settings that follow from a font's height: rows, the CRTC's lines; and fonts of graphics modes. */
export const fontHeights = `
; Text with characters of BH lines: as many rows as there is room for.
set_text_height:
        movzx   ax, bh
        mov     [BDA_HEIGHT], ax
        call    displayed_lines     ; CX
        xchg    ax, cx
        movzx   cx, bh
        xor     dx, dx
        div     cx
        call    set_rows
        mov     bl, al
        call    set_character_lines
        movzx   ax, bl
        mul     word [BDA_COLUMNS]
        shl     ax, 1
        add     ax, 0x7FF           ; pages begin at multiples of 2 KB
        and     ax, 0xF800
        mov     [BDA_PAGE_BYTES], ax
        mov     cl, bh
        sub     cl, 2
        cmp     bh, 8
        ja      .cursor
        inc     cl                  ; small characters have no room below the cursor
.cursor:
        mov     ch, cl
        dec     ch
        jmp     set_cursor_shape

; The screen has AX rows, or as many as it can have if those are none or more. AX: how many.
set_rows:
        cmp     ax, 1
        adc     ax, 0
        cmp     ax, MOST_ROWS
        jbe     .possible
        mov     ax, MOST_ROWS
.possible:
        dec     ax
        mov     [BDA_LAST_ROW], al
        inc     ax
        ret

; Carry: no character has AX lines.
check_character_lines:
        cmp     ax, 1
        jb      .done
        cmp     ax, MOST_LINES + 1
        cmc
.done:  ret

; Lines of the picture to CX; a line that the CRTC shows twice is one. Changes AX, DX.
displayed_lines:
        mov     ax, 0x0712
        call    read_crtc_pair      ; AL: register 12h, AH: 07
        mov     cx, ax
        shr     ah, 1               ; bit 1 of 07 is bit 8
        and     ah, 1
        shr     ch, 5               ; bit 6 is bit 9
        and     ch, 2
        or      ch, ah
        inc     cx
        mov     ax, 0x0909
        call    read_crtc_pair
        test    al, 0x80
        jz      .single
        shr     cx, 1
.single:
        ret

; The CRTC's registers AL and AH to AL and AH. Changes DX.
read_crtc_pair:
        call    .read
        xchg    al, ah
        call    .read
        xchg    al, ah
        ret
.read:  mov     dx, [BDA_CRTC]
        out     dx, al
        inc     dx
        in      al, dx
        ret

; The CRTC's characters have BH lines. Keeps BX.
set_character_lines:
        mov     ax, 0x0909
        call    read_crtc_pair
        and     al, 0xE0
        mov     ah, bh
        dec     ah
        or      ah, al
        mov     al, 9
        mov     dx, [BDA_CRTC]
        out     dx, ax
        cmp     byte [BDA_MODE], 7
        jne     .done
        mov     al, 0x14            ; the underline is the last line
        mov     ah, bh
        dec     ah
        out     dx, ax
.done:  ret

; AL = 20 to 24: fonts of graphics modes. ES:BP: the user's, CX: its lines; BL and DL: rows of the screen. A font whose characters
; cannot be drawn changes nothing.
graphics_font:
        mov     si, [bp + CALLER_BP]
        mov     di, es
        cmp     al, 0x20
        je      .cga
        cmp     al, 0x24
        ja      .done
        cmp     al, 0x21
        je      .set
        mov     di, cs
        mov     cx, 14
        cmp     al, 0x22
        je      .rom
        mov     cx, 8
        cmp     al, 0x23
        je      .rom
        mov     cx, 16
.rom:   mov     ax, cx
        call    rom_font
.set:   mov     ax, cx
        call    check_character_lines
        jc      .done
        xor     ax, ax
        mov     es, ax
        mov     [es:0x43 * 4], si
        mov     [es:0x43 * 4 + 2], di
        mov     [BDA_HEIGHT], cx
        mov     al, dl              ; AH: 0
        cmp     bl, 0
        je      .rows
        mov     al, 14
        cmp     bl, 1
        je      .rows
        mov     al, 25
        cmp     bl, 2
        je      .rows
        mov     al, 43
.rows:  jmp     set_rows
.done:  ret
.cga:   xor     ax, ax
        mov     es, ax
        mov     [es:0x1F * 4], si
        mov     [es:0x1F * 4 + 2], di
        ret

; BH: which font. Its place to ES:BP, lines of the characters on the screen to CX, the last row to DL.
font_information:
        cmp     bh, 7
        ja      .done
        mov     ax, [BDA_HEIGHT]
        mov     [bp + CALLER_CX], ax
        mov     al, [BDA_LAST_ROW]
        mov     [bp + CALLER_DL], al
        xor     ax, ax
        mov     es, ax
        cmp     bh, 1
        je      .graphics
        les     di, [es:0x1F * 4]
        jb      .found
        push    cs
        pop     es
        movzx   bx, bh
        shl     bx, 1
        mov     di, [cs:.fonts - 4 + bx]
        jmp     .found
.graphics:
        les     di, [es:0x43 * 4]
.found: mov     [bp + CALLER_BP], di
        mov     [bp + CALLER_ES], es
.done:  ret
.fonts: dw      font14, font8, font8 + 128 * 8, no_alternates, font16, no_alternates

; Characters that look different with 9 columns: there are none.
no_alternates:
        db      0
`;
