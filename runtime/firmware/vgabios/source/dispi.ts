/** Bochs' VBE extension has these registers itself. */
export const dispi = `
DISPI_INDEX equ 0x1CE
DISPI_DATA  equ 0x1CF
EXTENSION_CAPABILITIES equ 1        ; colours can have 8 bits

; Register AL to AX. Keeps the other registers.
read_extension:
        push    dx
        mov     dx, DISPI_INDEX
        mov     ah, 0
        out     dx, ax
        mov     dx, DISPI_DATA
        in      ax, dx
        pop     dx
        ret

; BX to register AL. Keeps all registers but AH.
write_extension:
        push    dx
        mov     dx, DISPI_INDEX
        mov     ah, 0
        out     dx, ax
        mov     dx, DISPI_DATA
        xchg    ax, bx
        out     dx, ax
        xchg    ax, bx
        pop     dx
        ret

; AX: the most pixels of a line: the virtual width has 13 bits. Keeps the other registers.
most_pixels:
        mov     ax, 0x1FF8
        ret

; Back to what the VGA's own registers say.
leave_vbe:
        push    ax
        push    bx
        mov     al, EXTENSION_ENABLE
        mov     bx, 0
        call    write_extension
        pop     bx
        pop     ax
        ret

; Starts VBE's extension for the mode at SI with the bits CX of its number; it clears memory if it is not kept.
start_vbe:
        movzx   bx, byte [cs:si + VBE_BITS]
        mov     al, EXTENSION_BPP
        call    write_extension
        mov     bx, [cs:si + VBE_WIDTH]
        mov     al, EXTENSION_WIDTH
        call    write_extension
        mov     bx, [cs:si + VBE_HEIGHT]
        mov     al, EXTENSION_HEIGHT
        call    write_extension
        mov     bx, EXTENSION_ENABLED
        test    ch, VBE_LINEAR >> 8
        jz      .banked
        or      bl, EXTENSION_LINEAR
.banked:
        test    ch, VBE_KEEP >> 8
        jz      .enable
        or      bl, EXTENSION_KEEP_MEMORY
.enable:
        mov     al, EXTENSION_ENABLE
        call    write_extension
        mov     bx, 0
        mov     al, EXTENSION_BANK
        jmp     write_extension

; Registers 1 to 9 of VBE's extension.
save_extension:
        mov     cl, EXTENSION_WIDTH
.next:  mov     al, cl
        call    read_extension
        stosw
        inc     cx
        cmp     cl, EXTENSION_Y
        jbe     .next
        ret

; Size and depth can be written while it is off; bank, virtual width and position follow when it is on.
restore_extension:
        call    leave_vbe
        mov     al, EXTENSION_WIDTH
.size:  mov     bx, [es:di]
        call    write_extension
        add     di, 2
        inc     al
        cmp     al, EXTENSION_ENABLE
        jb      .size
        mov     bx, [es:di]
        or      bx, EXTENSION_KEEP_MEMORY
        call    write_extension
        mov     bx, [es:di]         ; that was for now: what it was started with is told by function 03
.rest:  call    write_extension
        add     di, 2
        mov     bx, [es:di]
        inc     al
        cmp     al, EXTENSION_Y
        jbe     .rest
        ret

; The adapter has no numbers of its own for modes, and no functions.
extension_mode:
        stc
extension_number:
extension_select:
        ret
`;
