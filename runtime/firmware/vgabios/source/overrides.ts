/**
 * Fonts that a program wants after every mode set, by the save pointer table (IBM VGA technical reference, "Video BIOS:
 * save area"; RBIL, memory list, 40h:A8h): the drivers of code pages do.
 */
export const overrides = `
; Offsets of far pointers in the save pointer table.
SAVED_TEXT_FONT     equ 0x08
SAVED_GRAPHICS_FONT equ 0x0C

; A font for text: bytes of a character, block, characters (word), the first (word), far pointer, rows, modes.
OVERRIDE_HEIGHT     equ 0
OVERRIDE_BLOCK      equ 1
OVERRIDE_COUNT      equ 2
OVERRIDE_FIRST      equ 4
OVERRIDE_FONT       equ 6
OVERRIDE_ROWS       equ 10
OVERRIDE_MODES      equ 11
; A font for graphics: rows, bytes of a character (word), far pointer, modes.
GRAPHICS_ROWS       equ 0
GRAPHICS_HEIGHT     equ 1
GRAPHICS_FONT       equ 3
GRAPHICS_MODES      equ 7

; The override at offset BX of the save pointer table, whose modes stand at offset CX and end with FF, to ES:DI. Carry: there is none
; for the active mode.
MOST_MODES          equ 256
find_override:
        cmp     dword [BDA_SAVE], 0
        je      .none
        les     di, [BDA_SAVE]
        les     di, [es:di + bx]
        mov     ax, es
        or      ax, di
        jz      .none
        mov     bx, di
        add     bx, cx
        mov     cx, MOST_MODES
.next:  mov     al, [es:bx]
        inc     bx
        cmp     al, [BDA_MODE]
        je      .found
        cmp     al, 0xFF
        loopnz  .next
.none:  stc
        ret
.found: clc
        ret

override_text_font:
        mov     bx, SAVED_TEXT_FONT
        mov     cx, OVERRIDE_MODES
        call    find_override
        jc      .none
        mov     bl, [es:di + OVERRIDE_BLOCK]
        mov     bh, [es:di + OVERRIDE_HEIGHT]
        movzx   ax, bh
        call    check_character_lines
        jc      .none
        mov     cx, [es:di + OVERRIDE_COUNT]
        mov     dx, [es:di + OVERRIDE_FIRST]
        push    es
        push    di
        push    ds
        lds     si, [es:di + OVERRIDE_FONT]
        call    load_font
        pop     ds
        call    set_text_height
        pop     di
        pop     es
        mov     al, [es:di + OVERRIDE_ROWS]
        dec     al
        cmp     al, [BDA_LAST_ROW]  ; 255: as many as there is room for
        jae     .none
        mov     [BDA_LAST_ROW], al
.none:  ret

override_graphics_font:
        mov     bx, SAVED_GRAPHICS_FONT
        mov     cx, GRAPHICS_MODES
        call    find_override
        jc      .none
        mov     ax, [es:di + GRAPHICS_HEIGHT]
        call    check_character_lines
        jc      .none
        mov     [BDA_HEIGHT], ax
        movzx   ax, byte [es:di + GRAPHICS_ROWS]
        call    set_rows
        mov     eax, [es:di + GRAPHICS_FONT]
        push    0
        pop     es
        mov     [es:0x43 * 4], eax
.none:  ret
`;
