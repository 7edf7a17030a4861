/**
 * An adapter's abilities beyond the VGA, as the registers of Bochs' VBE extension (Bochs, VBE_DISPI interface; QEMU,
 * docs/specs/standard-vga). Each adapter's source says how they are read and written.
 */
export const extension = `
EXTENSION_WIDTH          equ 1
EXTENSION_HEIGHT         equ 2
EXTENSION_BPP            equ 3
EXTENSION_ENABLE         equ 4
EXTENSION_BANK           equ 5
EXTENSION_VIRTUAL_WIDTH  equ 6
EXTENSION_VIRTUAL_HEIGHT equ 7
EXTENSION_X              equ 8
EXTENSION_Y              equ 9
EXTENSION_MEMORY         equ 10         ; in units of 64 KB

EXTENSION_ENABLED        equ 0x01
EXTENSION_8_BIT_DAC      equ 0x20
EXTENSION_LINEAR         equ 0x40
EXTENSION_KEEP_MEMORY    equ 0x80

; What the mode is in BIOS data while one of VBE is active.
VBE_MODE             equ 0xFF

; No carry: a mode of VBE is active, with pixels and lines: a program may have set the adapter's registers to anything.
; Keeps all registers.
vbe_active:
        push    ax
        cmp     byte [BDA_MODE], VBE_MODE
        jne     .none
        mov     al, EXTENSION_BPP
        call    read_extension
        cmp     ax, 1
        jb      .done
        mov     al, EXTENSION_VIRTUAL_WIDTH
        call    read_extension
        cmp     ax, 8               ; planes have a byte for eight pixels
.done:  pop     ax
        ret
.none:  pop     ax
        stc
        ret

; The kind of the active mode of VBE to DI. Keeps the other registers.
vbe_kind:
        push    ax
        mov     al, EXTENSION_BPP
        call    read_extension
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
        mov     al, EXTENSION_BANK
        call    read_extension
        cmp     ax, bx
        je      .done
        mov     al, EXTENSION_BANK
        call    write_extension
.done:  pop     ebx
        pop     eax
        ret
`;
