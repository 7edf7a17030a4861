/** Which devices are tried, and in which order: that of fw_cfg's file, then that of CMOS. DS: EBDA. */
export const bootOrder = `
bits 16
; Kinds of devices, as CMOS has them.
BOOT_FLOPPY     equ 1
BOOT_DISK       equ 2
BOOT_CD         equ 3
BOOT_ROM        equ 4           ; CMOS: the network
; Their numbers are those of the floppy drive, of the drive's place (DRIVE_INDEX), or of the ROM's place.
BOOT_NO_NUMBER  equ 0xFF        ; there is no device of that kind

boot_order_setup:
        mov     byte [EBDA_BOOT_COUNT], 0
        call    boot_order_file
        jc      .end                ; it says that no others are to be tried
        mov     ah, CMOS_BOOT_FIRST
        call    cmos_read
        mov     bl, al
        mov     ah, CMOS_BOOT_THIRD
        call    cmos_read
        shl     ax, 4
        mov     bh, ah
        and     bx, 0x0FFF          ; 4 bits each, the first one lowest
.kinds: jz      boot_add_others
        mov     al, bl
        and     al, 0x0F            ; 0: none
        push    bx
        call    boot_add_kind
        pop     bx
        shr     bx, 4
        jmp     .kinds
.end:   ret

; Adds all that there is and is not in the list yet: the floppy drive A, the first disk, CD drives, ROMs that boot.
boot_add_others:
        call    floppy_type_first
        jc      .disk
        mov     al, BOOT_FLOPPY
        call    boot_add_kind
.disk:  cmp     word [EBDA_DISK_MAP], 0
        je      .cd
        mov     al, BOOT_DISK
        call    boot_add_kind
.cd:    cmp     word [EBDA_CD_MAP], 0
        je      .roms
        mov     al, BOOT_CD
        call    boot_add_kind
.roms:  mov     cx, ROM_FIRST
        jmp     boot_add_roms

; Adds the devices of kind AL: the floppy drive A, the first disk, all CD drives, all ROMs that boot.
boot_add_kind:
        mov     dl, al
        mov     dh, 0
        cmp     dl, BOOT_FLOPPY
        je      boot_add
        mov     cx, ROM_FIRST
        cmp     dl, BOOT_ROM
        je      boot_add_roms
        mov     si, EBDA_DISK_MAP
        mov     cx, 1
        cmp     dl, BOOT_DISK
        je      .drives
        mov     si, EBDA_CD_MAP
        mov     cx, IDE_PLACES
        cmp     dl, BOOT_CD
        je      .drives
        ret
.drives:
        mov     dh, BOOT_NO_NUMBER
        cmp     word [si], 0
        je      boot_add
.next:  mov     bx, [si]
        test    bx, bx
        jz      .end
        mov     dh, [bx + DRIVE_INDEX]
        call    boot_add
        add     si, 2
        loop    .next
.end:   ret

; Adds the ROMs with a boot entry vector, from segment CX on.
boot_add_roms:
        push    bx
        push    es
.next:  cmp     cx, [cs:next_rom]
        jae     .end
        mov     es, cx
        call    rom_boot_entry
        jc      .other
        mov     dx, cx
        sub     dx, ROM_FIRST
        shl     dx, 1               ; its place, in steps of 2 KB
        mov     dl, BOOT_ROM
        call    boot_add
.other: add     cx, ROM_STEP
        jmp     .next
.end:   pop     es
        pop     bx
        ret

; ES: segment of the ROM whose place is DH.
rom_segment:
        push    ax
        movzx   ax, dh
        shl     ax, 7
        add     ax, ROM_FIRST
        mov     es, ax
        pop     ax
        ret

; Adds device DL, DH to the list, if it is not in it and there is room.
boot_add:
        push    bx
        movzx   bx, byte [EBDA_BOOT_COUNT]
        cmp     bx, BOOT_MOST
        jae     .end
        add     bx, bx
        mov     [EBDA_BOOT_LIST + bx], dx
        mov     bx, EBDA_BOOT_LIST - 2
.same:  add     bx, 2
        cmp     [bx], dx            ; it is found at the end at last
        jne     .same
        sub     bx, EBDA_BOOT_LIST
        shr     bx, 1
        cmp     bl, [EBDA_BOOT_COUNT]
        jne     .end
        inc     byte [EBDA_BOOT_COUNT]
.end:   pop     bx
        ret

; Adds what the file 'bootorder' names, a path of Open Firmware a line: /pci@i0cf8/ide@1,1/drive@CHANNEL/disk@PLACE,
; /pci@i0cf8/scsi@DEVICE,FUNCTION for a virtio disk and /pci@i0cf8/pci1b36,0010@DEVICE,FUNCTION for an NVMe disk, whatever follows, /pci@i0cf8/usb@DEVICE,FUNCTION/storage@PORT for a USB disk, /pci@i0cf8/pci8086,2922@DEVICE/drive@PORT for a SATA drive, /pci@i0cf8/isa@1/fdc@03f0/floppy@NUMBER, or
; /rom@FILE for the ROMs that fw_cfg has, /pci@i0cf8/ethernet@DEVICE for those of all cards. CF: a line is HALT.
boot_order_file:
        push    cs
        pop     gs
        mov     si, .name
        call    fw_cfg_file
        jc      .none
        cmp     ecx, BOOT_ORDER_BYTES
        ja      .none
        push    word LOADER_SEGMENT
        pop     es
        xor     di, di
        rep insb
        mov     byte [es:di], 0
        xor     di, di
.line:  mov     bl, BOOT_NO_NUMBER  ; place of the first drive of the channel that the line names
        xor     bp, bp              ; function of the USB or AHCI controller that it names: the host bridge is none
.next:  cmp     byte [es:di], 0
        je      .none
        cmp     byte [es:di], 10
        je      .line_end
        mov     si, .channel
        call    text_begins
        je      .is_channel
        mov     si, .virtio
        call    text_begins
        je      .is_virtio
        mov     si, .nvme
        call    text_begins
        je      .is_virtio
        mov     si, .usb
        call    text_begins
        je      .is_controller
        mov     si, .ahci
        call    text_begins
        je      .is_controller
        mov     si, .storage
        call    text_begins
        je      .is_storage
        mov     si, .place
        call    text_begins
        je      .is_place
        mov     si, .floppy
        call    text_begins
        je      .is_floppy
        mov     si, .rom
        call    text_begins
        je      .is_rom
        mov     si, .network
        call    text_begins
        je      .is_network
        mov     si, .halt
        call    text_begins
        stc
        je      .end
        inc     di
        jmp     .next
.line_end:
        inc     di
        jmp     .line
.is_channel:
        test    bp, bp
        jnz     .is_port
        call    .digit
        add     al, al
        mov     bl, al
        jmp     .next
.is_virtio:
        add     di, cx
        call    function_place      ; a disk of its own: what follows is no place
        cmp     dh, BOOT_NO_NUMBER
        je      .next
        call    boot_add_drive
        jmp     .next
.is_controller:
        add     di, cx
        call    path_function
        mov     bp, cx              ; the controller that the line names
        jmp     .next
.is_storage:
        mov     si, DRIVE_USB_PORT
        jmp     .at_port
.is_port:
        mov     si, DRIVE_SELECT
.at_port:
        add     di, cx
        call    port_place          ; what follows is no place
        cmp     dh, BOOT_NO_NUMBER
        je      .next
        call    boot_add_drive
        jmp     .next
.is_place:
        call    .digit
        cmp     bl, BOOT_NO_NUMBER
        je      .next               ; a controller that is not ours
        mov     dh, bl
        add     dh, al
        call    boot_add_drive
        jmp     .next
.is_floppy:
        call    .digit
        mov     dh, al
        mov     dl, BOOT_FLOPPY
        call    boot_add
        jmp     .next
.is_network:
        inc     di
        mov     cx, ROM_FIRST
        call    boot_add_roms
        jmp     .next
.is_rom:
        inc     di
        mov     cx, [cs:own_roms]
        call    boot_add_roms
        jmp     .next
.none:  clc
.end:   ret
; AL: the digit after the name that was found, 0 or 1. DI: the place of it.
.digit: add     di, cx
        mov     al, [es:di]
        and     al, 1
        ret
.name:  db 'bootorder', 0
.channel: db '/drive@', 0
.virtio: db '/scsi@', 0
.nvme:  db '/pci1b36,0010@', 0
.usb:   db '/usb@', 0
.storage: db '/storage@', 0
.ahci:  db '/pci8086,2922@', 0
.place: db '/disk@', 0
.floppy: db '/floppy@', 0
.rom:   db '/rom@', 0
.network: db '/ethernet@', 0
.halt:  db 'HALT', 0
BOOT_ORDER_BYTES equ 4096

; BX: the descriptor of the drive at place DH.
drive_descriptor:
        movzx   bx, dh
        imul    bx, bx, DRIVE_BYTES
        add     bx, EBDA_DRIVES
        ret

; Adds the drive at place DH, if there is one.
boot_add_drive:
        push    bx
        call    drive_descriptor
        mov     dl, BOOT_CD
        cmp     byte [bx + DRIVE_KIND], KIND_ATAPI
        je      .add
        mov     dl, BOOT_DISK
        cmp     byte [bx + DRIVE_KIND], KIND_NONE
        je      .end
.add:   call    boot_add
.end:   pop     bx
        ret

; The disk at place DH becomes 80h, the others follow in their order.
disk_make_first:
        push    es
        call    drive_descriptor
        mov     si, EBDA_DISK_MAP
        mov     ax, bx
.next:  xchg    ax, [si]
        add     si, 2
        cmp     ax, bx
        jne     .next
        call    disk_tables_setup
        pop     es
        ret

; What device DL, DH is, in words.
boot_put_device:
        push    bx
        push    si
        movzx   bx, dl
        add     bx, bx
        mov     si, [cs:.names + bx]
        cmp     dl, BOOT_DISK
        jne     .name
        cmp     dh, BOOT_NO_NUMBER
        je      .name
        call    drive_descriptor
        movzx   bx, byte [bx + DRIVE_KIND]
        add     bx, bx
        mov     si, [cs:.disks + bx]
.name:  call    put_text
        cmp     dl, BOOT_FLOPPY
        je      .letter
        cmp     dl, BOOT_ROM
        je      .end
        cmp     dh, BOOT_NO_NUMBER
        je      .end
        call    drive_descriptor
        cmp     byte [bx + DRIVE_KIND], KIND_ATAPI
        je      .end
        mov     si, .size
        call    put_text
        mov     eax, [bx + DRIVE_TOTAL]
        shr     eax, 11
        call    put_decimal
        mov     si, .megabytes
        call    put_text
.end:   pop     si
        pop     bx
        ret
.letter:
        mov     al, ' '
        call    put_character
        mov     al, dh
        add     al, 'A'
        call    put_character
        jmp     .end
.names: dw .other, .floppy, .disk, .cd, .rom
.disks: dw .disk, .disk, .cd, .disk, .virtio, .usb, .nvme_disk ; by DRIVE_KIND
.other: db 'device', 0
.floppy: db 'floppy', 0
.disk:  db 'hard disk', 0
.virtio: db 'virtio disk', 0
.usb:   db 'USB disk', 0
.nvme_disk: db 'NVMe disk', 0
.cd:    db 'CD', 0
.rom:   db 'ROM', 0
.size:  db ' (', 0
.megabytes: db ' MB)', 0

; DH: the place of the drive at port ES:DI of the controller BP, whose number is at SI of its descriptor; BOOT_NO_NUMBER: there is none.
port_place:
        push    bx
        call    path_number
        mov     dh, BOOT_NO_NUMBER
        mov     bx, EBDA_DRIVES + IDE_PLACES * DRIVE_BYTES
.next:  cmp     byte [bx + DRIVE_KIND], KIND_NONE
        je      .end
        cmp     bp, [bx + DRIVE_PCI]
        jne     .other
        cmp     al, [bx + si]
        je      .found
.other: add     bx, DRIVE_BYTES
        cmp     bx, EBDA_DRIVES_END
        jb      .next
        jmp     .end
.found: mov     dh, [bx + DRIVE_INDEX]
.end:   pop     bx
        ret
`;
