/** INT 13h 41h-4Eh: sectors by number (Enhanced Disk Drive Services 3.0), locks, and what the drive is. */
export const diskExtensions = `
bits 16
EXTENDED_FIRST  equ 0x41
EDD_VERSION     equ 0x30
EDD_SUPPORT     equ 0x0007      ; packets, locks, parameters
; The caller's packet at DS:SI.
PACKET_SIZE     equ 0
PACKET_COUNT    equ 2
PACKET_BUFFER   equ 4
PACKET_LBA      equ 8
PACKET_FLAT     equ 16          ; qword: address of the buffer, if that above is FFFF:FFFF
; The result of 48h.
RESULT_SIZE     equ 0
RESULT_FLAGS    equ 2
RESULT_CYLINDERS equ 4
RESULT_HEADS    equ 8
RESULT_SECTORS  equ 12
RESULT_TOTAL    equ 16
RESULT_SECTOR_BYTES equ 24
RESULT_TABLE    equ 26
RESULT_KEY      equ 30
RESULT_KEY_BYTES equ 32
RESULT_BUS      equ 36
RESULT_INTERFACE equ 40
RESULT_INTERFACE_PATH equ 48
RESULT_DEVICE_PATH equ 56
RESULT_CHECKSUM equ 73
RESULT_V1       equ 26
RESULT_V2       equ 30
RESULT_V3       equ 74
PATH_SIGNATURE  equ 0xBEDD
PATH_BYTES      equ 36          ; of which the checksum is made

extended_functions:
        dw extended_check, extended_read, extended_write, extended_verify
        dw extended_lock, extended_eject, extended_seek, extended_parameters
        dw extended_change, disk_invalid, disk_invalid, disk_invalid
        dw disk_invalid, extended_hardware
EXTENDED_FUNCTIONS equ ($ - extended_functions) / 2

; BX becomes AA55h; CX: what is there.
extended_check:
        mov     ah, DISK_BAD_REQUEST
        cmp     byte [bx + DRIVE_KIND], KIND_EMULATED
        jne     .there
        test    byte [bp + FRAME_DL], 0x80
        jz      .end                ; an emulated floppy is a floppy
.there: mov     word [bp + FRAME_BX], 0xAA55
        mov     word [bp + FRAME_CX], EDD_SUPPORT
        mov     byte [bp + FRAME_AH], EDD_VERSION
        pop     ax
        jmp     disk_return
.end:   ret

extended_read:
        mov     al, OPERATION_READ
        jmp     extended_transfer
extended_write:
        mov     al, OPERATION_WRITE
        jmp     extended_transfer
extended_verify:
        mov     al, OPERATION_VERIFY
        ; fall through to extended_transfer

; AL: operation. The packet's count becomes what was done.
extended_transfer:
        mov     [REQUEST_COMMAND], al
        mov     es, [bp + FRAME_DS]
        mov     si, [bp + FRAME_SI]
        mov     word [REQUEST_DONE], 0
        call    packet_to_request
        jc      .end
        call    disk_transfer
.end:   mov     es, [bp + FRAME_DS]
        mov     si, [bp + FRAME_SI]
        mov     cx, [REQUEST_DONE]
        mov     [es:si + PACKET_COUNT], cx
        ret

; ES:SI: packet. CF: it asks for what is not there; AH: status.
packet_to_request:
        mov     ah, DISK_BAD_REQUEST
        cmp     byte [es:si + PACKET_SIZE], 16
        jb      .bad
        mov     cx, [es:si + PACKET_COUNT]
        mov     [REQUEST_COUNT], cx
        mov     ecx, [es:si + PACKET_BUFFER]
        mov     [REQUEST_BUFFER], ecx
        mov     eax, [es:si + PACKET_LBA]
        mov     [REQUEST_LBA], eax
        mov     edx, [es:si + PACKET_LBA + 4]
        mov     [REQUEST_LBA + 4], edx
        movzx   ecx, word [REQUEST_COUNT]
        add     eax, ecx
        adc     edx, 0
        mov     ecx, eax
        mov     ah, DISK_BAD_REQUEST
        jc      .bad
        cmp     edx, [bx + DRIVE_TOTAL + 4]
        ja      .bad
        jb      .good
        cmp     ecx, [bx + DRIVE_TOTAL]
        ja      .bad
.good:  clc
        ret
.bad:   stc
        ret

extended_seek:
        mov     es, [bp + FRAME_DS]
        mov     si, [bp + FRAME_SI]
        call    packet_to_request
        jc      .end
        mov     ah, DISK_OK
.end:   ret

; AL 0: lock the medium, 1: unlock, 2: is it locked? Locks are counted.
extended_lock:
        mov     al, [bp + FRAME_AL]
        mov     ah, DISK_BAD_REQUEST
        cmp     al, 2
        ja      .end
        test    byte [bx + DRIVE_FLAGS], DRIVE_REMOVABLE
        jz      .good               ; a fixed medium cannot be taken out anyway
        cmp     al, 1
        je      .unlock
        ja      .state
        mov     ah, 0xB4            ; cannot be counted any more
        cmp     byte [bx + DRIVE_LOCKS], 0xFF
        je      .end
        inc     byte [bx + DRIVE_LOCKS]
        mov     byte [bp + FRAME_AL], 1
        jmp     .good
.unlock:
        mov     byte [bp + FRAME_AL], 0
        mov     ah, DISK_NOT_LOCKED
        cmp     byte [bx + DRIVE_LOCKS], 0
        je      .end
        dec     byte [bx + DRIVE_LOCKS]
.state: cmp     byte [bx + DRIVE_LOCKS], 0
        setne   byte [bp + FRAME_AL]
.good:  mov     ah, DISK_OK
.end:   ret

; Ejects a CD, if no program has locked it and no INT 15h 52h handler refuses.
extended_eject:
        mov     ah, DISK_NOT_REMOVABLE
        test    byte [bx + DRIVE_FLAGS], DRIVE_REMOVABLE
        jz      .end
        mov     ah, DISK_LOCKED
        cmp     byte [bx + DRIVE_LOCKS], 0
        jne     .end
        cmp     byte [bx + DRIVE_KIND], KIND_ATAPI
        jne     .end
        mov     dl, [bp + FRAME_DL]
        mov     ah, 0x52
        int     0x15
        jnc     .allowed
        cmp     ah, 0x86            ; nobody is asked
        jne     .end
.allowed:
        mov     al, SCSI_START_STOP
        call    packet_clear
        mov     byte [EBDA_PACKET + 4], 2
        call    packet_simple
        mov     ah, DISK_CONTROLLER
        jc      .end
        mov     ah, DISK_OK
.end:   ret

; Whether a CD was changed: the next command that meets it says so to us, so it is always possible.
extended_change:
        mov     ah, DISK_OK
        test    byte [bx + DRIVE_FLAGS], DRIVE_REMOVABLE
        jz      .end
        mov     ah, 0x06
.end:   ret

; Ways of transfer: programmed I/O can be asked for, others not.
extended_hardware:
        mov     al, [bp + FRAME_AL]
        mov     ah, DISK_BAD_REQUEST
        cmp     al, 6
        ja      .end
        mov     ah, DISK_OK
        cmp     al, 1
        je      .end
        cmp     al, 3
        je      .end
        cmp     al, 4
        je      .end
        cmp     al, 6
        je      .end
        mov     ah, DISK_BAD_REQUEST
.end:   ret

; Fills the caller's buffer as far as it reaches.
extended_parameters:
        mov     es, [bp + FRAME_DS]
        mov     di, [bp + FRAME_SI]
        mov     ah, DISK_BAD_REQUEST
        mov     dx, [es:di + RESULT_SIZE]
        cmp     dx, RESULT_V1
        jb      .end
        mov     word [es:di + RESULT_SIZE], RESULT_V1
        call    parameters_basic
        cmp     byte [bx + DRIVE_KIND], KIND_USB
        jae     .good               ; or on NVMe; as by SeaBIOS: how to name its place is not agreed on
        test    byte [bx + DRIVE_FLAGS], DRIVE_IS_SATA
        jnz     .good
        cmp     dx, RESULT_V2
        jb      .good
        mov     word [es:di + RESULT_SIZE], RESULT_V2
        call    parameters_table
        cmp     dx, RESULT_V3
        jb      .good
        mov     word [es:di + RESULT_SIZE], RESULT_V3
        call    parameters_path
.good:  mov     ah, DISK_OK
.end:   ret

; Version 1: geometry and size.
parameters_basic:
        mov     ax, [bx + DRIVE_SECTOR_BYTES]
        mov     [es:di + RESULT_SECTOR_BYTES], ax
        mov     eax, [bx + DRIVE_TOTAL]
        mov     [es:di + RESULT_TOTAL], eax
        mov     eax, [bx + DRIVE_TOTAL + 4]
        mov     [es:di + RESULT_TOTAL + 4], eax
        cmp     byte [bx + DRIVE_KIND], KIND_ATAPI
        je      .removable
        cmp     word [bx + DRIVE_OWN_SECTORS], 0
        je      .huge               ; USB and NVMe disks report none
        mov     ax, 0x0002          ; the geometry is valid
        cmp     dword [bx + DRIVE_TOTAL + 4], 0
        jne     .huge
        cmp     dword [bx + DRIVE_TOTAL], 16383 * 16 * 63
        jbe     .flags
.huge:  xor     ax, ax
.flags: mov     [es:di + RESULT_FLAGS], ax
        movzx   eax, word [bx + DRIVE_OWN_CYLINDERS]
        mov     [es:di + RESULT_CYLINDERS], eax
        movzx   eax, word [bx + DRIVE_OWN_HEADS]
        mov     [es:di + RESULT_HEADS], eax
        movzx   eax, word [bx + DRIVE_OWN_SECTORS]
        mov     [es:di + RESULT_SECTORS], eax
        ret
.removable:
        ; removable, lockable, change is told, the geometry is the largest possible
        mov     word [es:di + RESULT_FLAGS], 0x0074
        or      eax, -1
        mov     [es:di + RESULT_CYLINDERS], eax
        mov     [es:di + RESULT_HEADS], eax
        mov     [es:di + RESULT_SECTORS], eax
        ret

; Version 2: a pointer to the device parameter table extension, which is made anew by each call.
parameters_table:
        cmp     byte [bx + DRIVE_KIND], KIND_ATAPI
        ja      .none               ; it is on no ATA channel
        mov     word [es:di + RESULT_TABLE], EBDA_DRIVE_TABLE
        mov     [es:di + RESULT_TABLE + 2], ds
        mov     si, EBDA_DRIVE_TABLE
        mov     ax, [bx + DRIVE_PORT]
        mov     [si], ax
        mov     ax, [bx + DRIVE_CONTROL]
        mov     [si + 2], ax
        mov     al, [bx + DRIVE_SELECT]
        mov     cl, [bx + DRIVE_FLAGS]
        test    cl, DRIVE_HAS_LBA
        jz      .by_geometry
        or      al, ATA_USE_LBA
.by_geometry:
        mov     [si + 4], al
        mov     byte [si + 5], 0xCB
        mov     al, 14
        test    byte [bx + DRIVE_INDEX], 2
        jz      .first
        inc     al
.first: mov     [si + 6], al        ; IRQ
        mov     byte [si + 7], 1    ; sectors a block
        mov     word [si + 8], 0    ; no DMA
        call    .options
        mov     [si + 10], ax
        mov     word [si + 12], 0
        mov     byte [si + 14], 0x11
        mov     ah, 0
        mov     cx, 15
.sum:   lodsb
        add     ah, al
        loop    .sum
        neg     ah
        mov     [si], ah
        ret
.none:  or      dword [es:di + RESULT_TABLE], -1
        ret
; AX: translation, LBA, removable and packets.
.options:
        xor     ax, ax
        cmp     byte [bx + DRIVE_KIND], KIND_ATAPI
        je      .cd
        test    cl, DRIVE_HAS_LBA
        jz      .no_lba
        or      al, 0x10
.no_lba:
        cmp     byte [bx + DRIVE_TRANSLATION], TRANSLATION_NONE
        je      .plain
        or      al, 0x08
        mov     ah, [bx + DRIVE_TRANSLATION]
        cmp     ah, TRANSLATION_LBA
        je      .by_lba
        cmp     ah, TRANSLATION_LARGE
        mov     ah, 0
        je      .translated
        mov     ah, 3 << 1
        jmp     .translated
.by_lba:
        mov     ah, 1 << 1
.translated:
.plain: ret
.cd:    mov     al, 0x20 | 0x40 | 0x10
        ret

; Version 3: bus, interface and their addresses.
parameters_path:
        cmp     byte [bx + DRIVE_KIND], KIND_EMULATED
        je      .none
        mov     word [es:di + RESULT_KEY], PATH_SIGNATURE
        mov     dword [es:di + RESULT_KEY_BYTES], PATH_BYTES + 8
        mov     dword [es:di + RESULT_BUS], 'PCI '
        movzx   si, byte [bx + DRIVE_KIND]
        shl     si, 3
        mov     eax, [cs:.interfaces - 8 + si]
        mov     [es:di + RESULT_INTERFACE], eax
        mov     eax, [cs:.interfaces - 4 + si]
        mov     [es:di + RESULT_INTERFACE + 4], eax
        mov     ax, [bx + DRIVE_PCI]
        mov     [es:di + RESULT_INTERFACE_PATH], ah ; bus
        mov     ah, al
        shr     al, 3               ; device
        and     ah, 7               ; function
        mov     [es:di + RESULT_INTERFACE_PATH + 1], ax
        xor     ax, ax
        cmp     byte [bx + DRIVE_KIND], KIND_ATAPI
        ja      .place
        mov     al, [bx + DRIVE_INDEX]
        mov     ah, al
        and     al, 1               ; which drive of the channel
        shr     ah, 1               ; which channel
.place: mov     [es:di + RESULT_INTERFACE_PATH + 3], ah
        mov     dword [es:di + RESULT_INTERFACE_PATH + 4], 0
        mov     [es:di + RESULT_DEVICE_PATH], al
        push    di
        lea     di, [di + RESULT_DEVICE_PATH + 1]
        mov     cx, 16
        mov     al, 0
        rep stosb
        pop     di
        mov     si, di
        add     si, RESULT_KEY
        mov     cx, RESULT_CHECKSUM - RESULT_KEY
        mov     ah, 0
.sum:   es lodsb
        add     ah, al
        loop    .sum
        neg     ah
        mov     [es:si], ah
        ret
.none:  mov     word [es:di + RESULT_KEY], 0
        ret
; By DRIVE_KIND; what is emulated has none.
.interfaces: db 'ATA     ATAPI           SCSI    '
`;
