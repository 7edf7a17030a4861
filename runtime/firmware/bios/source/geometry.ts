/** Cylinders, heads and sectors as INT 13h shows them: at most 1024, 255 and 63. DS: EBDA, BX: a drive's descriptor. */
export const geometry = `
bits 16
TRANSLATION_NONE equ 0
TRANSLATION_LBA equ 1
TRANSLATION_LARGE equ 2
TRANSLATION_RECHS equ 3
MOST_CYLINDERS  equ 1024

drive_geometry:
        mov     ax, [bx + DRIVE_OWN_CYLINDERS]
        mov     dx, [bx + DRIVE_OWN_HEADS]
        mov     cx, [bx + DRIVE_OWN_SECTORS]
        cmp     byte [bx + DRIVE_TRANSLATION], TRANSLATION_LBA
        je      geometry_by_lba
        cmp     byte [bx + DRIVE_TRANSLATION], TRANSLATION_NONE
        je      geometry_set
        cmp     byte [bx + DRIVE_TRANSLATION], TRANSLATION_RECHS
        jne     .halve
        cmp     dx, 16
        jne     .halve
        ; 16 heads become 15, as 16 doubled four times are more than 255
        cmp     ax, 61439
        jbe     .fits
        mov     ax, 61439
.fits:  push    cx
        movzx   eax, ax
        shl     eax, 4
        xor     edx, edx
        mov     ecx, 15
        div     ecx
        pop     cx
        mov     dx, 15
; Half the cylinders with twice the heads.
.halve: cmp     ax, MOST_CYLINDERS
        jbe     geometry_set
        shr     ax, 1
        add     dx, dx
        cmp     dx, 127
        jbe     .halve
        ; fall through to geometry_set

; AX: cylinders, DX: heads, CX: sectors of a track.
geometry_set:
        cmp     ax, MOST_CYLINDERS
        jbe     .fits
        mov     ax, MOST_CYLINDERS
.fits:  mov     [bx + DRIVE_CYLINDERS], ax
        mov     [bx + DRIVE_HEADS], dx
        mov     [bx + DRIVE_SECTORS], cx
        ret

; 63 sectors, and as few heads (16, 32, 64, 128, 255) as hold all in 1024 cylinders. At least 1 cylinder.
geometry_by_lba:
        mov     eax, [bx + DRIVE_TOTAL]
        cmp     dword [bx + DRIVE_TOTAL + 4], 0
        jne     .most
        cmp     eax, 63 * 255 * 1024
        ja      .most
        xor     edx, edx
        mov     ecx, 63
        div     ecx                 ; EAX: tracks
        mov     edx, eax
        shr     edx, 10
        mov     cx, 16
.heads: cmp     dx, cx
        jbe     .enough
        add     cx, cx
        cmp     cx, 256
        jb      .heads
        mov     cx, 255
.enough:
        movzx   ecx, cx
        xor     edx, edx
        div     ecx
        cmp     ax, 1
        adc     ax, 0
        mov     dx, cx
        mov     cx, 63
        jmp     geometry_set
.most:  mov     ax, MOST_CYLINDERS
        mov     dx, 255
        mov     cx, 63
        jmp     geometry_set

; The fixed disk parameter tables of the first two disks, at INT 41h and 46h.
disk_tables_setup:
        push    word 0
        pop     es
        mov     bx, [EBDA_DISK_MAP]
        mov     di, EBDA_DISK_TABLE
        mov     si, 0x41 * 4
        call    .one
        mov     bx, [EBDA_DISK_MAP + 2]
        mov     di, EBDA_DISK_TABLE + 16
        mov     si, 0x46 * 4
.one:   test    bx, bx
        jz      .end
        mov     [es:si], di
        mov     [es:si + 2], ds
        mov     ax, [bx + DRIVE_CYLINDERS]
        mov     [di], ax
        mov     al, [bx + DRIVE_HEADS]
        mov     [di + 2], al
        or      word [di + 5], -1   ; no write precompensation
        mov     al, 0xC0
        cmp     byte [bx + DRIVE_HEADS], 8
        jbe     .few
        or      al, 0x08
.few:   mov     [di + 8], al
        mov     ax, [bx + DRIVE_CYLINDERS]
        mov     [di + 12], ax       ; landing zone
        mov     al, [bx + DRIVE_SECTORS]
        mov     [di + 14], al
        cmp     byte [bx + DRIVE_TRANSLATION], TRANSLATION_NONE
        je      .end
        ; translated: the signature, the drive's own geometry, and a checksum
        mov     byte [di + 3], 0xA0
        mov     al, [bx + DRIVE_OWN_SECTORS]
        mov     [di + 4], al
        mov     ax, [bx + DRIVE_OWN_CYLINDERS]
        mov     [di + 9], ax
        mov     al, [bx + DRIVE_OWN_HEADS]
        mov     [di + 11], al
        push    si
        mov     si, di
        mov     cx, 15
        mov     ah, 0
.sum:   lodsb
        add     ah, al
        loop    .sum
        neg     ah
        mov     [si], ah
        pop     si
.end:   ret
`;
