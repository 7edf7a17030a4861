/** Where the adapter is in memory, by PCI configuration mechanism 1 (PCI 2.1, section 3.7.4.1). PCI_ID: its device and vendor; FRAME_BUFFER_BAR: the base address register of its memory. */
export const pci = `
PCI_ADDRESS equ 0xCF8
PCI_DATA    equ 0xCFC
PCI_ENABLE  equ 0x80000000

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
        cmp     eax, PCI_ID
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
`;
