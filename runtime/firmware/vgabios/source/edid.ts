/** VBE function 15: what the display tells of itself, which the standard VGA has at the start of its registers. */
export const edid = `
REGISTERS_BAR    equ 0x18
EDID_BYTES       equ 128        ; of a block; the sum of all of them is 0, so that the ROM's stays as it is

; Called as the ROM starts, when it is in RAM that can be written (PCI Firmware Specification 3.0, section 5.2.1.4): copies
; both blocks from the adapter's registers (QEMU, docs/specs/standard-vga), which the system BIOS can reach. Later
; a program may call int 10h where there is no system BIOS: in virtual 8086 mode, or in its own emulation of real mode.
start_display:
        mov     al, REGISTERS_BAR
        call    adapter_address
        cmp     eax, 0
        je      .done
        mov     esi, eax
        mov     edi, (ROM_SEGMENT << 4) + display_identification
        mov     cx, 2 * EDID_BYTES / 2
        call    move_block
.done:  ret

; BL: 0: what there is; 1: block DX of the display's EDID to ES:DI.
vbe_display_identification:
        cmp     bl, 1
        ja      .failed
        je      .read
        mov     word [bp + CALLER_BX], 0x0002   ; DDC2; no time to speak of
        mov     ax, VBE_OK
        ret
.read:  cmp     dx, 1
        ja      .failed
        cmp     dword [cs:display_identification], 0xFFFFFF00   ; how an EDID begins
        jne     .failed
        mov     si, dx
        shl     si, 7
        add     si, display_identification
        mov     di, [bp + CALLER_DI]
        mov     cx, EDID_BYTES / 4
.next:  cs lodsd
        stosd
        loop    .next
        mov     ax, VBE_OK
        ret
.failed:
        mov     ax, VBE_FAILED
        ret

display_identification:
        times   2 * EDID_BYTES db 0
`;

/** VBE function 15 of adapters that tell nothing of the display. */
export const noEdid = `
vbe_display_identification:
        mov     ax, VBE_FAILED
start_display:
        ret
`;
