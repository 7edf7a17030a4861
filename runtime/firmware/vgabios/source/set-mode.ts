/** int 10h, AH=00 and 0F. */
export const setMode = `
; AL: mode; bit 7: memory is kept.
set_mode_function:
        mov     byte [bp + CALLER_AL], 0x20
        call    extension_mode
        jnc     vbe_set_mode
        mov     ah, al
        and     ah, 0x7F
        cmp     ah, 7
        ja      set_mode
        mov     byte [bp + CALLER_AL], 0x30
        cmp     ah, 6
        jne     set_mode
        mov     byte [bp + CALLER_AL], 0x3F

; AL: mode; bit 7: memory is kept. A mode that does not exist changes nothing.
set_mode:
        mov     dl, al
        and     al, 0x7F
        call    find_mode
        jc      .unknown
        and     dl, CONTROL_KEPT
        and     byte [BDA_CONTROL], ~CONTROL_KEPT & 0xFF
        or      [BDA_CONTROL], dl
        call    leave_vbe
        mov     [BDA_MODE], al
        call    find_parameters
        call    set_mode_data
        call    write_registers
        call    load_default_palette
        call    clear_memory
        call    load_mode_font
        call    set_mode_vectors
        call    override_fonts
        call    show_picture
.unknown:
        ret

; Fonts of programs for this mode. SI: the mode.
override_fonts:
        cmp     byte [cs:si + MODE_KIND], KIND_TEXT
        je      override_text_font
        jmp     override_graphics_font

; The active mode: number, columns, page.
get_mode:
        mov     al, [BDA_CONTROL]
        and     al, CONTROL_KEPT
        or      al, [BDA_MODE]
        cmp     al, VBE_MODE
        jne     .number
        call    extension_number
.number:
        mov     ah, [BDA_COLUMNS]
        mov     [bp + CALLER_AX], ax
        mov     al, [BDA_PAGE]
        mov     [bp + CALLER_BH], al
        ret

; The mode AL's description to CS:SI; carry: there is no such mode.
find_mode:
        mov     si, mode_table
.next:  cmp     si, mode_table_end
        jae     .none
        cmp     al, [cs:si + MODE_NUMBER]
        je      .found
        add     si, MODE_BYTES
        jmp     .next
.found: clc
        ret
.none:  stc
        ret

; The parameters of the mode at SI to CS:BX. Text has some for each number of lines.
find_parameters:
        mov     bx, MODE_200_LINES
        test    byte [BDA_FLAGS], FLAG_200_LINES
        jnz     .chosen
        inc     bx
        test    byte [BDA_FLAGS], FLAG_400_LINES
        jz      .chosen
        inc     bx
.chosen:
        movzx   bx, byte [cs:si + bx]
        shl     bx, 6
        add     bx, video_parameters
        ret

; BIOS data for the mode at SI with the parameters at BX.
set_mode_data:
        mov     ax, [cs:bx + PARAMETER_COLUMNS]
        mov     [BDA_LAST_ROW], ah
        mov     ah, 0
        mov     [BDA_COLUMNS], ax
        mov     al, [cs:bx + PARAMETER_HEIGHT]
        mov     [BDA_HEIGHT], ax
        mov     ax, [cs:bx + PARAMETER_PAGE_BYTES]
        mov     [BDA_PAGE_BYTES], ax
        mov     word [BDA_CRTC], CRTC_COLOUR
        test    byte [cs:bx + PARAMETER_MISC], 1
        jnz     .colour
        mov     word [BDA_CRTC], CRTC_MONO
.colour:
        mov     al, [cs:si + MODE_CGA_CONTROL]
        mov     ah, 0x30
        cmp     byte [cs:si + MODE_NUMBER], 6
        jne     .control
        mov     ah, 0x3F
.control:
        mov     [BDA_CGA_CONTROL], ax
        call    reset_pages
        mov     word [BDA_CURSOR], 0x0607
        cmp     byte [cs:si + MODE_KIND], KIND_TEXT
        je      .done
        mov     word [BDA_CURSOR], 0
.done:  ret

; Page 0 is active, its cursor and those of all pages are at the upper left.
reset_pages:
        xor     ax, ax
        mov     byte [BDA_PAGE], al
        mov     [BDA_PAGE_START], ax
        push    ds
        pop     es
        mov     di, BDA_CURSORS
        mov     cx, 8
        rep stosw
        ret

; Text gets blanks, graphics zeros, unless memory is kept. SI: the mode.
clear_memory:
        test    byte [BDA_CONTROL], CONTROL_KEPT
        jnz     .done
        mov     es, [cs:si + MODE_SEGMENT]
        xor     di, di
        mov     eax, BLANK << 16 | BLANK
        mov     cx, 0x8000 / 4
        cmp     byte [cs:si + MODE_KIND], KIND_TEXT
        je      .fill
        xor     eax, eax
        cmp     byte [cs:si + MODE_KIND], KIND_CGA
        je      .fill
        mov     cx, 0x10000 / 4
.fill:  rep stosd
.done:  ret

; Text needs a font in plane 2. SI: the mode.
load_mode_font:
        cmp     byte [cs:si + MODE_KIND], KIND_TEXT
        jne     .done
        push    si
        mov     bl, 0
        mov     ax, [BDA_HEIGHT]
        call    rom_font
        call    load_whole_font
        pop     si
.done:  ret

; Vector 43h is the font of graphics; 1Fh its upper half in the CGA's modes.
set_mode_vectors:
        push    si
        mov     ax, [BDA_HEIGHT]
        call    rom_font
        xor     ax, ax
        mov     es, ax
        mov     [es:0x43 * 4], si
        mov     [es:0x43 * 4 + 2], cs
        mov     word [es:0x1F * 4], font8 + 128 * 8
        mov     [es:0x1F * 4 + 2], cs
        pop     si
        ret

; The font with characters of AX lines to CS:SI.
rom_font:
        mov     si, font8
        cmp     al, 14
        jb      .done
        mov     si, font14
        je      .done
        mov     si, font16
.done:  ret
`;
