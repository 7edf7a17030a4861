/** INT 19h and 18h: the devices are tried in their order (BIOS Boot Specification 1.01). */
export const boot = `
bits 16
BOOT_SIGNATURE  equ 0xAA55

; The first device of the order.
int19:  call    boot_begin
        mov     byte [EBDA_BOOT_NEXT], 0
        jmp     boot_next

; The next one: a boot sector gives up.
int18:  call    boot_begin
        jmp     boot_next

; A stack of our own, DS: EBDA.
boot_begin:
        cli
        cld
        pop     bp
        xor     ax, ax
        mov     ss, ax
        mov     sp, STACK_TOP
        call    ebda_select
        sti
        jmp     bp

boot_next:
        movzx   bx, byte [EBDA_BOOT_NEXT]
        cmp     bl, [EBDA_BOOT_COUNT]
        jae     boot_nothing
        inc     byte [EBDA_BOOT_NEXT]
        add     bx, bx
        mov     dx, [EBDA_BOOT_LIST + bx]
        movzx   bx, dl
        add     bx, bx
        mov     si, text_booting
        call    put_text
        call    boot_put_device
        mov     si, text_booting_end
        call    put_text
        call    [cs:.loaders + bx]
        jnc     boot_start
        push    si
        mov     si, text_failed
        call    put_text
        pop     si
        call    put_text
        mov     si, text_failed_end
        call    put_text
        jmp     boot_next
.loaders: dw boot_unknown, boot_floppy, boot_disk, boot_cd, boot_rom

; Loaders get DL: kind, DH: number. CF: it does not boot; CS:SI: why. Else AX: segment to go to, DL: drive.
boot_unknown:
        mov     si, text_no_drive
        stc
        ret

; AX: segment of the loaded sectors, DL: drive.
boot_start:
        mov     dh, 0
        push    dx
        push    ax
        mov     bx, ax
        shl     ebx, 16
        mov     bx, 0
        cmp     ax, BOOT_SECTOR >> 4
        jne     .address
        mov     ebx, BOOT_SECTOR    ; 0:7C00, as boot sectors know it
.address:
        pop     ax
        pop     dx
        cli
        call    flat_begin          ; some load ES in real mode only, and use it in protected mode
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        push    word 0x0202         ; interrupts on
        mov     eax, ebx
        shr     eax, 16
        push    ax
        push    bx
        xor     eax, eax
        xor     ebx, ebx
        mov     ax, BOOT_SIGNATURE
        movzx   edx, dx
        xor     ecx, ecx
        xor     esi, esi
        xor     edi, edi
        xor     ebp, ebp
        iret

boot_floppy:
        mov     dl, dh
        mov     si, text_no_drive
        call    floppy_type
        cmp     al, 1
        jc      boot_failed
        call    boot_read_sector
        mov     si, text_no_disk_in_drive
        jc      boot_failed
        mov     ah, CMOS_BOOT_THIRD
        call    cmos_read
        test    al, 1               ; floppies need no signature
        jnz     boot_good
        jmp     boot_check
boot_disk:
        mov     si, text_no_drive
        cmp     dh, BOOT_NO_NUMBER
        je      boot_failed
        call    disk_make_first
        mov     dl, FIRST_DISK
        call    boot_read_sector
        mov     si, text_unreadable
        jc      boot_failed
; The boot sector must end with its signature.
boot_check:
        push    word 0
        pop     es
        mov     si, text_not_bootable
        cmp     word [es:BOOT_SECTOR + 510], BOOT_SIGNATURE
        jne     boot_failed
boot_good:
        mov     ax, BOOT_SECTOR >> 4
        clc
        ret
boot_failed:
        stc
        ret

; Reads the first sector of drive DL to 0:7C00. CF: it cannot be read.
boot_read_sector:
        mov     cx, 3               ; a floppy's motor may not yet be at its speed
.again: push    cx
        push    dx
        mov     ax, 0x0201
        mov     cx, 0x0001
        mov     dh, 0
        push    word 0
        pop     es
        mov     bx, BOOT_SECTOR
        int     0x13
        pop     dx
        pop     cx
        jnc     .end
        loop    .again
        stc
.end:   ret

boot_cd:
        mov     si, text_no_drive
        cmp     dh, BOOT_NO_NUMBER
        je      boot_failed
        call    drive_descriptor
        jmp     cd_boot

; Calls the boot entry vector of the ROM at place DH (BIOS Boot Specification 1.01, 6.4). One that comes back does not boot.
boot_rom:
        call    rom_segment
        call    rom_boot_entry
        push    cs
        push    word .back
        push    es
        push    bx
        mov     di, pnp_header
        push    cs
        pop     es
        retf
.back:  cli
        cld
        call    ebda_select
        sti
        mov     si, text_gave_up
        stc
        ret

; Nothing was found. Keys still work, so that Ctrl-Alt-Del tries again.
boot_nothing:
        mov     si, text_nothing
        call    put_text
.sleep: sti
        hlt
        jmp     .sleep

text_booting:   db 'Booting from ', 0
text_booting_end: db '...', 10, 0
text_failed:    db 'Boot failed: ', 0
text_failed_end: db '.', 10, 0
text_no_drive:  db 'there is no such drive', 0
text_no_disk_in_drive: db 'no disk that can be read', 0
text_gave_up:   db 'the ROM gave up', 0
text_nothing:   db 'No bootable device.', 10, 0
`;
