/** The operations of modes 4 to 6: even lines at B800:0, odd ones at B800:2000, 80 bytes each. */
export const cga = `
; ES:DI: column CL of line DX. Changes AX, DX.
cga_line:
        mov     ax, 0xB800
        mov     es, ax
        mov     ax, 0x2000
        shr     dx, 1
        jc      .odd
        xor     ax, ax
.odd:   imul    dx, dx, 80
        add     dx, ax
        movzx   di, cl
        call    is_cga640
        je      .byte
        shl     di, 1
.byte:  add     di, dx
        ret

; Zero: a column is one byte, not two.
is_cga640:
        cmp     byte [BDA_MODE], 6
        ret

; CX: bytes of CH columns.
cga_bytes:
        movzx   cx, ch
        call    is_cga640
        je      .byte
        shl     cx, 1
.byte:  ret

cga_copy_line:
        push    dx
        mov     dx, ax
        call    cga_line
        mov     si, di
        pop     dx
        call    cga_line
        call    cga_bytes
        rep es movsb
        ret

cga_fill_line:
        call    cga_line
        call    cga_bytes
        call    cga_byte
        rep stosb
        ret

; AL: eight or four pixels of colour BL.
cga_byte:
        mov     al, bl
        and     al, 1
        neg     al
        call    is_cga640
        je      .done
        mov     al, bl
        and     al, 3
        mov     ah, 0x55
        mul     ah
.done:  ret

cga_write_line:
        push    ax
        call    cga_line
        call    cga_byte
        mov     dl, al
        mov     dh, al
        pop     ax
        call    cga_spread          ; AX: a bit or two for each pixel
        and     ax, dx
        call    is_cga640
        je      .byte
        test    bl, 0x80
        jnz     .mix
        mov     [es:di], ax
        ret
.mix:   xor     [es:di], ax
        ret
.byte:  test    bl, 0x80
        jnz     .mix_byte
        mov     [es:di], al
        ret
.mix_byte:
        xor     [es:di], al
        ret

; The eight pixels of AH as they lie in memory: AL, or AX with two equal bits each. Changes CX.
cga_spread:
        mov     al, ah
        call    is_cga640
        je      .done
        push    dx
        mov     cx, 8
.next:  shl     al, 1
        rcl     dx, 1
        bt      dx, 0
        rcl     dx, 1
        loop    .next
        mov     al, dh
        mov     ah, dl
        pop     dx
.done:  ret

cga_read_line:
        call    cga_line
        mov     ax, [es:di]
        call    is_cga640
        je      .byte
        xchg    al, ah
        mov     dx, ax
        mov     cx, 8
.next:  xor     al, al
        test    dx, 0xC000
        jz      .black
        stc
        jmp     .bit
.black: clc
.bit:   rcl     ah, 1
        shl     dx, 2
        loop    .next
        ret
.byte:  mov     ah, al
        ret

; ES:DI: the byte of pixel CX of line DX; CL: how far its bits are from the right, AH: their mask there.
cga_pixel:
        push    cx
        shr     cx, 3
        call    cga_line
        pop     cx
        call    is_cga640
        je      .two_colours
        test    cl, 4               ; the second byte of the column
        jz      .first
        inc     di
.first: not     cl
        and     cl, 3
        shl     cl, 1
        mov     ah, 3
        ret
.two_colours:
        not     cl
        and     cl, 7
        mov     ah, 1
        ret

cga_write_pixel:
        mov     bl, al
        call    cga_pixel
        mov     al, bl
        and     al, ah
        shl     al, cl
        shl     ah, cl
        test    bl, 0x80
        jnz     .mix
        not     ah
        and     [es:di], ah
.mix:   xor     [es:di], al
        ret

cga_read_pixel:
        call    cga_pixel
        mov     al, [es:di]
        shr     al, cl
        and     al, ah
        ret
`;
