/** POST: which drives there are, and their geometry. DS: EBDA, BX: a drive's descriptor. */
export const diskSetup = `
bits 16
COMMAND_IDENTIFY equ 0xEC
COMMAND_IDENTIFY_PACKET equ 0xA1
RESET_MILLISECONDS equ 5000
IDE_FUNCTION    equ 1 << 3 | 1
; Words of IDENTIFY DEVICE (ATA-6, 8.15).
IDENTIFY_CYLINDERS equ 1 * 2
IDENTIFY_HEADS  equ 3 * 2
IDENTIFY_SECTORS equ 6 * 2
IDENTIFY_CAPABILITIES equ 49 * 2
IDENTIFY_LBA28  equ 60 * 2
IDENTIFY_COMMANDS equ 83 * 2
IDENTIFY_LBA48  equ 100 * 2
IDENTIFY_HAS_LBA equ 1 << 9
IDENTIFY_HAS_LBA48 equ 1 << 10

ide_channels:
        dw 0x1F0, 0x3F6
        dw 0x170, 0x376

disk_setup:
        mov     bx, EBDA_DRIVES
        mov     si, ide_channels
        mov     cx, 2
.channel:
        push    cx
        push    si
        mov     ax, [cs:si]
        mov     dx, [cs:si + 2]
        mov     cl, 0xA0
        call    drive_begin
        call    channel_reset
        call    drive_identify
        add     bx, DRIVE_BYTES
        pop     si
        mov     ax, [cs:si]
        mov     dx, [cs:si + 2]
        mov     cl, 0xB0
        push    si
        call    drive_begin
        call    drive_identify
        add     bx, DRIVE_BYTES
        pop     si
        pop     cx
        add     si, 4
        loop    .channel
        ret

; A descriptor with its ports AX and DX, and its place CL on the channel.
drive_begin:
        mov     [bx + DRIVE_PORT], ax
        mov     [bx + DRIVE_CONTROL], dx
        mov     [bx + DRIVE_SELECT], cl
        mov     word [bx + DRIVE_PCI], IDE_FUNCTION
        ; fall through to drive_place

; BX: a descriptor; it learns its place. Changes AX and CL.
drive_place:
        mov     ax, bx
        sub     ax, EBDA_DRIVES
        mov     cl, DRIVE_BYTES
        div     cl
        mov     [bx + DRIVE_INDEX], al
        ret

; Software reset of the channel (ATA-6, 9.2).
channel_reset:
        mov     dx, [bx + DRIVE_CONTROL]
        mov     al, 0x08 | ATA_RESET | ATA_NO_INTERRUPT
        out     dx, al
        mov     eax, 1
        call    deadline_start
.hold:  call    deadline_passed
        jnc     .hold
        mov     al, 0x08 | ATA_NO_INTERRUPT
        out     dx, al
        mov     eax, 2
        call    deadline_start
.wait:  call    deadline_passed
        jnc     .wait
        mov     eax, RESET_MILLISECONDS
        call    deadline_start
.busy:  mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_STATUS
        in      al, dx
        cmp     al, 0xFF            ; nothing is connected
        je      .end
        test    al, ATA_BUSY
        jz      .end
        call    deadline_passed
        jnc     .busy
.end:   ret

; What drive is there?
drive_identify:
        mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_STATUS
        in      al, dx
        cmp     al, 0xFF
        je      .none
        mov     al, [bx + DRIVE_SELECT]
        call    ata_select
        jc      .none
        call    .registers
        jne     .none
        mov     al, COMMAND_IDENTIFY
        call    identify_command
        jnc     drive_is_disk
        mov     al, COMMAND_IDENTIFY_PACKET
        call    identify_command
        jnc     drive_is_cd
.none:  jmp     ata_release
; ZF: the drive's registers keep what is written.
.registers:
        mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_COUNT
        mov     al, 0x55
        out     dx, al
        inc     dx
        mov     al, 0xAA
        out     dx, al
        in      al, dx
        cmp     al, 0xAA
        jne     .other
        dec     dx
        in      al, dx
        cmp     al, 0x55
.other: ret

; AL: command. Its 512 bytes go to the scratch segment; CF: it failed. ES: that segment.
identify_command:
        call    .exchange
        jmp     ata_release
.exchange:
        mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_COMMAND
        out     dx, al
        mov     dx, [bx + DRIVE_CONTROL]
        in      al, dx
        in      al, dx
        call    ata_wait
        jc      .end
        test    al, ATA_FAILED | ATA_FAULT
        jnz     .failed
        test    al, ATA_REQUEST
        jz      .failed
        push    word SCRATCH_SEGMENT
        pop     es
        xor     di, di
        mov     cx, 256
        mov     dx, [bx + DRIVE_PORT]
        rep insw
        clc
.end:   ret
.failed:
        stc
        ret

drive_is_cd:
        mov     byte [bx + DRIVE_KIND], KIND_ATAPI
        or      byte [bx + DRIVE_FLAGS], DRIVE_REMOVABLE
        mov     word [bx + DRIVE_SECTOR_BYTES], CD_SECTOR
        or      dword [bx + DRIVE_TOTAL], -1
        or      dword [bx + DRIVE_TOTAL + 4], -1
        mov     si, EBDA_CD_MAP
        ; fall through to drive_number

; The descriptor gets the next free number of the map at SI.
drive_number:
        cmp     word [si], 0
        je      .free
        add     si, 2
        jmp     drive_number
.free:  mov     [si], bx
        ret

drive_is_disk:
        mov     byte [bx + DRIVE_KIND], KIND_ATA
        mov     ax, [es:IDENTIFY_CYLINDERS]
        mov     [bx + DRIVE_OWN_CYLINDERS], ax
        mov     ax, [es:IDENTIFY_HEADS]
        mov     [bx + DRIVE_OWN_HEADS], ax
        mov     ax, [es:IDENTIFY_SECTORS]
        mov     [bx + DRIVE_OWN_SECTORS], ax
        call    drive_capacity
        call    drive_translation
        ; fall through to disk_ready

; BX: a disk whose size, own geometry and translation are known; it gets its number.
disk_ready:
        mov     word [bx + DRIVE_SECTOR_BYTES], 512
        call    drive_geometry
        mov     si, EBDA_DISK_MAP
        call    drive_number
        push    word BDA_SEGMENT
        pop     es
        inc     byte [es:BDA_DISKS]
        ret

; Sectors, by the widest address that the drive takes. ES: IDENTIFY's data.
drive_capacity:
        test    word [es:IDENTIFY_CAPABILITIES], IDENTIFY_HAS_LBA
        jz      .geometry
        or      byte [bx + DRIVE_FLAGS], DRIVE_HAS_LBA
        mov     eax, [es:IDENTIFY_LBA28]
        xor     edx, edx
        test    word [es:IDENTIFY_COMMANDS], IDENTIFY_HAS_LBA48
        jz      .set
        or      byte [bx + DRIVE_FLAGS], DRIVE_HAS_LBA48
        mov     eax, [es:IDENTIFY_LBA48]
        mov     edx, [es:IDENTIFY_LBA48 + 4]
.set:   mov     [bx + DRIVE_TOTAL], eax
        mov     [bx + DRIVE_TOTAL + 4], edx
        ret
.geometry:
        movzx   eax, word [bx + DRIVE_OWN_CYLINDERS]
        movzx   edx, word [bx + DRIVE_OWN_HEADS]
        imul    eax, edx
        movzx   edx, word [bx + DRIVE_OWN_SECTORS]
        imul    eax, edx
        xor     edx, edx
        jmp     .set

; How cylinders beyond 1024 are shown: CMOS has 2 bits for each drive; where they say nothing it is by LBA.
drive_translation:
        mov     ah, CMOS_TRANSLATION
        call    cmos_read
        mov     cl, [bx + DRIVE_INDEX]
        add     cl, cl
        shr     al, cl
        and     al, 3
        jnz     .set
        cmp     word [bx + DRIVE_OWN_CYLINDERS], 1024
        jbe     .set
        mov     al, TRANSLATION_LBA
.set:   mov     [bx + DRIVE_TRANSLATION], al
        ret
`;
