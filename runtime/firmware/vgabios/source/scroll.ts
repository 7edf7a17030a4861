/** int 10h, AH=06 and 07: scrolling, by operations on rows of cells that each kind of mode has. */
export const scroll = `
; AL: lines, 0 for all; BH: attribute; CH, CL: upper left row and column; DH, DL: lower right.
scroll_up:
        call    clip_window
        jc      scroll_done
        mov     di, ax
        mov     si, 1
        mov     bl, ch              ; rows are moved from the top on
        jmp     move_rows

scroll_down:
        call    clip_window
        jc      scroll_done
        mov     di, ax
        neg     di
        mov     si, -1
        mov     bl, dh              ; rows are moved from the bottom on

; Each row of the window, from row BL on in steps of SI, gets the row that is DI further, or is filled with BH.
move_rows:
        mov     al, dh
        sub     al, ch
        inc     al
.row:   push    ax
        pushad
        call    move_row
        popad
        add     bx, si
        pop     ax
        dec     al
        jnz     .row
scroll_done:
        ret

move_row:
        sub     dh, ch
        mov     ax, di
        add     al, bl              ; the row that comes here
        mov     ah, al
        sub     ah, ch
        cmp     ah, dh
        mov     dh, 0
        ja      .outside
        mov     ah, bl
        mov     si, OPERATION_COPY
        jmp     call_operation
.outside:
        mov     al, bl
        mov     ah, bh
        mov     si, OPERATION_FILL
        jmp     call_operation

; Cuts the window at the screen's edges; carry: nothing is left. AX: lines, all that there are for 0 or too many.
clip_window:
        cmp     dh, [BDA_LAST_ROW]
        jbe     .rows
        mov     dh, [BDA_LAST_ROW]
.rows:  cmp     dl, [BDA_COLUMNS]
        jb      .columns
        mov     dl, [BDA_COLUMNS]
        sub     dl, 1
        jc      .done
.columns:
        cmp     dh, ch
        jb      .done
        cmp     dl, cl
        jb      .done
        mov     ah, dh
        sub     ah, ch              ; the window's rows, less one
        dec     al
        cmp     al, ah
        jbe     .some
        mov     al, ah
.some:  inc     al
        mov     ah, 0
        clc
.done:  ret
`;
