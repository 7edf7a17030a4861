/** int 10h, AH=0B, and the default palettes. */
export const defaultColours = `
; BH = 0: BL is the colour of background and border; BH = 1: BL is the CGA's palette, 0 or 1.
set_cga_palette:
        mov     cx, bx
        cmp     ch, 0
        jne     .palette
        mov     al, [BDA_CGA_COLOUR]
        and     al, 0xE0
        and     bl, 0x1F
        or      al, bl
        mov     [BDA_CGA_COLOUR], al
        mov     bh, bl
        and     bh, 0x0F
        test    bh, 8               ; intensity is bit 4 of the palette's values
        jz      .dark
        add     bh, 8
.dark:  call    set_border
        cmp     byte [BDA_MODE], 3
        jbe     .done
        mov     bl, 0
        call    write_attribute
        mov     ch, cl              ; bit 4: the other colours are bright
        mov     cx, 0x10EF
        test    byte [bp + CALLER_BL], 0x10
        jnz     change_cga_colours
        mov     ch, 0
        jmp     change_cga_colours
.palette:
        mov     al, [BDA_CGA_COLOUR]
        and     al, 0xDF
        and     bl, 1
        mov     ch, bl
        shl     bl, 5
        or      al, bl
        mov     [BDA_CGA_COLOUR], al
        mov     cl, 0xFE
        cmp     byte [BDA_MODE], 3
        ja      change_cga_colours
.done:  ret

; Palette registers 1 to 3 keep the bits CL and get the bits CH.
change_cga_colours:
        mov     bl, 1
.next:  call    read_attribute
        and     al, cl
        or      al, ch
        mov     bh, al
        call    write_attribute
        inc     bl
        cmp     bl, 3
        jbe     .next
        ret

; The mode's default colours, unless programs asked to keep theirs. SI: the mode.
load_default_palette:
        mov     dx, DAC_MASK
        mov     al, 0xFF
        out     dx, al
        test    byte [BDA_FLAGS], FLAG_NO_PALETTE
        jnz     .done
        push    si
        push    bx
        movzx   di, byte [cs:si + MODE_PALETTE]
        shl     di, 1
        mov     cx, [cs:.lengths + di]
        mov     si, [cs:.palettes + di]
        mov     dx, DAC_WRITE
        mov     al, 0
        out     dx, al
        mov     di, 256
        sub     di, cx
.next:  cs lodsb
        mov     bx, [cs:si]
        add     si, 2
        call    write_colour
        loop    .next
        mov     cx, di
        jcxz    .whole
.black: mov     al, 0
        mov     bx, 0
        call    write_colour
        loop    .black
.whole: pop     bx
        pop     si
.done:  ret
.palettes:
        dw      monochrome_palette, cga_palette, ega_palette, vga_palette
.lengths:
        dw      64, 64, 64, 256
`;
