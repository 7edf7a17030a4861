/** The registers of Bochs' VBE extension (Bochs, VBE_DISPI interface; QEMU, docs/specs/standard-vga). */
export const dispi = `
DISPI_INDEX          equ 0x1CE
DISPI_DATA           equ 0x1CF
DISPI_WIDTH          equ 1
DISPI_HEIGHT         equ 2
DISPI_BPP            equ 3
DISPI_ENABLE         equ 4
DISPI_BANK           equ 5
DISPI_VIRTUAL_WIDTH  equ 6
DISPI_VIRTUAL_HEIGHT equ 7
DISPI_X              equ 8
DISPI_Y              equ 9
DISPI_MEMORY         equ 10         ; in units of 64 KB

DISPI_ENABLED        equ 0x01
DISPI_8_BIT_DAC      equ 0x20
DISPI_LINEAR         equ 0x40
DISPI_KEEP_MEMORY    equ 0x80

; What the mode is in BIOS data while one of VBE is active.
VBE_MODE             equ 0xFF

; Register AL to AX. Keeps the other registers.
read_dispi:
        push    dx
        mov     dx, DISPI_INDEX
        mov     ah, 0
        out     dx, ax
        mov     dx, DISPI_DATA
        in      ax, dx
        pop     dx
        ret

; BX to register AL. Keeps all registers but AH.
write_dispi:
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

; Back to what the VGA's own registers say.
leave_vbe:
        push    ax
        push    bx
        mov     al, DISPI_ENABLE
        mov     bx, 0
        call    write_dispi
        pop     bx
        pop     ax
        ret

; The kind of the active mode of VBE to DI. Keeps the other registers.
vbe_kind:
        push    ax
        mov     al, DISPI_BPP
        call    read_dispi
        mov     di, KIND_PLANAR
        cmp     al, 4
        je      .done
        mov     di, KIND_PACKED
.done:  pop     ax
        ret

; Shows bank EDI >> 16 at A0000, and gives ES: a picture may be larger than the 64 KB there. Keeps the other registers.
select_bank:
        push    eax
        push    ebx
        mov     ax, GRAPHICS_SEGMENT
        mov     es, ax
        mov     ebx, edi
        shr     ebx, 16
        mov     al, DISPI_BANK
        call    read_dispi
        cmp     ax, bx
        je      .done
        mov     al, DISPI_BANK
        call    write_dispi
.done:  pop     ebx
        pop     eax
        ret
`;
