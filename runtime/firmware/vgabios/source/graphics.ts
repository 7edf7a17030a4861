/** Cells of graphics modes, made of lines; int 10h, AH=0C and 0D. */
export const graphics = `
MOST_LINES equ 32                   ; of a character

; AL: colour, BH: page, CX and DX: column and row.
write_pixel:
        mov     si, OPERATION_WRITE_PIXEL
        jmp     call_operation

read_pixel:
        mov     si, OPERATION_READ_PIXEL
        call    call_operation
        mov     [bp + CALLER_AL], al
        ret

graphics_copy:
        call    active_operations
        mov     ch, dl
        sub     ch, cl
        inc     ch
        mov     bh, [BDA_PAGE]
        push    ax
        mov     al, ah
        mul     byte [BDA_HEIGHT]
        mov     dx, ax
        pop     ax
        mul     byte [BDA_HEIGHT]
        mov     si, [BDA_HEIGHT]
.next:  pushad
        call    word [cs:operations + di + OPERATION_COPY_LINE]
        popad
        inc     ax
        inc     dx
        dec     si
        jnz     .next
        ret

graphics_fill:
        call    active_operations
        mov     ch, dl
        sub     ch, cl
        inc     ch
        mov     bh, [BDA_PAGE]
        mov     bl, ah
        mul     byte [BDA_HEIGHT]
        mov     dx, ax
        mov     si, [BDA_HEIGHT]
.next:  pushad
        call    word [cs:operations + di + OPERATION_FILL_LINE]
        popad
        inc     dx
        dec     si
        jnz     .next
        ret

graphics_write:
        call    find_glyph          ; ES:SI
        call    active_operations
        mov     cl, dl
        mov     al, dh
        mul     byte [BDA_HEIGHT]
        mov     dx, ax
        mov     ch, [BDA_HEIGHT]
.next:  es lodsb
        mov     ah, al
        push    es
        pushad
        call    word [cs:operations + di + OPERATION_WRITE_LINE]
        popad
        pop     es
        inc     dx
        dec     ch
        jnz     .next
        ret

; The character whose pixels are those that are not black, and their colour, as with SeaBIOS; 0 if there is none.
graphics_read:
        call    active_operations
        sub     sp, MOST_LINES
        mov     si, sp
        mov     cl, dl
        mov     al, dh
        mul     byte [BDA_HEIGHT]
        mov     dx, ax
        mov     ch, [BDA_HEIGHT]
.next:  push    cx
        push    dx
        push    bx
        push    si
        push    di
        call    word [cs:operations + di + OPERATION_READ_LINE]
        pop     di
        pop     si
        pop     bx
        pop     dx
        pop     cx
        mov     [ss:si], ah
        inc     si
        inc     dx
        dec     ch
        jnz     .next
        mov     si, sp
        push    di
        push    bx
        push    cx
        mov     bx, si
        call    match_glyph
        pop     cx
        mov     si, bx
        pop     bx
        pop     di
        push    ax
        call    cell_colour
        mov     cl, al
        pop     ax
        mov     ah, cl
        add     sp, MOST_LINES
        ret

; CL: column of a cell, DX: the line below it, SS:SI: its lines, BH: page, DI: the mode's operations. AL gets the colour of its last
; pixel that is not black, 0 if there is none.
cell_colour:
        mov     ax, [BDA_HEIGHT]
        add     si, ax
.next:  dec     si
        dec     dx
        cmp     byte [ss:si], 0
        jne     .found
        dec     ax
        jnz     .next
        ret
.found: movzx   cx, cl
        shl     cx, 3
        mov     al, [ss:si]
        bsf     ax, ax
        xor     al, 7               ; pixels are numbered from the left
        add     cx, ax
        jmp     word [cs:operations + di + OPERATION_READ_PIXEL]

; The character whose glyph is at SS:BX to AL, 0 if there is none.
match_glyph:
        mov     al, 0
.next:  call    find_glyph
        mov     cx, [BDA_HEIGHT]
        mov     di, bx
.line:  mov     ah, [es:si]
        cmp     ah, [ss:di]
        jne     .differs
        inc     si
        inc     di
        loop    .line
        ret
.differs:
        inc     al
        jnz     .next
        ret

; The glyph of character AL to ES:SI. The CGA's modes have the upper half of their font elsewhere. Keeps AX, BX, DX.
find_glyph:
        push    ax
        xor     si, si
        mov     es, si
        mov     si, 0x43 * 4
        cmp     byte [BDA_MODE], 6
        ja      .found
        cmp     al, 0x80
        jb      .found
        sub     al, 0x80
        mov     si, 0x1F * 4
.found: les     si, [es:si]
        mul     byte [BDA_HEIGHT]
        add     si, ax
        pop     ax
        ret
`;
