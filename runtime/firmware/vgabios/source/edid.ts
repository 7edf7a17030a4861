/** VBE function 15: what the display tells of itself, which the standard VGA has at the start of its registers. */
export const edid = `
REGISTERS_BAR    equ 0x18

; BL: 0: what there is; 1: block DX of the display's EDID to ES:DI. It is at the start of the adapter's registers
; (QEMU, docs/specs/standard-vga), which the system BIOS can reach.
EDID_BYTES equ 128
vbe_display_identification:
        cmp     bl, 1
        ja      .failed
        je      .read
        mov     word [bp + CALLER_BX], 0x0002   ; DDC2; no time to speak of
        mov     ax, VBE_OK
        ret
.read:  cmp     dx, 1
        ja      .failed
        mov     al, REGISTERS_BAR
        call    adapter_address
        cmp     eax, 0
        je      .failed
        movzx   esi, dx
        shl     esi, 7
        add     esi, eax
        movzx   edi, word [bp + CALLER_ES]
        shl     edi, 4
        movzx   ecx, word [bp + CALLER_DI]
        add     edi, ecx
        mov     cx, EDID_BYTES / 2
        call    move_block
        jc      .failed
        cmp     dx, 0
        jne     .done
        mov     di, [bp + CALLER_DI]
        cmp     dword [es:di], 0xFFFFFF00   ; how an EDID begins
        jne     .failed
.done:  mov     ax, VBE_OK
        ret
.failed:
        mov     ax, VBE_FAILED
        ret
`;
