/** The operations of text modes: two bytes a cell, character and attribute. */
export const text = `
; ES:DI: column CL of row AL on the page that begins at DX. Changes AX.
text_cell:
        mul     byte [BDA_COLUMNS]
        mov     di, cx
        and     di, 0xFF
        add     di, ax
        shl     di, 1
        add     di, dx
        mov     ax, 0xB800
        cmp     word [BDA_CRTC], CRTC_MONO
        jne     .segment
        mov     ax, 0xB000
.segment:
        mov     es, ax
        ret

text_copy:
        sub     dl, cl
        movzx   bx, dl
        inc     bx                  ; cells
        mov     dx, [BDA_PAGE_START]
        push    ax
        call    text_cell
        mov     si, di
        pop     ax
        mov     al, ah
        call    text_cell
        mov     cx, bx
        rep es movsw
        ret

text_fill:
        sub     dl, cl
        movzx   bx, dl
        inc     bx
        push    ax
        mov     dx, [BDA_PAGE_START]
        call    text_cell
        pop     ax
        mov     al, ' '
        mov     cx, bx
        rep stosw
        ret

; ES:DI: the cell at DL, DH of page BH. Changes AX, CX, DX.
text_page_cell:
        mov     cx, dx
        movzx   ax, bh
        mul     word [BDA_PAGE_BYTES]
        mov     dx, ax
        mov     al, ch
        jmp     text_cell

text_write:
        push    ax
        call    text_page_cell
        pop     ax
        stosb
        cmp     ah, 0
        je      .done
        mov     [es:di], bl
.done:  ret

text_read:
        call    text_page_cell
        mov     ax, [es:di]
        ret
`;
