/** int 10h, AH=11: fonts. Plane 2 has room for eight of 256 characters with 32 lines each. */
export const fonts = `
; AL: what to do; 10 to 14 as 00 to 04, and the number of rows follows from the characters' lines.
font_function:
        movzx   di, al
        cmp     al, 0x30
        je      font_information
        cmp     al, 0x20
        jae     graphics_font
        and     al, 0x0F
        cmp     al, 4
        ja      .done
        push    di
        call    load_font_by_number
        pop     di
        jc      .done
        test    di, 0x10
        jz      .done
        cmp     al, 3
        je      .done
        jmp     set_text_height
.done:  ret

; AL: 0 user's, 1: 8x14, 2: 8x8, 4: 8x16; 3: choose blocks. AL comes back, BH: lines of a character. Carry: there is no such font.
load_font_by_number:
        cmp     al, 0
        je      load_user_font
        cmp     al, 3
        je      select_font_blocks
        push    ax
        mov     bh, 14
        cmp     al, 1
        je      .height
        mov     bh, 8
        cmp     al, 2
        je      .height
        mov     bh, 16
.height:
        movzx   ax, bh
        call    rom_font
        call    load_whole_font
        pop     ax
        clc
        ret

; BH: lines, BL: block, CX: characters, DX: the first, ES:BP: the font. Carry: there are no characters of so many lines.
load_user_font:
        push    ax
        movzx   ax, bh
        call    check_character_lines
        jc      .done
        push    ds
        push    es
        pop     ds
        mov     si, [bp + CALLER_BP]
        call    load_font
        pop     ds
        clc
.done:  pop     ax
        ret

; BL: bits 0, 1, 4 and bits 2, 3, 5: blocks of characters without and with attribute bit 3.
select_font_blocks:
        mov     dx, SEQUENCER
        push    ax
        mov     al, 3
        mov     ah, bl
        out     dx, ax
        pop     ax
        clc
        ret

; The font of AX lines at CS:SI to block BL.
load_whole_font:
        push    ds
        push    cs
        pop     ds
        xor     dx, dx
        mov     cx, 256
        call    load_font
        pop     ds
        ret

; CX characters of AX lines at DS:SI become the characters from DX on of block BL. Keeps BX.
load_font:
        push    bx
        call    font_block
        shl     dx, 5
        add     di, dx
        sub     sp, 6
        mov     bx, sp
        mov     dword [ss:bx], 0x00020604   ; plane 2 alone, at A0000, one byte after the other
        mov     byte [ss:bx + 4], 0x04
        call    swap_plane_registers
        mov     dx, GRAPHICS_SEGMENT
        mov     es, dx
        jcxz    .done
.next:  push    cx
        push    di
        mov     cx, ax
        rep movsb
        pop     di
        add     di, 32
        pop     cx
        loop    .next
.done:  call    swap_plane_registers
        add     sp, 6
        pop     bx
        ret

; Gives the registers that say how planes are reached the five values at SS:BX, which become what they had. Keeps all
; registers but DX.
swap_plane_registers:
        push    ax
        push    bx
        push    di
        mov     di, .registers
.next:  movzx   dx, byte [cs:di]
        mov     dh, SEQUENCER >> 8
        mov     al, [cs:di + 1]
        out     dx, al
        inc     dx
        in      al, dx
        xchg    al, [ss:bx]
        out     dx, al
        inc     bx
        add     di, 2
        cmp     di, .end
        jb      .next
        pop     di
        pop     bx
        pop     ax
        ret
.registers:
        db      SEQUENCER & 0xFF, 2, SEQUENCER & 0xFF, 4
        db      GRAPHICS & 0xFF, 4, GRAPHICS & 0xFF, 5, GRAPHICS & 0xFF, 6
.end:

; Where block BL begins to DI: its bits 0 and 1 count 16 KB, bit 2 counts 8 KB. Changes BX.
font_block:
        mov     bh, bl
        and     bx, 0x0403
        shl     bl, 6
        shl     bh, 3
        or      bh, bl
        mov     bl, 0
        mov     di, bx
        ret
`;
