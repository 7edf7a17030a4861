/** CDs that can be booted: the "El Torito" Bootable CD-ROM Format Specification 1.0. DS: EBDA. */
export const elTorito = `
bits 16
VOLUME_SECTOR   equ 17          ; the boot record volume descriptor
VOLUME_CATALOGUE equ 0x47       ; dword in it: sector of the boot catalogue
CATALOGUE_DEFAULT equ 32        ; offset of the initial/default entry
ENTRY_BOOTABLE  equ 0x88
ENTRY_MEDIA     equ 1
ENTRY_SEGMENT   equ 2
ENTRY_COUNT     equ 6
ENTRY_LBA       equ 8
MEDIA_NONE      equ 0
MEDIA_HARD_DISK equ 4
READY_MILLISECONDS equ 4000

; Loads what the CD in drive BX boots. CF: it doesn't; CS:SI: why. Else AX: segment to go to, DL: drive number.
cd_boot:
        call    cd_ready
        mov     si, text_no_disc
        jc      .end
        mov     eax, VOLUME_SECTOR
        call    cd_read_scratch
        mov     si, text_unreadable
        jc      .end
        call    volume_is_bootable
        mov     si, text_not_bootable
        jc      .end
        mov     eax, [es:VOLUME_CATALOGUE]
        call    cd_read_scratch
        mov     si, text_unreadable
        jc      .end
        call    catalogue_is_valid
        mov     si, text_bad_catalogue
        jc      .end
        call    emulation_prepare
        mov     si, text_bad_catalogue
        jc      .end
        call    emulation_load
        mov     si, text_unreadable
        jc      .end
        call    emulation_begin
        mov     dl, [EMULATION_DRIVE]
        mov     ax, [EMULATION_SEGMENT]
        clc
.end:   ret
text_no_disc:   db 'no disc', 0
text_unreadable: db 'read error', 0
text_not_bootable: db 'not bootable', 0
text_bad_catalogue: db 'the boot catalogue is not valid', 0

; Waits until the drive has found its disc. CF: there is none.
cd_ready:
        mov     cx, READY_MILLISECONDS / 100
.again: push    cx
        mov     al, SCSI_TEST_READY
        call    packet_clear
        call    packet_simple
        pop     cx
        jnc     .end
        cmp     al, SENSE_NOT_READY
        jne     .failed
        call    cd_has_no_medium
        jc      .end
        mov     eax, 100
        call    deadline_start
.wait:  call    deadline_passed
        jnc     .wait
        loop    .again
.failed:
        stc
.end:   ret

NO_MEDIUM       equ 0x3A
; CF: the drive says that there is no medium, so that waiting is useless.
cd_has_no_medium:
        mov     al, SCSI_SENSE
        call    packet_clear
        mov     byte [EBDA_PACKET + 4], SENSE_BYTES
        mov     word [REQUEST_SKIP], 0
        mov     dword [REQUEST_WANTED], SENSE_BYTES
        mov     dword [REQUEST_BUFFER], SCRATCH_SEGMENT << 16
        call    packet_command
        jc      .end
        push    word SCRATCH_SEGMENT
        pop     es
        cmp     byte [es:12], NO_MEDIUM
        stc
        je      .end
        clc
.end:   ret

; Sector EAX goes to the scratch segment. ES: that segment. CF: failed.
cd_read_scratch:
        mov     byte [REQUEST_COMMAND], OPERATION_READ
        mov     dword [REQUEST_WANTED], CD_SECTOR
        mov     word [REQUEST_SKIP], 0
        mov     dword [REQUEST_BUFFER], SCRATCH_SEGMENT << 16
        mov     cx, 1
        call    cd_read
        push    word SCRATCH_SEGMENT
        pop     es
        cmp     ah, 1
        cmc
        ret

; CF: the volume descriptor is not that of a boot record.
volume_is_bootable:
        xor     di, di
        mov     si, .signature
        mov     cx, 7 + 23
.next:  mov     al, [cs:si]
        cmp     al, [es:di]
        jne     .other
        inc     si
        inc     di
        loop    .next
        clc
        ret
.other: stc
        ret
.signature: db 0, 'CD001', 1, 'EL TORITO SPECIFICATION'

; CF: the validation entry is wrong: its words must add up to 0.
catalogue_is_valid:
        cmp     byte [es:0], 1
        jne     .bad
        cmp     word [es:30], 0xAA55
        jne     .bad
        xor     si, si
        xor     ax, ax
        mov     cx, 16
.sum:   add     ax, [es:si]
        add     si, 2
        loop    .sum
        test    ax, ax
        jnz     .bad
        cmp     byte [es:CATALOGUE_DEFAULT], ENTRY_BOOTABLE
        jne     .bad
        ret
.bad:   stc
        ret

; Notes what the default entry says. BX: the CD drive. CF: an unknown medium, or more sectors than conventional memory holds.
emulation_prepare:
        mov     si, CATALOGUE_DEFAULT
        mov     byte [EMULATION_ACTIVE], 0
        mov     [EMULATION_SOURCE], bx
        mov     al, [bx + DRIVE_INDEX]
        mov     [EMULATION_DEVICE], al
        and     ax, 1
        mov     [EMULATION_SPECIFICATION], ax ; master or slave
        mov     al, [es:si + ENTRY_MEDIA]
        and     al, 0x0F
        cmp     al, MEDIA_HARD_DISK
        ja      .unknown
        mov     [EMULATION_MEDIA], al
        mov     ax, [es:si + ENTRY_SEGMENT]
        test    ax, ax
        jnz     .segment
        mov     ax, BOOT_SECTOR >> 4
.segment:
        mov     [EMULATION_SEGMENT], ax
        movzx   edx, ax
        shl     edx, 4
        movzx   eax, word [es:si + ENTRY_COUNT]
        mov     [EMULATION_COUNT], ax
        shl     eax, 9
        add     eax, edx
        call    low_memory_end
        cmp     eax, ecx
        ja      .unknown
        mov     eax, [es:si + ENTRY_LBA]
        mov     [EMULATION_LBA], eax
        call    emulation_number
        mov     [EMULATION_DRIVE], al
        clc
        ret
.unknown:
        stc
        ret

; AL: the number that the drive gets: 0 or 80h, or the CD's own without emulation.
emulation_number:
        mov     al, [EMULATION_MEDIA]
        cmp     al, MEDIA_NONE
        je      .cd
        cmp     al, MEDIA_HARD_DISK
        mov     al, 0
        jne     .end
        mov     al, FIRST_DISK
.end:   ret
.cd:    mov     al, FIRST_CD
        mov     si, EBDA_CD_MAP
.next:  cmp     [si], bx
        je      .end
        inc     al
        add     si, 2
        jmp     .next

; Reads the boot sectors: EMULATION_COUNT of 512 bytes. CF: failed.
emulation_load:
        movzx   eax, word [EMULATION_COUNT]
        test    ax, ax
        jnz     .counted
        inc     ax                  ; 0 is one
.counted:
        shl     eax, 9
        mov     [REQUEST_WANTED], eax
        mov     ax, [EMULATION_SEGMENT]
        shl     eax, 16
        xor     ax, ax
        mov     [REQUEST_BUFFER], eax
        mov     byte [REQUEST_COMMAND], OPERATION_READ
        mov     word [REQUEST_SKIP], 0
        mov     eax, [EMULATION_LBA]
; As the count goes down with what came, one sector after the other.
.sector:
        push    eax
        mov     cx, 1
        call    cd_read
        pop     edx
        cmp     ah, 1
        cmc
        jc      .end
        lea     eax, [edx + 1]
        cmp     dword [REQUEST_WANTED], 0
        jne     .sector
        clc
.end:   ret

; The emulated drive becomes visible.
emulation_begin:
        movzx   si, byte [EMULATION_MEDIA]
        cmp     si, MEDIA_NONE
        je      .end
        push    bx
        mov     bx, EBDA_EMULATED
        mov     byte [bx + DRIVE_KIND], KIND_EMULATED
        mov     byte [bx + DRIVE_FLAGS], DRIVE_HAS_LBA
        mov     byte [bx + DRIVE_TRANSLATION], TRANSLATION_NONE
        mov     word [bx + DRIVE_SECTOR_BYTES], 512
        push    word BDA_SEGMENT
        pop     es
        cmp     si, MEDIA_HARD_DISK
        je      .disk
        add     si, si
        mov     cx, [cs:.floppies - 2 + si]
        mov     ax, 80
        mov     dx, 2
        mov     si, [es:BDA_EQUIPMENT]
        call    .one_floppy_more
        jmp     .geometry
.disk:  inc     byte [es:BDA_DISKS]
        ; the partition's end tells the geometry
        mov     es, [EMULATION_SEGMENT]
        mov     cl, [es:0x1BE + 6]
        mov     ah, cl
        shr     ah, 6
        and     cx, 0x3F
        mov     al, [es:0x1BE + 7]
        inc     ax
        movzx   dx, byte [es:0x1BE + 5]
        inc     dx
.geometry:
        mov     [bx + DRIVE_OWN_CYLINDERS], ax
        mov     [bx + DRIVE_OWN_HEADS], dx
        mov     [bx + DRIVE_OWN_SECTORS], cx
        call    geometry_set
        call    drive_capacity.geometry
        mov     byte [EMULATION_ACTIVE], 1
        pop     bx
.end:   ret
.floppies: dw 15, 18, 36
; The equipment word counts floppy drives in bits 6-7 and has bit 0 for any.
.one_floppy_more:
        test    si, 1
        jz      .first
        add     si, 1 << 6
.first: or      si, 1
        mov     [es:BDA_EQUIPMENT], si
        ret

; INT 13h 08h of an emulated floppy: BL: type, DL: floppy drives, ES:DI: table. ES: BIOS data area.
emulated_floppy_parameters:
        mov     ax, [es:BDA_EQUIPMENT]
        shr     al, 6
        inc     al
        mov     [bp + FRAME_DL], al
        movzx   si, byte [EMULATION_MEDIA]
        movzx   ax, byte [cs:.types - 1 + si]
        mov     [bp + FRAME_BX], ax
        mov     word [bp + FRAME_DI], ENTRY_FLOPPY_TABLE
        mov     word [bp + FRAME_ES], BIOS_SEGMENT
        ret
.types: db 2, 4, 6

; INT 13h 4Bh: AL 0: ends the emulation, 1: only tells of it. DS:SI: 19 bytes. AH: status.
emulation_service:
        mov     ah, DISK_BAD_REQUEST
        cmp     byte [bp + FRAME_AL], 1
        ja      .end
        mov     es, [bp + FRAME_DS]
        mov     di, [bp + FRAME_SI]
        mov     byte [es:di], 0x13
        mov     al, [EMULATION_MEDIA]
        mov     [es:di + 1], al
        mov     al, [EMULATION_DRIVE]
        mov     [es:di + 2], al
        mov     al, [EMULATION_DEVICE]
        shr     al, 1
        mov     [es:di + 3], al
        mov     eax, [EMULATION_LBA]
        mov     [es:di + 4], eax
        mov     ax, [EMULATION_SPECIFICATION]
        mov     [es:di + 8], ax
        mov     word [es:di + 10], 0
        mov     ax, [EMULATION_SEGMENT]
        mov     [es:di + 12], ax
        mov     ax, [EMULATION_COUNT]
        mov     [es:di + 14], ax
        mov     word [es:di + 16], 0
        mov     byte [es:di + 18], 0
        cmp     byte [EBDA_EMULATED + DRIVE_KIND], KIND_NONE
        je      .geometry_told
        mov     ax, [EBDA_EMULATED + DRIVE_CYLINDERS]
        dec     ax
        mov     [es:di + 16], al    ; CH, CL and DH of function 08h
        shl     ah, 6
        or      ah, [EBDA_EMULATED + DRIVE_SECTORS]
        mov     [es:di + 17], ah
        mov     al, [EBDA_EMULATED + DRIVE_HEADS]
        dec     al
        mov     [es:di + 18], al
.geometry_told:
        cmp     byte [bp + FRAME_AL], 0
        jne     .good
        call    emulation_end
.good:  mov     ah, DISK_OK
.end:   ret

; The emulated drive is gone; the others have their numbers again.
emulation_end:
        cmp     byte [EMULATION_ACTIVE], 0
        je      .end
        mov     byte [EMULATION_ACTIVE], 0
        push    word BDA_SEGMENT
        pop     es
        cmp     byte [EMULATION_MEDIA], MEDIA_HARD_DISK
        je      .disk
        mov     ax, [es:BDA_EQUIPMENT]
        test    ax, 0xC0
        jz      .last
        sub     ax, 1 << 6
        jmp     .set
.last:  and     al, ~1 & 0xFF
.set:   mov     [es:BDA_EQUIPMENT], ax
.end:   ret
.disk:  dec     byte [es:BDA_DISKS]
        ret
`;
