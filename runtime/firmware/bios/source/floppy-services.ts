/** INT 13h and 40h for floppy drives. */
export const floppyServices = `
bits 16
DMA_READ        equ 0x46        ; from the drive to memory
DMA_WRITE       equ 0x4A
DMA_VERIFY      equ 0x42
FLOPPY_CHANGED  equ 0x06
FLOPPY_MOST     equ 128         ; sectors, what DMA moves at once

; INT 40h: INT 13h for floppies where INT 13h is a disk's.
int40:  jmp     int13

; Entered from INT 13h, DL: drive, 0 or 1. Functions get DS: BIOS data area, ES: EBDA, and give AH: status.
floppy_service:
        push    ds
        pop     es
        push    word BDA_SEGMENT
        pop     ds
        movzx   si, byte [bp + FRAME_AH]
        mov     ah, DISK_BAD_REQUEST
        cmp     si, FLOPPY_FUNCTIONS
        jae     .done
        add     si, si
        call    [cs:floppy_functions + si]
.done:  jmp     disk_status
floppy_functions:
        dw floppy_do_reset, disk_last_status, floppy_do_read, floppy_do_write
        dw floppy_do_verify, floppy_do_format, disk_invalid, disk_invalid
        dw floppy_parameters, disk_invalid, disk_invalid, disk_invalid
        dw disk_invalid, disk_invalid, disk_invalid, disk_invalid
        dw disk_invalid, disk_invalid, disk_invalid, disk_invalid
        dw disk_invalid, floppy_kind, floppy_change, floppy_set_type
        dw floppy_set_media
FLOPPY_FUNCTIONS equ ($ - floppy_functions) / 2

floppy_do_reset:
        call    floppy_select
        call    floppy_reset
        mov     ah, DISK_TIMEOUT
        jc      .end
        mov     ah, DISK_OK
.end:   ret

floppy_do_read:
        mov     bx, DMA_READ << 8 | FDC_READ
        jmp     floppy_sectors
floppy_do_write:
        mov     bx, DMA_WRITE << 8 | FDC_WRITE
        jmp     floppy_sectors
floppy_do_verify:
        mov     bx, DMA_VERIFY << 8 | FDC_READ
        ; fall through to floppy_sectors

; BL: command, BH: mode of DMA. The sectors are those of the caller's CX and DH, AL of them. AL: how many were done.
floppy_sectors:
        mov     ah, DISK_BAD_REQUEST
        mov     al, [bp + FRAME_AL]
        cmp     al, 1
        jb      .end
        cmp     al, FLOPPY_MOST
        ja      .end
        cmp     byte [bp + FRAME_DH], 1
        ja      .end
        cmp     byte [bp + FRAME_CL], 0
        je      .end
        mov     byte [bp + FRAME_AL], 0
        mov     [es:REQUEST_COUNT], al
        mov     byte [es:REQUEST_COUNT + 1], 0
        mov     eax, [bp + FRAME_BX]
        mov     [es:REQUEST_BUFFER], ax
        mov     ax, [bp + FRAME_ES]
        mov     [es:REQUEST_BUFFER + 2], ax
        call    floppy_media_ready
        jc      .end
        call    .once
        test    ah, ah
        jz      .done
        cmp     ah, DISK_PROTECTED
        je      .end
        cmp     ah, DISK_DMA_BOUNDARY
        je      .end
        ; another medium, perhaps: look at it anew
        call    floppy_media_forget
        call    floppy_media_ready
        jc      .end
        call    .once
        test    ah, ah
        jnz     .end
.done:  mov     al, [es:REQUEST_COUNT]
        mov     [bp + FRAME_AL], al
.end:   ret
.once:  mov     ch, [bp + FRAME_CH]
        call    floppy_seek
        mov     ah, DISK_TIMEOUT
        jc      .end
        movzx   ecx, word [es:REQUEST_COUNT]
        shl     ecx, 9
        mov     al, bh
        push    dx
        call    floppy_dma
        pop     dx
        mov     ah, DISK_DMA_BOUNDARY
        jc      .end
        mov     al, bl
        call    floppy_put
        call    floppy_put_address
        mov     ah, DISK_TIMEOUT
        jc      .end
        call    floppy_wait
        mov     ah, DISK_TIMEOUT
        jc      floppy_reset_after
        jmp     floppy_result

; A controller that did not answer is reset. Keeps AH.
floppy_reset_after:
        push    ax
        call    floppy_reset
        pop     ax
        ret

; The 8 bytes after a read or write command: from the frame and from the parameter table. CF: not taken. The last sector is that of
; the call, whatever the table says: the controller finds where tracks end, as SeaBIOS has it do.
floppy_put_address:
        push    ds
        push    si
        push    word 0
        pop     ds
        lds     si, [0x1E * 4]
        mov     al, [bp + FRAME_DH]
        shl     al, 2
        or      al, dl
        call    floppy_put
        mov     al, [bp + FRAME_CH]
        call    floppy_put
        mov     al, [bp + FRAME_DH]
        call    floppy_put
        mov     al, [bp + FRAME_CL]
        call    floppy_put
        mov     al, [si + TABLE_SIZE]
        call    floppy_put
        mov     al, [bp + FRAME_CL]
        add     al, [es:REQUEST_COUNT]
        dec     al
        call    floppy_put
        mov     al, [si + TABLE_GAP]
        call    floppy_put
        mov     al, [si + TABLE_LENGTH]
        call    floppy_put
        pop     si
        pop     ds
        ret

; Formats track CH of side DH: ES:BX has 4 bytes for each of AL sectors.
floppy_do_format:
        mov     bx, [bp + FRAME_BX]
        mov     [es:REQUEST_BUFFER], bx
        mov     bx, [bp + FRAME_ES]
        mov     [es:REQUEST_BUFFER + 2], bx
        call    floppy_media_ready
        jnc     .ready
        call    floppy_type         ; a disk without any sector: the drive's own rate
        call    floppy_type_entry
        mov     al, [cs:si + 2]
        call    floppy_set_rate
.ready: mov     ch, [bp + FRAME_CH]
        call    floppy_seek
        mov     ah, DISK_TIMEOUT
        jc      .end
        call    floppy_table        ; ES becomes the table's segment
        movzx   ecx, byte [es:si + TABLE_SECTORS]
        shl     ecx, 2
        push    es
        mov     es, [BDA_EBDA]
        push    dx
        mov     al, DMA_WRITE
        call    floppy_dma
        pop     dx
        pop     es
        mov     ah, DISK_DMA_BOUNDARY
        jc      .end
        mov     al, FDC_FORMAT
        call    floppy_put
        mov     al, [bp + FRAME_DH]
        shl     al, 2
        or      al, dl
        call    floppy_put
        mov     al, [es:si + TABLE_SIZE]
        call    floppy_put
        mov     al, [es:si + TABLE_SECTORS]
        call    floppy_put
        mov     al, [es:si + TABLE_FORMAT_GAP]
        call    floppy_put
        mov     al, [es:si + TABLE_FILL]
        call    floppy_put
        call    floppy_wait
        mov     ah, DISK_TIMEOUT
        jc      floppy_reset_after
        jmp     floppy_result
.end:   ret

; ES:SI: the parameter table.
floppy_table:
        push    word 0
        pop     es
        les     si, [es:0x1E * 4]
        ret

; INT 13h 08h.
floppy_parameters:
        call    floppy_type
        mov     [bp + FRAME_BL], al
        mov     byte [bp + FRAME_BH], 0
        call    floppy_type_entry
        mov     al, [cs:si]
        dec     al
        mov     [bp + FRAME_CH], al
        mov     al, [cs:si + 1]
        mov     [bp + FRAME_CL], al
        mov     byte [bp + FRAME_DH], 1
        mov     al, [BDA_EQUIPMENT]
        shr     al, 6
        inc     al
        mov     [bp + FRAME_DL], al
        mov     byte [bp + FRAME_AL], 0
        mov     al, [bp + FRAME_CL]
        call    floppy_table_of
        mov     [bp + FRAME_DI], di
        mov     word [bp + FRAME_ES], BIOS_SEGMENT
        mov     ah, DISK_OK
        ret

; AH 1: a drive that does not tell of changes. (The rate is found anew where a read fails.)
floppy_kind:
        mov     byte [bp + FRAME_AH], 1
        pop     ax
        jmp     disk_return

; AH 6: the medium may have been changed.
floppy_change:
        mov     ah, FLOPPY_CHANGED
        ret

; 17h and 18h: what will be formatted.
floppy_set_type:
        call    floppy_media_forget
        mov     ah, DISK_OK
        ret
floppy_set_media:
        call    floppy_type
        call    floppy_type_entry
        mov     ah, 0x0C            ; not a format of this drive
        mov     al, [bp + FRAME_CH]
        cmp     al, [cs:si]
        jae     .end
        mov     al, [bp + FRAME_CL]
        and     al, 0x3F
        cmp     al, [cs:si + 1]
        ja      .end
        call    floppy_table_of
        mov     [bp + FRAME_DI], di
        mov     word [bp + FRAME_ES], BIOS_SEGMENT
        mov     ah, DISK_OK
.end:   ret
`;
