/**
 * Operations that each kind of mode has its own version of: rows of cells, cells, pixels. Graphics modes share the operations on
 * cells, which are made of operations on lines.
 */
export const operations = `
; AL: source row, AH: destination row, CL and DL: first and last column; of the active page.
OPERATION_COPY        equ 0
; AL: row, AH: attribute, CL and DL: first and last column; of the active page.
OPERATION_FILL        equ 2
; AL: character, BL: attribute, BH: page, DL and DH: column and row; AH: CHARACTER_ONLY or WITH_ATTRIBUTE.
OPERATION_WRITE       equ 4
; BH: page, DL and DH: column and row. AL gets the character, AH the attribute.
OPERATION_READ        equ 6
; AL: colour, BH: page, CX and DX: column and row of a pixel.
OPERATION_WRITE_PIXEL equ 8
; BH: page, CX and DX: column and row of a pixel. AL gets the colour.
OPERATION_READ_PIXEL  equ 10
; Lines, as numbers of pixels from the top: AX: source, DX: destination, CL: first column, CH: columns, BH: page.
OPERATION_COPY_LINE   equ 12
; DX: line, CL: first column, CH: columns, BL: colour, BH: page.
OPERATION_FILL_LINE   equ 14
; DX: line, CL: column, AH: pixels that get the colour BL, the others are black; BH: page.
OPERATION_WRITE_LINE  equ 16
; DX: line, CL: column, BH: page. AH gets the pixels that are not black.
OPERATION_READ_LINE   equ 18
OPERATION_BYTES       equ 20

operations:
        dw      text_copy, text_fill, text_write, text_read
        dw      nothing, nothing, nothing, nothing, nothing, nothing
        dw      graphics_copy, graphics_fill, graphics_write, graphics_read
        dw      cga_write_pixel, cga_read_pixel
        dw      cga_copy_line, cga_fill_line, cga_write_line, cga_read_line
        dw      graphics_copy, graphics_fill, graphics_write, graphics_read
        dw      planar_write_pixel, planar_read_pixel
        dw      planar_copy_line, planar_fill_line, planar_write_line, planar_read_line
        dw      packed_copy, graphics_fill, graphics_write, graphics_read
        dw      packed_write_pixel, packed_read_pixel
        dw      packed_copy_line, packed_fill_line, packed_write_line, packed_read_line

; Does operation SI in the way of the active mode. It may change all registers but BP, DS and SP.
call_operation:
        call    keep_cells_drawable
        call    active_operations
        add     di, si
        cmp     byte [BDA_MODE], VBE_MODE
        je      .vbe
        jmp     word [cs:operations + di]
; Programs of VBE know which bank they have selected.
.vbe:   mov     si, ax
        mov     al, EXTENSION_BANK
        call    read_extension
        push    ax
        mov     ax, si
        call    word [cs:operations + di]
        pop     di
        movzx   edi, di
        shl     edi, 16
        jmp     select_bank

; A program may have written anything into BIOS data: cells get 1 to MOST_LINES lines. Keeps all registers.
keep_cells_drawable:
        push    ax
        mov     ax, [BDA_HEIGHT]
        call    check_character_lines
        jnc     .done
        cmp     ax, 1
        mov     ax, 1
        jb      .store
        mov     al, MOST_LINES
.store: mov     [BDA_HEIGHT], ax
.done:  pop     ax
        ret

; Where the active mode's operations begin in the table to DI. Keeps the other registers.
active_operations:
        call    active_kind
        imul    di, di, OPERATION_BYTES
        ret

; The kind of the active mode to DI. Keeps the other registers.
active_kind:
        push    ax
        push    si
        mov     al, [BDA_MODE]
        cmp     al, VBE_MODE
        je      .vbe
        mov     di, KIND_TEXT
        call    find_mode
        jc      .known
        movzx   di, byte [cs:si + MODE_KIND]
.known: pop     si
        pop     ax
        ret
.vbe:   call    vbe_kind
        jmp     .known
`;
