/** INT 19h and 18h: the devices are tried in their order (BIOS Boot Specification 1.01). */
export const boot = `
bits 16
; Kinds of devices, as CMOS has them.
BOOT_FLOPPY     equ 1
BOOT_DISK       equ 2
BOOT_CD         equ 3
BOOT_KINDS      equ 4
BOOT_MOST       equ 4           ; of an order
BOOT_SIGNATURE  equ 0xAA55

; The order of CMOS, in EBDA_BOOT_ORDER; where that names none: floppy, disk, CD. DS: EBDA.
boot_order_setup:
        mov     ah, CMOS_BOOT_FIRST
        call    cmos_read
        mov     bl, al
        mov     ah, CMOS_BOOT_THIRD
        call    cmos_read
        mov     bh, al
        shr     bh, 4
        mov     di, EBDA_BOOT_ORDER
        mov     al, bl
        and     al, 0x0F
        mov     [di], al
        shr     bl, 4
        mov     [di + 1], bl
        mov     [di + 2], bh
        mov     byte [di + 3], 0
        cmp     dword [di], 0
        jne     .end
        mov     dword [di], BOOT_FLOPPY | BOOT_DISK << 8 | BOOT_CD << 16
.end:   ret

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
        mov     ax, BDA_SEGMENT
        mov     ds, ax
        mov     ds, [BDA_EBDA]
        sti
        jmp     bp

boot_next:
        movzx   bx, byte [EBDA_BOOT_NEXT]
        cmp     bx, BOOT_MOST
        jae     boot_nothing
        inc     byte [EBDA_BOOT_NEXT]
        movzx   si, byte [EBDA_BOOT_ORDER + bx]
        cmp     si, BOOT_KINDS
        jae     boot_next
        add     si, si
        jz      boot_next
        push    si
        mov     ax, [cs:.names + si]
        mov     si, text_booting
        call    put_text
        mov     si, ax
        call    put_text
        mov     si, text_booting_end
        call    put_text
        pop     si
        call    [cs:.loaders + si]
        jnc     boot_start
        push    si
        mov     si, text_failed
        call    put_text
        pop     si
        call    put_text
        mov     si, text_failed_end
        call    put_text
        jmp     boot_next
.names: dw 0, text_floppy, text_disk, text_cd
.loaders: dw 0, boot_floppy, boot_disk, boot_cd

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
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
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
        mov     si, text_no_drive
        call    floppy_type_first
        jc      boot_failed
        mov     dl, 0
        call    boot_read_sector
        mov     si, text_no_disk_in_drive
        jc      boot_failed
        mov     ah, CMOS_BOOT_THIRD
        call    cmos_read
        test    al, 1               ; floppies need no signature
        mov     dl, 0
        jnz     boot_good
        jmp     boot_check
boot_disk:
        mov     si, text_no_drive
        cmp     word [EBDA_DISK_MAP], 0
        stc
        je      boot_failed
        mov     dl, FIRST_DISK
        call    boot_read_sector
        mov     si, text_unreadable
        jc      boot_failed
        mov     dl, FIRST_DISK
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

; The first CD that boots.
boot_cd:
        mov     di, EBDA_CD_MAP
        mov     si, text_no_drive
.next:  mov     bx, [di]
        test    bx, bx
        jz      .failed
        push    di
        call    cd_boot
        pop     di
        jnc     .end
        add     di, 2
        cmp     di, EBDA_CD_MAP + 8
        jb      .next
.failed:
        stc
.end:   ret

; Nothing was found. Keys still work, so that Ctrl-Alt-Del tries again.
boot_nothing:
        mov     si, text_nothing
        call    put_text
.sleep: sti
        hlt
        jmp     .sleep

text_booting:   db 'Booting from ', 0
text_booting_end: db '...', 10, 0
text_floppy:    db 'floppy', 0
text_disk:      db 'hard disk', 0
text_cd:        db 'CD', 0
text_failed:    db 'Boot failed: ', 0
text_failed_end: db '.', 10, 0
text_no_drive:  db 'there is no such drive', 0
text_no_disk_in_drive: db 'no disk that can be read', 0
text_nothing:   db 'No bootable device.', 10, 0
`;
