/** The floppy controller (Intel 82077AA) with DMA channel 2 and IRQ 6. */
export const floppy = `
bits 16
FDC_OUTPUT      equ 0x3F2       ; digital output: drive, reset, motors
FDC_STATUS      equ 0x3F4       ; main status
FDC_DATA        equ 0x3F5
FDC_RATE        equ 0x3F7       ; written: data rate; read: disk change
FDC_RUN         equ 0x0C        ; not in reset, DMA and interrupt
FDC_READY       equ 0x80        ; in the main status: a byte can be moved
FDC_FROM        equ 0x40        ; towards the processor
FDC_SPECIFY     equ 0x03
FDC_RECALIBRATE equ 0x07
FDC_SENSE       equ 0x08
FDC_SEEK        equ 0x0F
FDC_READ_ID     equ 0x4A
FDC_FORMAT      equ 0x4D
FDC_READ        equ 0xE6        ; both sides, MFM, deleted data are skipped
FDC_WRITE       equ 0xC5
FLOPPY_INTERRUPT equ 0x80       ; in BDA_RECALIBRATED
FLOPPY_MILLISECONDS equ 5000
; The parameter table at INT 1Eh.
TABLE_SPECIFY   equ 0           ; 2 bytes
TABLE_MOTOR     equ 2           ; ticks until it is turned off
TABLE_SIZE      equ 3           ; of a sector: 2 for 512 bytes
TABLE_SECTORS   equ 4
TABLE_GAP       equ 5
TABLE_LENGTH    equ 6
TABLE_FORMAT_GAP equ 7
TABLE_FILL      equ 8
TABLE_BYTES     equ 11

; IRQ 6.
int0E:  push    ax
        push    ds
        push    word BDA_SEGMENT
        pop     ds
        or      byte [BDA_RECALIBRATED], FLOPPY_INTERRUPT
        mov     al, PIC_EOI
        out     PIC1, al
        pop     ds
        pop     ax
        iret

; DS: BIOS data area. Keeps all but AX and DX.
floppy_motors_off:
        and     byte [BDA_MOTORS], 0xF0
        mov     al, FDC_RUN
        mov     dx, FDC_OUTPUT
        out     dx, al
        ret

; DL: drive. The controller works, the drive is selected and its motor runs. DS: BIOS data area.
floppy_select:
        push    ax
        push    cx
        push    dx
        mov     cl, dl
        mov     al, 0x01
        shl     al, cl
        or      [BDA_MOTORS], al
        shl     al, 4
        or      al, FDC_RUN
        or      al, dl
        push    ds
        push    si
        push    word 0
        pop     ds
        lds     si, [0x1E * 4]
        mov     ah, [si + TABLE_MOTOR]
        pop     si
        pop     ds
        mov     [BDA_MOTOR_TICKS], ah
        mov     dx, FDC_OUTPUT
        out     dx, al
        pop     dx
        pop     cx
        pop     ax
        ret

; Resets the controller; no drive's place is known then. CF: it does not answer. DS: BIOS data area.
floppy_reset:
        push    dx
        mov     byte [BDA_RECALIBRATED], 0
        mov     dx, FDC_OUTPUT
        in      al, dx
        and     al, ~0x04 & 0xFF
        out     dx, al
        or      al, FDC_RUN
        out     dx, al
        call    floppy_wait
        jc      .end
        mov     cx, 4               ; one report for each drive
.sense: mov     al, FDC_SENSE
        call    floppy_put
        jc      .end
        call    floppy_get
        jc      .end
        call    floppy_get
        jc      .end
        loop    .sense
        call    floppy_specify
.end:   pop     dx
        ret

; Step rate and head times of the parameter table.
floppy_specify:
        push    es
        push    si
        push    word 0
        pop     es
        les     si, [es:0x1E * 4]
        mov     al, FDC_SPECIFY
        call    floppy_put
        mov     al, [es:si + TABLE_SPECIFY]
        call    floppy_put
        mov     al, [es:si + TABLE_SPECIFY + 1]
        call    floppy_put
        pop     si
        pop     es
        ret

; Sleeps until the controller has interrupted. CF: it has not. DS: BIOS data area.
floppy_wait:
        push    eax
        mov     eax, FLOPPY_MILLISECONDS
        call    deadline_start
        pop     eax
.again: cli
        test    byte [BDA_RECALIBRATED], FLOPPY_INTERRUPT
        jnz     .there
        sti
        hlt                         ; the timer wakes at least
        call    deadline_passed
        jnc     .again
        sti
        stc
        ret
.there: and     byte [BDA_RECALIBRATED], ~FLOPPY_INTERRUPT & 0xFF
        sti
        clc
        ret

; AL: a byte for the controller. CF: it takes none.
floppy_put:
        push    dx
        push    cx
        push    ax
        mov     dx, FDC_STATUS
        xor     cx, cx
.wait:  in      al, dx
        and     al, FDC_READY | FDC_FROM
        cmp     al, FDC_READY
        je      .ready
        loop    .wait
        pop     ax
        stc
        jmp     .end
.ready: pop     ax
        inc     dx
        out     dx, al
        clc
.end:   pop     cx
        pop     dx
        ret

; AL: a byte from the controller. CF: it has none.
floppy_get:
        push    dx
        push    cx
        mov     dx, FDC_STATUS
        xor     cx, cx
.wait:  in      al, dx
        and     al, FDC_READY | FDC_FROM
        cmp     al, FDC_READY | FDC_FROM
        je      .ready
        loop    .wait
        stc
        jmp     .end
.ready: inc     dx
        in      al, dx
        clc
.end:   pop     cx
        pop     dx
        ret

; The 7 bytes of a result go to the BIOS data area. AH: status of INT 13h.
floppy_result:
        push    cx
        push    di
        mov     di, BDA_FLOPPY_RESULT
        mov     cx, 7
.next:  call    floppy_get
        jc      .timeout
        mov     [di], al
        inc     di
        loop    .next
        mov     ah, DISK_OK
        test    byte [BDA_FLOPPY_RESULT], 0xC0
        jz      .end
        mov     al, [BDA_FLOPPY_RESULT + 1]
        mov     ah, DISK_PROTECTED
        test    al, 0x02
        jnz     .end
        mov     ah, DISK_NO_MARK
        test    al, 0x01
        jnz     .end
        mov     ah, DISK_NOT_FOUND
        test    al, 0x04 | 0x80
        jnz     .end
        mov     ah, DISK_DMA_OVERRUN
        test    al, 0x10
        jnz     .end
        mov     ah, DISK_BAD_DATA
        test    al, 0x20
        jnz     .end
        mov     ah, DISK_CONTROLLER
.end:   pop     di
        pop     cx
        ret
.timeout:
        mov     ah, DISK_TIMEOUT
        jmp     .end

; Moves the heads of drive DL to cylinder CH. CF: failed. DS: BIOS data area.
floppy_seek:
        mov     al, 1
        push    cx
        mov     cl, dl
        shl     al, cl
        pop     cx
        test    [BDA_RECALIBRATED], al
        jnz     .known
        call    floppy_recalibrate
        jc      .end
.known: push    bx
        movzx   bx, dl
        cmp     [BDA_FLOPPY_TRACK + bx], ch
        pop     bx
        je      .end
        mov     al, FDC_SEEK
        call    floppy_put
        jc      .end
        mov     al, dl
        call    floppy_put
        mov     al, ch
        call    floppy_put
        call    floppy_sense
        jc      .end
        push    bx
        movzx   bx, dl
        mov     [BDA_FLOPPY_TRACK + bx], ch
        pop     bx
        clc
.end:   ret

; Moves the heads of drive DL to cylinder 0. CF: failed.
floppy_recalibrate:
        call    floppy_select
        mov     al, FDC_RECALIBRATE
        call    floppy_put
        jc      .end
        mov     al, dl
        call    floppy_put
        call    floppy_sense
        jc      .end
        push    bx
        push    cx
        movzx   bx, dl
        mov     byte [BDA_FLOPPY_TRACK + bx], 0
        mov     cl, dl
        mov     al, 1
        shl     al, cl
        or      [BDA_RECALIBRATED], al
        pop     cx
        pop     bx
        clc
.end:   ret

; After a seek: waits, and asks how it ended. CF: badly.
floppy_sense:
        call    floppy_wait
        jc      .end
        mov     al, FDC_SENSE
        call    floppy_put
        jc      .end
        call    floppy_get
        jc      .end
        mov     ah, al
        call    floppy_get
        jc      .end
        and     ah, 0xC0
        jz      .end
        stc
.end:   ret

; DMA channel 2: AL: mode, ECX: bytes, REQUEST_BUFFER. CF: the buffer crosses 64 KB. ES: EBDA.
floppy_dma:
        push    ax
        movzx   edx, word [es:REQUEST_BUFFER + 2]
        shl     edx, 4
        movzx   eax, word [es:REQUEST_BUFFER]
        add     edx, eax
        dec     cx                  ; the count less 1
        mov     ax, dx
        add     ax, cx
        pop     ax
        jc      .end
        out     0x0B, al
        mov     al, 0x06
        out     0x0A, al            ; masked meanwhile
        out     0x0C, al            ; low byte first
        mov     al, dl
        out     0x04, al
        mov     al, dh
        out     0x04, al
        shr     edx, 16
        mov     al, dl
        out     0x81, al
        mov     al, cl
        out     0x05, al
        mov     al, ch
        out     0x05, al
        mov     al, 0x02
        out     0x0A, al
        clc
.end:   ret
`;
