/** VBE functions 02 and 03: modes; 04: state. */
export const vbeMode = `
VBE_LINEAR     equ 0x4000           ; in a mode's number
VBE_KEEP       equ 0x8000
VBE_NUMBERS    equ 0x01FF           ; the other bits are reserved, and not looked at (VBE 3.0, "Mode numbers"); there is no timing to be chosen

; BX: mode, with VBE_LINEAR and VBE_KEEP.
vbe_set_mode:
        mov     cx, bx
        test    bh, VBE_NUMBERS >> 8
        jz      .vga
        call    find_vbe_mode
        jc      .unknown
        test    ch, VBE_LINEAR >> 8
        jz      .banked
        cmp     byte [cs:si + VBE_BITS], 4
        je      .unknown
.banked:
        call    set_vbe_registers
        call    set_vbe_data
        call    start_vbe
        call    show_picture
        mov     ax, VBE_OK
        ret
.vga:   mov     al, bl
        and     al, 0x7F
        call    find_mode
        jc      .unknown
        and     ch, VBE_KEEP >> 8
        or      al, ch
        call    set_mode
        mov     ax, VBE_OK
        ret
.unknown:
        mov     ax, VBE_FAILED
        ret

; The VGA's registers and colours as in mode 12h for planes, as in 13h for bytes. SI: the mode. Keeps CX, SI.
set_vbe_registers:
        push    cx
        push    si
        call    leave_vbe
        mov     al, 0x12
        cmp     byte [cs:si + VBE_BITS], 4
        je      .like
        inc     ax
.like:  call    find_mode
        call    find_parameters
        mov     word [BDA_CRTC], CRTC_COLOUR
        call    write_registers
        call    load_default_palette
        pop     si
        pop     cx
        ret

; What columns and rows in bytes can be; rows and distances of rows are told apart by their sign.
MOST_COLUMNS equ 255
MOST_ROWS    equ 128

; BIOS data of the mode at SI with the bits CX of its number. Keeps CX, SI.
set_vbe_data:
        push    cx
        push    si
        mov     byte [BDA_MODE], VBE_MODE
        and     byte [BDA_CONTROL], ~CONTROL_KEPT & 0xFF
        and     ch, VBE_KEEP >> 8
        or      [BDA_CONTROL], ch
        mov     ax, [cs:si + VBE_WIDTH]
        shr     ax, 3
        mov     cx, MOST_COLUMNS
        call    .least
        mov     [BDA_COLUMNS], ax
        mov     ax, [cs:si + VBE_HEIGHT]
        shr     ax, 4
        mov     cx, MOST_ROWS
        call    .least
        dec     ax
        mov     [BDA_LAST_ROW], al
        mov     word [BDA_HEIGHT], 16
        mov     word [BDA_PAGE_BYTES], 0
        mov     word [BDA_CURSOR], 0
        call    reset_pages
        call    set_mode_vectors
        pop     si
        pop     cx
        ret
.least: cmp     ax, cx
        jbe     .small
        mov     ax, cx
.small: ret

; The active mode's number, with what it was set with, to BX.
vbe_get_mode:
        movzx   bx, byte [BDA_MODE]
        cmp     bl, VBE_MODE
        je      .vbe
        mov     al, [BDA_CONTROL]
        and     al, CONTROL_KEPT
        or      bh, al
        jmp     .done
.vbe:   call    active_vbe_mode
        mov     bx, [cs:si + VBE_NUMBER]
        mov     al, EXTENSION_ENABLE
        call    read_extension
        mov     dx, ax
        and     dx, EXTENSION_LINEAR | EXTENSION_KEEP_MEMORY
        shl     dx, 8
        or      bx, dx
.done:  mov     [bp + CALLER_BX], bx
        mov     ax, VBE_OK
        ret

; The description of the active mode of VBE to CS:SI, by what the extension was set to.
active_vbe_mode:
        mov     al, EXTENSION_WIDTH
        call    read_extension
        mov     bx, ax
        mov     al, EXTENSION_HEIGHT
        call    read_extension
        mov     cx, ax
        mov     al, EXTENSION_BPP
        call    read_extension
        mov     si, vbe_modes
.next:  cmp     bx, [cs:si + VBE_WIDTH]
        jne     .other
        cmp     cx, [cs:si + VBE_HEIGHT]
        jne     .other
        cmp     al, [cs:si + VBE_BITS]
        je      .found
.other: add     si, VBE_MODE_BYTES
        cmp     si, vbe_modes_end
        jb      .next
        mov     si, vbe_modes
.found: ret

; DL = 0: blocks of 64 bytes for the parts CX to BX; 1: save to ES:BX; 2: restore from there.
vbe_save_restore:
        mov     ax, VBE_FAILED
        cmp     dl, 2
        ja      .done
        mov     al, dl
        and     cx, 0x0F
        call    save_parts
        cmp     dl, 0
        jne     .saved
        mov     [bp + CALLER_BX], bx
.saved: mov     ax, VBE_OK
.done:  ret
`;
