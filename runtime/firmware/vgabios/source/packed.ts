/** The operations of modes whose pixels are bytes one after the other: mode 13h and those of VBE. */
export const packed = `
; EDI: column CX of pixels of line DX, its bank is selected. Changes EAX, EDX.
packed_position:
        call    packed_offset
        jmp     select_bank

; EDI: where column CX of pixels of line DX begins. Changes EAX, EDX.
packed_offset:
        call    packed_line_bytes
        movzx   edx, dx
        imul    edx, eax
        call    packed_pixel_bytes
        movzx   edi, cx
        imul    edi, eax
        add     edi, edx
        ret

; EAX: bytes of a pixel. Keeps the other registers.
packed_pixel_bytes:
        mov     eax, 1
        cmp     byte [BDA_MODE], VBE_MODE
        jne     .done
        mov     al, EXTENSION_BPP
        call    read_extension
        add     ax, 7
        shr     ax, 3
.done:  ret

; EAX: bytes from one line to the next. Keeps the other registers.
packed_line_bytes:
        call    planar_line_bytes
        cmp     byte [BDA_MODE], VBE_MODE
        je      .vbe
        shl     eax, 2              ; the CRTC counts 8 bytes
        ret
.vbe:   push    edx
        call    packed_pixel_bytes
        mov     edx, eax
        xor     eax, eax
        mov     al, EXTENSION_VIRTUAL_WIDTH
        call    read_extension
        imul    eax, edx
        pop     edx
        ret

; EDI: the eight pixels of column CL of line DX. Keeps BX, CH.
packed_line:
        call    packed_cells
        jmp     select_bank

; The next byte at EDI is AL. Keeps all registers but EDI.
put_byte:
        mov     [es:di], al
        inc     edi
        test    di, di
        jz      select_bank
        ret

; A pixel of the colour EDX, of CL bytes. Changes EAX.
put_pixel:
        push    cx
        mov     eax, edx
.next:  call    put_byte
        shr     eax, 8
        dec     cl
        jnz     .next
        pop     cx
        ret

; EDX: a pixel of the colour BL, CL: its bytes. Direct colours are those of the first 16 of the palette.
packed_colour:
        call    packed_pixel_bytes
        mov     cl, al
        movzx   edx, bl
        cmp     cl, 1
        je      .done
        and     dl, 0x0F
        shl     dx, 2
        mov     si, colours_888
        cmp     cl, 2
        ja      .found
        shr     dx, 1
        mov     al, EXTENSION_BPP
        call    read_extension
        mov     si, colours_565
        cmp     al, 16
        je      .found
        mov     si, colours_555
.found: add     si, dx
        mov     edx, [cs:si]
.done:  ret

; Rows of whole lines lie in one piece.
MOST_WORDS equ 0x8000               ; that int 15h moves at once
packed_copy:
        call    is_whole_line
        jne     graphics_copy
        movzx   esi, al
        movzx   edi, ah
        call    packed_line_bytes
        movzx   ecx, word [BDA_HEIGHT]
        imul    ecx, eax            ; bytes of a row
        imul    esi, ecx
        imul    edi, ecx
        call    frame_buffer
        add     esi, eax
        add     edi, eax
        shr     ecx, 1
.next:  push    ecx
        cmp     ecx, MOST_WORDS
        jbe     .move
        mov     cx, MOST_WORDS
.move:  call    move_block
        movzx   edx, cx
        pop     ecx
        lea     esi, [esi + edx * 2]
        lea     edi, [edi + edx * 2]
        sub     ecx, edx
        jnz     .next
        ret

; Zero: the columns CL to DL are all of a line of a mode of VBE. Changes BX.
is_whole_line:
        cmp     byte [BDA_MODE], VBE_MODE
        jne     .done
        cmp     cl, 0
        jne     .done
        push    ax
        mov     al, EXTENSION_VIRTUAL_WIDTH
        call    read_extension
        mov     bx, ax
        pop     ax
        shr     bx, 3
        cmp     bx, [BDA_COLUMNS]
        jne     .done
        dec     bx
        cmp     dl, bl
.done:  ret

; Modes of VBE do it in the linear frame buffer, since source and destination may be in two banks.
packed_copy_line:
        movzx   ebx, dx
        mov     dx, ax
        call    packed_cells
        mov     esi, edi
        mov     dx, bx
        call    packed_cells
        call    packed_pixel_bytes
        shl     ax, 2               ; words of a column
        movzx   cx, ch
        mul     cx
        mov     cx, ax
        cmp     byte [BDA_MODE], VBE_MODE
        je      .linear
        call    select_bank
        rep es movsw
        ret
.linear:
        call    frame_buffer
        add     esi, eax
        add     edi, eax
        jmp     move_block

; EDI: where the cells from column CL of line DX on begin. Changes EAX, EDX.
packed_cells:
        push    cx
        movzx   cx, cl
        shl     cx, 3
        call    packed_offset
        pop     cx
        ret

; The first column's pixels are moved on from column to column.
packed_fill_line:
        call    packed_line
        cmp     byte [BDA_MODE], VBE_MODE
        je      .linear
        mov     al, bl
        movzx   cx, ch
        shl     cx, 3
        rep stosb
        ret
.linear:
        push    cx
        push    edi
        call    packed_colour
        mov     si, 8
.next:  call    put_pixel
        dec     si
        jnz     .next
        call    frame_buffer
        pop     esi
        add     esi, eax
        add     edi, eax
        movzx   ax, cl
        shl     ax, 2               ; words of a column
        pop     cx
        dec     ch
        mov     cl, ch
        mov     ch, 0
        mul     cx
        mov     cx, ax
        jcxz    .done
        jmp     move_block
.done:  ret

packed_write_line:
        push    ax
        call    packed_line
        call    packed_colour
        pop     ax
        mov     bl, ah
        mov     si, 8
.next:  push    edx
        shl     bl, 1
        jc      .colour
        xor     edx, edx
.colour:
        call    put_pixel
        pop     edx
        dec     si
        jnz     .next
        ret

packed_read_line:
        call    packed_line
        call    packed_pixel_bytes
        mov     cl, al
        mov     si, 8
.next:  call    get_pixel
        neg     eax                 ; carry if it is not black
        rcl     bl, 1
        dec     si
        jnz     .next
        mov     ah, bl
        ret

; EAX: the pixel at EDI, of CL bytes; EDI goes to the next one. Changes CH.
get_pixel:
        xor     eax, eax
        mov     ch, cl
.next:  mov     al, [es:di]
        ror     eax, 8
        inc     edi
        test    di, di
        jnz     .bank
        call    select_bank
.bank:  dec     ch
        jnz     .next
        mov     ch, cl
        shl     cl, 3
        rol     eax, cl             ; the bytes are at the top
        mov     cl, ch
        ret

packed_write_pixel:
        mov     bl, al
        call    packed_position
        call    packed_colour
        jmp     put_pixel

packed_read_pixel:
        call    packed_position
        call    packed_pixel_bytes
        mov     cl, al
        jmp     get_pixel
`;
