/** Where the adapter is in memory, by PCI configuration mechanism 1 (PCI 2.1, section 3.7.4.1); its EDID. */
export const pci = `
PCI_ADDRESS equ 0xCF8
PCI_DATA    equ 0xCFC
PCI_ENABLE  equ 0x80000000
PCI_DEVICE  equ 0x11111234
FRAME_BUFFER_BAR equ 0x10
REGISTERS_BAR    equ 0x18

; The address in base address register AL to EAX, 0 if there is no adapter on bus 0. Keeps the other registers.
adapter_address:
        push    ebx
        push    dx
        movzx   ebx, al
        or      ebx, PCI_ENABLE
.next:  push    bx
        mov     bl, 0
        call    .read
        pop     bx
        cmp     eax, PCI_DEVICE
        je      .found
        add     ebx, 1 << 11        ; the next device
        test    ebx, 1 << 16
        jz      .next
        xor     eax, eax
        jmp     .done
.found: call    .read
        and     al, 0xF0
.done:  pop     dx
        pop     ebx
        ret
.read:  mov     dx, PCI_ADDRESS
        mov     eax, ebx
        out     dx, eax
        mov     dx, PCI_DATA
        in      eax, dx
        ret

frame_buffer:
        mov     al, FRAME_BUFFER_BAR
        jmp     adapter_address

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
