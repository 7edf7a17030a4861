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
        mov     al, DISPI_BPP
        call    read_dispi
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
        mov     al, DISPI_VIRTUAL_WIDTH
        call    read_dispi
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
        mov     al, DISPI_BPP
        call    read_dispi
        mov     si, colours_565
        cmp     al, 16
        je      .found
        mov     si, colours_555
.found: add     si, dx
        mov     edx, [cs:si]
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
        es rep movsw
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

packed_fill_line:
        call    packed_line
        push    cx
        call    packed_colour
        pop     ax
        movzx   si, ah
        shl     si, 3
.next:  call    put_pixel
        dec     si
        jnz     .next
        ret

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
