/** Hard disks on the IDE channels, by programmed I/O (ATA-6). DS: EBDA, BX: the drive's descriptor. */
export const ata = `
bits 16
; Registers of the command block, from DRIVE_PORT on.
ATA_ERROR       equ 1
ATA_FEATURES    equ 1
ATA_COUNT       equ 2
ATA_LBA_LOW     equ 3
ATA_LBA_MID     equ 4
ATA_LBA_HIGH    equ 5
ATA_DEVICE      equ 6
ATA_STATUS      equ 7
ATA_COMMAND     equ 7
ATA_BUSY        equ 0x80
ATA_FAULT       equ 0x20
ATA_REQUEST     equ 0x08        ; data can be moved
ATA_FAILED      equ 0x01
ATA_USE_LBA     equ 0x40
ATA_NO_INTERRUPT equ 0x02       ; in the control register
ATA_RESET       equ 0x04
ATA_MILLISECONDS equ 20000
ATA_MOST_SECTORS equ 128        ; of a command

; Status of INT 13h.
DISK_OK         equ 0x00
DISK_BAD_REQUEST equ 0x01
DISK_NO_MARK    equ 0x02
DISK_PROTECTED  equ 0x03
DISK_NOT_FOUND  equ 0x04
DISK_DMA_OVERRUN equ 0x08
DISK_DMA_BOUNDARY equ 0x09
DISK_BAD_TRACK  equ 0x0C
DISK_NO_MEDIUM  equ 0x31
DISK_BAD_DATA   equ 0x10
DISK_CONTROLLER equ 0x20
DISK_TIMEOUT    equ 0x80
DISK_LOCKED     equ 0xB1
DISK_NOT_REMOVABLE equ 0xB2
DISK_NOT_LOCKED equ 0xB0
DISK_NOT_READY  equ 0xAA

; Waits until the drive is not busy. AL: status; CF: it stays so.
ata_wait:
        push    eax
        mov     eax, ATA_MILLISECONDS
        call    deadline_start
        pop     eax
.poll:  mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_STATUS
        in      al, dx
        test    al, ATA_BUSY
        jz      .ready
        call    deadline_passed
        jnc     .poll
        ret
.ready: clc
        ret

; AL: value of the device register. The drive of its channel becomes the one that listens; no interrupts. CF: it is busy.
ata_select:
        push    ax
        mov     dx, [bx + DRIVE_CONTROL]
        mov     al, 0x08 | ATA_NO_INTERRUPT
        out     dx, al
        call    ata_wait
        pop     ax
        jc      .end
        mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_DEVICE
        out     dx, al
        mov     dx, [bx + DRIVE_CONTROL]
        in      al, dx              ; 400 ns
        in      al, dx
        in      al, dx
        in      al, dx
        call    ata_wait
.end:   ret

; The drive may interrupt again: programs that use it by its ports expect that. Keeps all, flags too.
ata_release:
        pushf
        push    ax
        push    dx
        mov     dx, [bx + DRIVE_CONTROL]
        mov     al, 0x08
        out     dx, al
        pop     dx
        pop     ax
        popf
        ret

; Does the request of OPERATION_ REQUEST_COMMAND. AH: status of INT 13h, REQUEST_DONE: sectors.
ata_transfer:
        test    byte [bx + DRIVE_FLAGS], DRIVE_IS_SATA
        jnz     ahci_transfer
        call    ata_chunks
        jmp     ata_release

ata_chunks:
        mov     word [REQUEST_DONE], 0
.chunk: mov     cx, [REQUEST_COUNT]
        jcxz    .done
        cmp     cx, ATA_MOST_SECTORS
        jbe     .fits
        mov     cx, ATA_MOST_SECTORS
.fits:  call    ata_start
        jc      .timeout
        cmp     byte [REQUEST_COMMAND], OPERATION_VERIFY
        je      .verify
.sector:
        call    ata_wait
        jc      .timeout
        test    al, ATA_FAILED | ATA_FAULT
        jnz     .failed
        test    al, ATA_REQUEST
        jz      .failed
        call    ata_move_sector
        mov     ax, 1
        call    request_advance
        dec     cx
        jnz     .sector
        call    ata_wait            ; what was written last may fail, too
        jc      .timeout
        test    al, ATA_FAILED | ATA_FAULT
        jnz     .failed
        jmp     .chunk
.verify:
        call    ata_wait
        jc      .timeout
        test    al, ATA_FAILED | ATA_FAULT
        jnz     .failed
        mov     ax, cx
        call    request_advance
        jmp     .chunk
.done:  mov     ah, DISK_OK
        ret
.timeout:
        mov     ah, DISK_TIMEOUT
        ret
.failed:
        jmp     ata_failure

; AH: status of INT 13h for the drive's error register.
ata_failure:
        mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_ERROR
        in      al, dx
        ; fall through to ata_error_status

; AH: status of INT 13h for error register AL.
ata_error_status:
        mov     ah, DISK_NOT_FOUND
        test    al, 0x10
        jnz     .end
        mov     ah, DISK_BAD_DATA
        test    al, 0x40
        jnz     .end
        mov     ah, DISK_CONTROLLER
.end:   ret

; Moves a sector of 512 bytes between drive and buffer, and advances the buffer.
ata_move_sector:
        push    cx
        mov     dx, [bx + DRIVE_PORT]
        mov     cx, 256
        cmp     byte [REQUEST_COMMAND], OPERATION_WRITE
        je      .write
        les     di, [REQUEST_BUFFER]
        call    pointer_normalize
        rep insw
        mov     [REQUEST_BUFFER], di
        mov     [REQUEST_BUFFER + 2], es
        pop     cx
        ret
.write: les     di, [REQUEST_BUFFER]
        call    pointer_normalize
        mov     si, di
        es rep outsw
        mov     [REQUEST_BUFFER], si
        mov     [REQUEST_BUFFER + 2], es
        pop     cx
        ret

; ES:DI: the same place with an offset below 16, so that 64 KB fit.
pointer_normalize:
        push    ax
        push    di
        shr     di, 4
        mov     ax, es
        add     ax, di
        mov     es, ax
        pop     di
        and     di, 15
        pop     ax
        ret

; Writes the registers for CX sectors at REQUEST_LBA and the command. CF: the drive is busy. Keeps CX.
ata_start:
        push    cx
        test    byte [bx + DRIVE_FLAGS], DRIVE_HAS_LBA
        jz      .geometry
        mov     eax, [REQUEST_LBA]
        movzx   edx, cx
        add     edx, eax
        shr     edx, 28
        or      edx, [REQUEST_LBA + 4]
        jnz     .long
        shr     eax, 24
        or      al, [bx + DRIVE_SELECT]
        or      al, ATA_USE_LBA
        call    ata_select
        jc      .end
        mov     al, cl
        mov     ecx, [REQUEST_LBA]
.short: call    ata_put_address
        xor     si, si
        jmp     .command
.long:  mov     al, [bx + DRIVE_SELECT]
        or      al, ATA_USE_LBA
        call    ata_select
        jc      .end
        push    cx
        mov     al, ch              ; the high halves come first
        movzx   ecx, byte [REQUEST_LBA + 3]
        mov     edx, [REQUEST_LBA + 4]
        shl     edx, 8
        or      ecx, edx
        call    ata_put_address
        pop     cx
        mov     al, cl
        mov     ecx, [REQUEST_LBA]
        call    ata_put_address
        mov     si, 3
.command:
        movzx   ax, byte [REQUEST_COMMAND]
        add     si, ax
        mov     al, [cs:.commands + si]
        mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_COMMAND
        out     dx, al
        mov     dx, [bx + DRIVE_CONTROL]
        in      al, dx              ; 400 ns
        in      al, dx
        clc
.end:   pop     cx
        ret
.commands:
        db 0x20, 0x30, 0x40         ; read, write, verify
        db 0x24, 0x34, 0x42         ; with 48 bits
; By the drive's own cylinders, heads and sectors.
.geometry:
        mov     eax, [REQUEST_LBA]
        xor     edx, edx
        movzx   ecx, word [bx + DRIVE_OWN_SECTORS]
        div     ecx
        inc     dx
        push    dx                  ; sector
        xor     edx, edx
        movzx   ecx, word [bx + DRIVE_OWN_HEADS]
        div     ecx
        mov     ecx, eax
        shl     ecx, 8              ; cylinder
        mov     al, dl
        or      al, [bx + DRIVE_SELECT]
        call    ata_select
        pop     ax
        jc      .end
        mov     cl, al
        mov     si, sp
        mov     al, [ss:si]         ; the count
        jmp     .short

; AL: count, ECX: the 24 bits of the address registers.
ata_put_address:
        mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_COUNT
        out     dx, al
        inc     dx
        mov     al, cl
        out     dx, al
        inc     dx
        mov     al, ch
        out     dx, al
        inc     dx
        shr     ecx, 16
        mov     al, cl
        out     dx, al
        ret
`;
