/** int 10h, AH=0B and 10: palette, border, DAC. */
export const palette = `
palette_function:
        movzx   di, al
        cmp     al, PALETTE_FUNCTIONS
        jae     .done
        shl     di, 1
        jmp     word [cs:.functions + di]
.done:  ret
.functions:
        dw      set_palette_register, set_border, set_palette, set_blink
        dw      nothing, nothing, nothing, get_palette_register
        dw      get_border, get_palette, nothing, nothing
        dw      nothing, nothing, nothing, nothing
        dw      set_dac_register, nothing, set_dac_block, select_dac_page
        dw      nothing, get_dac_register, nothing, get_dac_block
        dw      set_dac_mask, get_dac_mask, get_dac_page, make_dac_gray
PALETTE_FUNCTIONS equ ($ - .functions) / 2

; Register BL of the attribute controller to AL. Changes DX.
read_attribute:
        call    reset_attribute
        mov     dx, ATTRIBUTE_PORT
        mov     al, bl
        out     dx, al
        inc     dx
        in      al, dx
        push    ax
        call    show_picture
        pop     ax
        ret

; BH to register BL of the attribute controller. Changes AX, DX.
write_attribute:
        call    reset_attribute
        mov     dx, ATTRIBUTE_PORT
        mov     al, bl
        out     dx, al
        mov     al, bh
        out     dx, al
        jmp     show_picture

; BL: register, BH: value.
set_palette_register:
        cmp     bl, 0x14
        jbe     write_attribute
        ret

; BH: colour of the border.
set_border:
        mov     bl, 0x11
        jmp     write_attribute

; ES:DX: 16 values and the border's.
set_palette:
        mov     si, dx
        mov     bl, 0
.next:  es lodsb
        mov     bh, al
        call    write_attribute
        inc     bl
        cmp     bl, 16
        jb      .next
        es lodsb
        mov     bh, al
        jmp     set_border

; BL: 1 if attribute bit 7 blinks, 0 if it is intensity.
set_blink:
        mov     cl, bl
        mov     bl, 0x10
        call    read_attribute
        and     al, 0xF7
        and     cl, 1
        shl     cl, 3
        or      al, cl
        mov     bh, al
        jmp     write_attribute

get_palette_register:
        cmp     bl, 0x14
        ja      .done
        call    read_attribute
        mov     [bp + CALLER_BH], al
.done:  ret

get_border:
        mov     bl, 0x11
        jmp     get_palette_register

get_palette:
        mov     di, dx
        mov     bl, 0
.next:  call    read_attribute
        stosb
        inc     bl
        cmp     bl, 16
        jb      .next
        mov     bl, 0x11
        call    read_attribute
        stosb
        ret

; BX: register, DH, CH, CL: red, green, blue.
set_dac_register:
        mov     al, dh
        mov     ah, ch
        mov     bh, cl
        mov     dx, DAC_WRITE
        xchg    al, bl
        out     dx, al
        mov     al, bl
        mov     bl, ah
        jmp     write_colour

; AL, BL, BH: red, green, blue of the next register; grays if that is switched on. Changes AX, DX.
write_colour:
        test    byte [BDA_FLAGS], FLAG_GRAY
        jz      .write
        call    gray_level
        mov     bl, al
        mov     bh, al
.write: mov     dx, DAC_DATA
        out     dx, al
        mov     al, bl
        out     dx, al
        mov     al, bh
        out     dx, al
        ret

; AL: how bright red AL, green BL and blue BH are: 30, 59 and 11 parts of 100. Changes AH, DX.
gray_level:
        mov     ah, 77
        mul     ah
        mov     dx, ax
        mov     al, 151
        mul     bl
        add     dx, ax
        mov     al, 28
        mul     bh
        add     ax, dx
        add     ax, 0x80
        mov     al, ah
        ret

; BX: first register, CX: how many, ES:DX: colours.
set_dac_block:
        mov     si, dx
        mov     dx, DAC_WRITE
        mov     al, bl
        out     dx, al
        jcxz    .done
.next:  es lodsb
        mov     bx, [es:si]
        add     si, 2
        call    write_colour
        loop    .next
.done:  ret

; Register BL to AL, BL, BH: red, green, blue. Changes DX.
read_colour:
        mov     al, bl
        mov     dx, DAC_READ
        out     dx, al
        mov     dx, DAC_DATA
        in      al, dx
        mov     bh, al
        in      al, dx
        mov     bl, al
        in      al, dx
        xchg    al, bh
        ret

get_dac_register:
        call    read_colour
        mov     [bp + CALLER_DH], al
        mov     [bp + CALLER_CL], bh
        mov     [bp + CALLER_CH], bl
        ret

get_dac_block:
        mov     di, dx
        jcxz    .done
.next:  push    bx
        call    read_colour
        stosb
        mov     ax, bx
        stosw
        pop     bx
        inc     bx
        loop    .next
.done:  ret

; BX: first register, CX: how many.
make_dac_gray:
        jcxz    .done
.next:  push    bx
        call    read_colour
        call    gray_level
        pop     bx
        push    ax
        mov     dx, DAC_WRITE
        mov     al, bl
        out     dx, al
        pop     ax
        mov     dx, DAC_DATA
        out     dx, al
        out     dx, al
        out     dx, al
        inc     bx
        loop    .next
.done:  ret

; BL = 0: BH says whether there are 16 pages of 16 or 4 of 64 registers; BL = 1: BH is the page.
select_dac_page:
        mov     cx, bx
        mov     bl, 0x10
        call    read_attribute
        cmp     cl, 0
        jne     .page
        and     al, 0x7F
        and     ch, 1
        ror     ch, 1
        or      al, ch
        mov     bh, al
        jmp     write_attribute
.page:  test    al, 0x80
        jnz     .small
        shl     ch, 2
.small: mov     bh, ch
        and     bh, 0x0F
        mov     bl, 0x14
        jmp     write_attribute

get_dac_page:
        mov     bl, 0x14
        call    read_attribute
        and     al, 0x0F
        mov     cl, al
        mov     bl, 0x10
        call    read_attribute
        rol     al, 1
        and     al, 1
        mov     [bp + CALLER_BL], al
        jnz     .small
        shr     cl, 2
.small: mov     [bp + CALLER_BH], cl
        ret

set_dac_mask:
        mov     dx, DAC_MASK
        mov     al, bl
        out     dx, al
        ret

get_dac_mask:
        mov     dx, DAC_MASK
        in      al, dx
        mov     [bp + CALLER_BL], al
        ret
`;
