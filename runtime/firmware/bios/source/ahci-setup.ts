/** POST: which SATA drives there are at AHCI controllers (AHCI 1.3.1, 10.1). DS: EBDA, BX: a drive's descriptor. */
export const ahciSetup = `
bits 16
AHCI_CLASS      equ 0x010601
AHCI_PORTS      equ 32
AHCI_KILOBYTES  equ 11
LINK_ACTIVE     equ 3           ; PxSSTS
SIGNATURE_DISK  equ 0x00000101
SIGNATURE_CD    equ 0xEB140101

; BX: the next free descriptor. Drives come in the order of controllers and ports.
ahci_setup:
        xor     cx, cx
.next:  push    bx
        mov     bx, cx
        mov     di, PCI_REVISION
        call    pci_read_dword
        pop     bx
        shr     eax, 8
        cmp     eax, AHCI_CLASS
        jne     .other
        push    cx
        call    ahci_controller_setup
        pop     cx
.other: inc     cl
        jnz     .next
        ret

; CX: a controller's function. BX: the next free descriptor.
ahci_controller_setup:
        mov     dl, 0
.port:  cmp     bx, EBDA_DRIVES_END
        jae     .end
        push    cx
        push    dx
        mov     [bx + DRIVE_PCI], cx
        mov     [bx + DRIVE_SELECT], dl
        call    bar4_ports
        call    ahci_port_setup
        pop     dx
        pop     cx
        jc      .other
        add     bx, DRIVE_BYTES
.other: inc     dl
        cmp     dl, AHCI_PORTS
        jb      .port
.end:   ret

; What is at the port of descriptor BX. CF: no drive that can be used; the descriptor stays free.
ahci_port_setup:
        mov     si, PX_STATUS
        call    ahci_read
        and     al, 0x0F
        cmp     al, LINK_ACTIVE
        jne     .none
        cmp     word [EBDA_AHCI], 0
        jne     .start
        mov     ax, AHCI_KILOBYTES
        call    low_memory_room
        call    low_memory_take
        mov     [EBDA_AHCI], ax
.start: call    ahci_start
        jc      .end
        mov     byte [bx + DRIVE_FLAGS], DRIVE_IS_SATA
        call    drive_place
        mov     si, PX_SIGNATURE
        call    ahci_read
        cmp     eax, SIGNATURE_CD
        je      .cd
        cmp     eax, SIGNATURE_DISK
        jne     .none
        mov     al, COMMAND_IDENTIFY
        call    ahci_begin
        mov     eax, SCRATCH_SEGMENT << 4
        mov     ecx, 512
        mov     dx, 0
        call    ahci_run
        jc      .end
        push    word SCRATCH_SEGMENT
        pop     es
        call    drive_is_disk
        clc
        ret
.cd:    cmp     word [EBDA_CD_MAP + 2 * IDE_PLACES - 2], 0
        jne     .none               ; there are no more numbers for CDs
        call    drive_is_cd
        clc
        ret
.none:  stc
.end:   ret
`;
