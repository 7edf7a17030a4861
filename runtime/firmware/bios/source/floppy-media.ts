/** Which floppy drives there are, and at what rate their media are read. */
export const floppyMedia = `
bits 16
; What a drive's type (CMOS) can hold: cylinders, sectors, first data rate to try, entry of parameter_tables.
FLOPPY_TYPES    equ 5
floppy_types:
        db 40, 9, 2
        db 80, 15, 0
        db 80, 9, 2
        db 80, 18, 0
        db 80, 36, 3
; Data rates: 0: 500, 1: 300, 2: 250, 3: 1000 kbit/s; the others are tried in this order.
floppy_rates:   db 0, 2, 1, 3
FLOPPY_RATES    equ 4
MEDIA_KNOWN     equ 0x10        ; in BDA_FLOPPY_MEDIA, with the rate in bits 6-7
MEDIA_KIND_UNKNOWN equ 0x07

; DL: drive. AL: its type in CMOS, 0: none; changes AH.
floppy_type:
        mov     ah, CMOS_FLOPPIES
        call    cmos_read
        cmp     dl, 1
        ja      .none
        je      .second
        shr     al, 4
.second:
        and     al, 0x0F
        cmp     al, FLOPPY_TYPES
        jbe     .end
        mov     al, 4
.end:   ret
.none:  mov     al, 0
        ret

; CS:SI: the entry of floppy_types for type AL.
floppy_type_entry:
        mov     ah, 3
        mul     ah
        mov     si, ax
        add     si, floppy_types - 3
        ret

; CF: there is no first drive.
floppy_type_first:
        push    dx
        mov     dl, 0
        call    floppy_type
        cmp     al, 1
        pop     dx
        ret

; DI: the parameter table, in the ROM, for AL sectors of a track.
floppy_table_of:
        mov     di, .tables
.next:  cmp     al, [cs:di + TABLE_SECTORS]
        jbe     .found
        add     di, TABLE_BYTES
        cmp     di, .tables_end - TABLE_BYTES
        jb      .next
.found: ret
.tables:
        db 0xDF, 0x02, 0x25, 0x02, 9, 0x2A, 0xFF, 0x50, 0xF6, 0x0F, 0x08
        db 0xDF, 0x02, 0x25, 0x02, 15, 0x1B, 0xFF, 0x54, 0xF6, 0x0F, 0x08
        db 0xAF, 0x02, 0x25, 0x02, 18, 0x1B, 0xFF, 0x6C, 0xF6, 0x0F, 0x08
        db 0xAF, 0x02, 0x25, 0x02, 36, 0x1B, 0xFF, 0x53, 0xF6, 0x0F, 0x08
.tables_end:

; POST: counts the drives in the equipment word, and has INT 1Eh point to the parameter table of the first. DS: EBDA.
floppy_setup:
        push    ds
        push    word BDA_SEGMENT
        pop     ds
        mov     dl, 0
        call    floppy_type
        test    al, al
        jz      .second
        call    floppy_type_entry
        mov     al, [cs:si + 1]
        call    floppy_table_of
        push    word 0
        pop     es
        mov     [es:0x1E * 4], di
        or      byte [BDA_EQUIPMENT], 0x01
        or      byte [BDA_FLOPPY_INFO], 0x07
.second:
        mov     dl, 1
        call    floppy_type
        test    al, al
        jz      .reset
        or      byte [BDA_EQUIPMENT], 0x41
        or      byte [BDA_FLOPPY_INFO], 0x70
.reset: mov     byte [BDA_FLOPPY_MEDIA], MEDIA_KIND_UNKNOWN
        mov     byte [BDA_FLOPPY_MEDIA + 1], MEDIA_KIND_UNKNOWN
        test    byte [BDA_EQUIPMENT], 0x01
        jz      .end
        call    floppy_reset
.end:   pop     ds
        ret

floppy_media_forget:
        push    bx
        movzx   bx, dl
        mov     byte [BDA_FLOPPY_MEDIA + bx], MEDIA_KIND_UNKNOWN
        pop     bx
        ; fall through to floppy_place_forget

; The heads of drive DL have to be moved to cylinder 0 before the next seek.
floppy_place_forget:
        push    cx
        mov     cl, dl
        mov     al, 1
        shl     al, cl
        not     al
        and     [BDA_RECALIBRATED], al
        pop     cx
        ret

; Selects drive DL and sets its data rate, which is found by trying. CF: no rate works; AH: status.
floppy_media_ready:
        push    bx
        call    floppy_select
        movzx   bx, dl
        mov     al, [BDA_FLOPPY_MEDIA + bx]
        test    al, MEDIA_KNOWN
        jz      .try
        shr     al, 6
        call    floppy_set_rate
        clc
        jmp     .end
.try:   call    floppy_type
        call    floppy_type_entry
        mov     al, [cs:si + 2]
        call    .rate
        jnc     .end
        xor     si, si
.next:  mov     al, [cs:floppy_rates + si]
        call    .rate
        jnc     .end
        inc     si
        cmp     si, FLOPPY_RATES
        jb      .next
        mov     ah, DISK_TIMEOUT
        stc
.end:   pop     bx
        ret
; AL: rate. CF: no sector is found with it.
.rate:  mov     ch, al
        call    floppy_set_rate
        push    cx
        call    floppy_recalibrate
        jc      .failed
        mov     al, FDC_READ_ID
        call    floppy_put
        jc      .failed
        mov     al, dl
        call    floppy_put
        call    floppy_wait
        jc      .failed
        call    floppy_result
        cmp     ah, 1
        cmc
.failed:
        pop     cx
        jc      .rated
        shl     ch, 6
        or      ch, MEDIA_KNOWN | MEDIA_KIND_UNKNOWN
        mov     [BDA_FLOPPY_MEDIA + bx], ch
        clc
.rated: ret

; AL: 0-3.
floppy_set_rate:
        push    dx
        mov     dx, FDC_RATE
        out     dx, al
        mov     ah, al
        shl     ah, 6
        mov     [BDA_FLOPPY_RATE], ah
        pop     dx
        ret
`;
