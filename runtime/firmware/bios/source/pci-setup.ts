/** POST: every PCI device of bus 0 gets addresses and an interrupt. */
export const pciSetup = `
bits 16
PCI_ID          equ 0x00
PCI_COMMAND     equ 0x04
PCI_CLASS       equ 0x0A
PCI_HEADER      equ 0x0E
PCI_BAR0        equ 0x10
PCI_BARS_END    equ 0x28
PCI_ROM         equ 0x30
PCI_LINE        equ 0x3C
PCI_PIN         equ 0x3D
COMMAND_IO      equ 0x001
COMMAND_MEMORY  equ 0x002
COMMAND_MASTER  equ 0x004
COMMAND_SERR    equ 0x100
BAR_IO          equ 1
BAR_64          equ 4
PAGE            equ 0x1000

PCI_IO_START    equ 0xC000
ISA_BRIDGE      equ 1 << 3
PIRQ_ROUTES     equ 0x60        ; 4 bytes, in the ISA bridge
POWER_FUNCTION  equ 1 << 3 | 3
SMBUS_BASE      equ 0x700
SCI_IRQ         equ 9

; DS: EBDA.
pci_setup:
        mov     word [EBDA_PCI_IO], PCI_IO_START
        mov     dword [EBDA_PCI_MEMORY], PCI_MEMORY_END
        mov     bx, ISA_BRIDGE
        mov     di, PIRQ_ROUTES
        mov     eax, PIRQ_A | PIRQ_B << 8 | PIRQ_C << 16 | PIRQ_D << 24
        call    pci_write_dword
        xor     bx, bx
.next:  mov     di, PCI_ID
        call    pci_read_word
        cmp     ax, 0xFFFF
        je      .skip
        call    pci_setup_function
        mov     di, PCI_HEADER
        call    pci_read_byte
        test    bl, 7
        jnz     .advance
        test    al, 0x80            ; more than one function?
        jnz     .advance
.skip:  test    bl, 7
        jnz     .advance
        add     bx, 8
        jmp     .more
.advance:
        inc     bx
.more:  cmp     bx, 0x100
        jb      .next
        ret

; BX: a function that is there.
pci_setup_function:
        call    pci_setup_special
        mov     di, PCI_HEADER
        call    pci_read_byte
        and     al, 0x7F
        jnz     .no_bars            ; bridges have no more than their own
        mov     di, PCI_BAR0
.bar:   call    pci_setup_bar
        cmp     di, PCI_BARS_END
        jb      .bar
        mov     di, PCI_ROM
        mov     eax, 0xFFFFFFFE
        call    pci_setup_memory_bar
.no_bars:
        mov     di, PCI_COMMAND
        call    pci_read_word
        or      ax, COMMAND_IO | COMMAND_MEMORY | COMMAND_SERR
        call    pci_write_word
        ; fall through to pci_setup_line

; The interrupt line of BX: pins of devices one after the other rotate through the PIRQs.
pci_setup_line:
        mov     di, PCI_PIN
        call    pci_read_byte
        test    al, al
        jz      .end
        cmp     bx, POWER_FUNCTION
        je      .sci
        mov     dx, bx
        shr     dl, 3
        add     al, dl
        sub     al, 2               ; device - 1 + pin - 1
        and     ax, 3
        mov     si, ax
        mov     al, [cs:.routes + si]
.set:   mov     di, PCI_LINE
        call    pci_write_byte
.end:   ret
.sci:   mov     al, SCI_IRQ
        jmp     .set
.routes: db PIRQ_A, PIRQ_B, PIRQ_C, PIRQ_D

; Assigns the base address register DI of BX. DI: the next one.
pci_setup_bar:
        mov     eax, 0xFFFFFFFF
        call    pci_write_dword
        call    pci_read_dword
        test    al, BAR_IO
        jnz     .io
        mov     cl, al
        mov     eax, 0xFFFFFFFF
        call    pci_setup_memory_bar
        add     di, 4
        test    cl, BAR_64
        jz      .end
        xor     eax, eax
        call    pci_write_dword
        add     di, 4
.end:   ret
.io:    and     al, ~3 & 0xFF
        or      eax, 0xFFFF0000
        neg     eax                 ; its size
        mov     dx, [EBDA_PCI_IO]
        add     dx, ax
        dec     dx
        neg     ax
        and     dx, ax
        neg     ax
        add     ax, dx
        mov     [EBDA_PCI_IO], ax
        movzx   eax, dx
        call    pci_write_dword
        add     di, 4
        ret

; A register of memory addresses, or of the ROM's; EAX: all bits that are tried. A register that is not there stays 0.
pci_setup_memory_bar:
        push    edx
        call    pci_write_dword
        call    pci_read_dword
        and     eax, 0xFFFFFFF0
        jz      .end
        neg     eax                 ; its size
        cmp     eax, PAGE
        jae     .pages
        mov     eax, PAGE           ; drivers map whole pages, and take the address for that of one
.pages: mov     edx, [EBDA_PCI_MEMORY]
        sub     edx, eax
        neg     eax
        and     edx, eax            ; aligned to it
        mov     [EBDA_PCI_MEMORY], edx
        mov     eax, edx
        call    pci_write_dword
.end:   pop     edx
        ret

; Chips of the board that need more: by vendor and device.
pci_setup_special:
        mov     di, PCI_ID
        call    pci_read_dword
        cmp     eax, 0x70108086
        je      .ide
        cmp     eax, 0x71138086
        je      .power
        ret
; Both channels of the IDE controller decode their ports.
.ide:   mov     di, 0x40
        mov     eax, 0x80008000
        call    pci_write_dword
        mov     di, PCI_COMMAND
        call    pci_read_word
        or      ax, COMMAND_MASTER
        jmp     pci_write_word
; Power management and SMBus at their I/O ports.
.power: mov     di, 0x40
        mov     eax, POWER_BASE | 1
        call    pci_write_dword
        mov     di, 0x80
        mov     al, 1
        call    pci_write_byte
        mov     di, 0x90
        mov     eax, SMBUS_BASE | 1
        call    pci_write_dword
        mov     di, 0xD2
        mov     al, 0x09
        jmp     pci_write_byte
`;
