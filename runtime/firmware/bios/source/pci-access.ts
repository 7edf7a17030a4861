/** PCI configuration mechanism 1 (PCI Local Bus Specification 2.1, 3.7.4.1). BX: bus, device and function; DI: register. */
export const pciAccess = `
bits 16
; Puts the address of register DI of BX on the bus; DX: the port of its byte. Changes nothing else.
pci_select:
        push    eax
        movzx   eax, bx
        shl     eax, 8
        mov     al, 0
        mov     dx, di
        and     dl, 0xFC
        or      al, dl
        or      eax, 0x80000000
        mov     dx, PCI_ADDRESS
        out     dx, eax
        mov     dx, di
        and     dx, 3
        add     dx, PCI_DATA
        pop     eax
        ret

pci_read_byte:
        push    dx
        call    pci_select
        in      al, dx
        pop     dx
        ret

pci_read_word:
        push    dx
        call    pci_select
        in      ax, dx
        pop     dx
        ret

pci_read_dword:
        push    dx
        call    pci_select
        in      eax, dx
        pop     dx
        ret

pci_write_byte:
        push    dx
        call    pci_select
        out     dx, al
        pop     dx
        ret

pci_write_word:
        push    dx
        call    pci_select
        out     dx, ax
        pop     dx
        ret

pci_write_dword:
        push    dx
        call    pci_select
        out     dx, eax
        pop     dx
        ret
`;
