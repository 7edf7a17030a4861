/** POST: which NVMe disks there are (NVM Express 1.4): of each controller the first namespace. DS: EBDA, BX: a drive's descriptor. */
export const nvmeSetup = `
bits 16
NVME_CLASS      equ 0x010802
NVME_KILOBYTES  equ 8
; Registers (3.1), from DRIVE_PORT on, which is a dword: their address.
NVME_CAPABILITIES_HIGH equ 0x04
NVME_CONFIGURATION equ 0x14
NVME_STATUS     equ 0x1C
NVME_ADMIN_QUEUES equ 0x24
NVME_SUBMISSION equ 0x28
NVME_COMPLETION equ 0x30
NVME_ADMIN_DOORBELLS equ 0x1000
NVME_DOORBELLS  equ 0x1008      ; of queue 1
NVME_ENABLE     equ 0x00460001  ; commands of 64 bytes, completions of 16
NVME_READY      equ 1
NVME_FATAL      equ 2
; A command (4.2), and those of the administrator (5).
COMMAND_NAMESPACE equ 4
COMMAND_POINTER equ 24
COMMAND_POINTER2 equ 32
COMMAND_DWORD10 equ 40
COMMAND_DWORD11 equ 44
COMMAND_DWORD12 equ 48
NVME_CREATE_SUBMISSION equ 0x01
NVME_CREATE_COMPLETION equ 0x05
NVME_IDENTIFY   equ 0x06
; What Identify tells (5.15).
CONTROLLER_TRANSFER equ 77      ; byte: 4 KB times 2 to this at most, 0: any
NAMESPACE_FORMAT equ 26         ; bits 0-3
NAMESPACE_FORMATS equ 128       ; dwords: bits 16-23: bytes of a block as a power of 2

; BX: the next free descriptor. Disks come after virtio disks, in the order of their PCI functions.
nvme_setup:
        xor     cx, cx
.next:  cmp     bx, EBDA_DRIVES_END
        jae     .end
        push    bx
        mov     bx, cx
        mov     di, PCI_REVISION
        call    pci_read_dword
        pop     bx
        shr     eax, 8
        cmp     eax, NVME_CLASS
        jne     .other
        push    cx
        call    nvme_begin
        pop     cx
        jc      .other
        add     bx, DRIVE_BYTES
.other: inc     cl
        jnz     .next
.end:   ret

; BX: a free descriptor, CX: the function. CF: it cannot be used.
nvme_begin:
        mov     [bx + DRIVE_PCI], cx
        push    bx
        mov     bx, cx
        mov     di, PCI_COMMAND
        call    pci_read_word
        or      ax, COMMAND_MASTER
        call    pci_write_word
        mov     di, PCI_BAR0
        call    pci_read_dword
        pop     bx
        and     al, 0xF0
        mov     [bx + DRIVE_PORT], eax
        cmp     eax, 1
        jb      .end                ; it is nowhere
        mov     si, NVME_CAPABILITIES_HIGH
        call    nvme_read
        test    al, 0x0F            ; doorbells have other places
        jnz     .no
        mov     ax, NVME_KILOBYTES  ; only a disk takes them for good
        cmp     word [EBDA_NVME], 0
        jne     .start
        call    low_memory_room
        mov     [EBDA_NVME], ax
.start: call    nvme_start
        jc      .end
        call    nvme_describe
        pushf
        xor     eax, eax
        call    nvme_configure      ; the first request begins anew
        popf
        jc      .end
        mov     ax, [EBDA_NVME]
        call    low_memory_take
        call    drive_place
        mov     byte [bx + DRIVE_KIND], KIND_NVME
        mov     byte [bx + DRIVE_FLAGS], DRIVE_HAS_LBA
        mov     byte [bx + DRIVE_TRANSLATION], TRANSLATION_LBA
        mov     word [bx + DRIVE_OWN_CYLINDERS], MOST_OWN_CYLINDERS
        call    disk_ready
        clc
        ret
.no:    stc
.end:   ret

; How large the disk is, and how much a command moves. CF: there is none with sectors of 512 bytes.
nvme_describe:
        mov     al, 1
        call    nvme_identify
        jc      .end
        mov     cl, [es:CONTROLLER_TRANSFER]
        mov     al, 8
        dec     cl
        cmp     cl, 3
        jae     .most               ; or 0
        inc     cl
        shl     al, cl
        jmp     .told
.most:  mov     al, NVME_MOST_SECTORS
.told:  mov     [bx + DRIVE_SELECT], al
        mov     al, 0
        call    nvme_identify
        jc      .end
        movzx   di, byte [es:NAMESPACE_FORMAT]
        and     di, 0x0F
        shl     di, 2
        cmp     byte [es:di + NAMESPACE_FORMATS + 2], 9
        jne     .no
        mov     eax, [es:0]
        mov     [bx + DRIVE_TOTAL], eax
        mov     edx, [es:4]
        mov     [bx + DRIVE_TOTAL + 4], edx
        or      eax, edx
        cmp     eax, 1              ; CF if it has no sectors
        ret
.no:    stc
.end:   ret

; AL: 1: the controller, 0: the namespace. ES: segment of what it tells. CF: it doesn't.
nvme_identify:
        push    ax
        call    nvme_command
        pop     ax
        mov     byte [es:di], NVME_IDENTIFY
        mov     [es:di + COMMAND_DWORD10], al
        xor     al, 1
        mov     [es:di + COMMAND_NAMESPACE], al
        mov     dword [es:di + COMMAND_POINTER], SCRATCH_SEGMENT << 4
        call    nvme_run
        push    word SCRATCH_SEGMENT
        pop     es
        neg     ah                  ; CF unless it is 0
        ret
`;
