/** CD drives: SCSI commands in packets (ATA/ATAPI-6, MMC). DS: EBDA, BX: the drive's descriptor. */
export const atapi = `
bits 16
PACKET_BYTES    equ 12
COMMAND_PACKET  equ 0xA0
SCSI_TEST_READY equ 0x00
SCSI_SENSE      equ 0x03
SCSI_START_STOP equ 0x1B
SCSI_LOCK       equ 0x1E
SCSI_CAPACITY   equ 0x25
SCSI_READ       equ 0x28
SENSE_BYTES     equ 18
SENSE_NOT_READY equ 2
SENSE_ATTENTION equ 6
CD_SECTOR       equ 2048
CD_MOST_SECTORS equ 16          ; of a command

; The packet becomes command AL and zeros.
packet_clear:
        push    eax
        xor     eax, eax
        mov     [EBDA_PACKET + 4], eax
        mov     [EBDA_PACKET + 8], eax
        pop     eax
        movzx   eax, al
        mov     [EBDA_PACKET], eax
        ret

; Sends the packet and takes what comes: of it REQUEST_SKIP bytes are dropped, REQUEST_WANTED put at REQUEST_BUFFER, the
; rest dropped. CF: failed; AL: sense key.
packet_command:
        test    byte [bx + DRIVE_FLAGS], DRIVE_IS_SATA
        jnz     ahci_packet
        call    packet_exchange
        jmp     ata_release

packet_exchange:
        mov     al, [bx + DRIVE_SELECT]
        call    ata_select
        jc      .failed
        mov     al, 0
        mov     ecx, CD_SECTOR << 8 ; the most bytes at a time
        call    ata_put_address
        mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_FEATURES
        mov     al, 0
        out     dx, al
        add     dx, ATA_COMMAND - ATA_FEATURES
        mov     al, COMMAND_PACKET
        out     dx, al
        mov     dx, [bx + DRIVE_CONTROL]
        in      al, dx
        in      al, dx
        call    .wait
        jc      .failed
        jz      .refused
        mov     si, EBDA_PACKET
        mov     cx, PACKET_BYTES / 2
        mov     dx, [bx + DRIVE_PORT]
        rep outsw
        mov     dx, [bx + DRIVE_CONTROL]
        in      al, dx
        in      al, dx
.block: call    .wait
        jc      .failed
        jz      .finished
        call    packet_block
        jmp     .block
.finished:
        test    al, ATA_FAILED | ATA_FAULT
        jz      .end
.refused:
        mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_ERROR
        in      al, dx
        shr     al, 4
        stc
        ret
.failed:
        mov     al, 0
        stc
.end:   ret
; CF: timeout, ZF: no data is to be moved.
.wait:  call    ata_wait
        jc      .late
        test    al, ATA_REQUEST
.late:  ret

; Takes the block of data that the drive has.
packet_block:
        mov     dx, [bx + DRIVE_PORT]
        add     dx, ATA_LBA_HIGH
        in      al, dx
        mov     ah, al
        dec     dx
        in      al, dx
        mov     cx, ax              ; its bytes
        sub     dx, ATA_LBA_MID
        mov     ax, [REQUEST_SKIP]
        call    .part
        sub     [REQUEST_SKIP], ax
        call    .drop
        mov     eax, [REQUEST_WANTED]
        cmp     eax, 0xFFFF
        jbe     .wanted
        mov     ax, 0xFFFE
.wanted:
        call    .part
        movzx   eax, ax
        sub     [REQUEST_WANTED], eax
        push    cx
        mov     cx, ax
        shr     cx, 1
        les     di, [REQUEST_BUFFER]
        call    pointer_normalize
        rep insw
        mov     [REQUEST_BUFFER], di
        mov     [REQUEST_BUFFER + 2], es
        pop     cx
        mov     ax, cx
; AX bytes are read and forgotten.
.drop:  push    ax
        push    cx
        mov     cx, ax
        inc     cx
        shr     cx, 1
        jcxz    .dropped
.word:  in      ax, dx
        loop    .word
.dropped:
        pop     cx
        pop     ax
        ret
; AX: as many of AX bytes as there are of CX, which are taken off CX.
.part:  cmp     ax, cx
        jbe     .some
        mov     ax, cx
.some:  sub     cx, ax
        ret

; A command without data. A drive whose medium was changed refuses one command to say so.
packet_simple:
        mov     cx, 4
.again: push    cx
        mov     dword [REQUEST_WANTED], 0
        mov     word [REQUEST_SKIP], 0
        call    packet_command
        pop     cx
        jnc     .end
        cmp     al, SENSE_ATTENTION
        jne     .failed
        loop    .again
.failed:
        stc
.end:   ret

; Reads CX sectors of 2 KB from sector EAX on. Keeps REQUEST_SKIP and REQUEST_WANTED as the caller set them. AH: status.
cd_read:
        push    eax
        mov     al, SCSI_READ
        call    packet_clear
        pop     eax
        bswap   eax
        mov     [EBDA_PACKET + 2], eax
        xchg    cl, ch
        mov     [EBDA_PACKET + 7], cx
        mov     cx, 4
.again: push    cx
        call    packet_command
        pop     cx
        jnc     .good
        cmp     al, SENSE_ATTENTION
        loope   .again
        mov     ah, DISK_NO_MEDIUM
        cmp     al, SENSE_NOT_READY
        je      .end
        mov     ah, DISK_CONTROLLER
        ret
.good:  mov     ah, DISK_OK
.end:   ret

; Does a request to a CD drive: CDs can only be read. SI: reads CX sectors of the request from REQUEST_LBA on, AH: status.
; AH: status of INT 13h. BX: the drive's descriptor.
cd_transfer:
        mov     word [REQUEST_DONE], 0
        cmp     byte [REQUEST_COMMAND], OPERATION_WRITE
        je      .protected
.chunk: mov     cx, [REQUEST_COUNT]
        mov     ah, DISK_OK
        jcxz    .end
        mov     ax, CD_MOST_SECTORS
        test    byte [bx + DRIVE_FLAGS], DRIVE_IS_SATA
        jz      .most
        mov     ax, AHCI_CD_SECTORS
.most:  cmp     cx, ax
        jbe     .fits
        mov     cx, ax
.fits:  push    cx
        push    si
        call    si
        pop     si
        pop     cx
        test    ah, ah
        jnz     .end
        add     [REQUEST_DONE], cx
        sub     [REQUEST_COUNT], cx
        movzx   ecx, cx
        add     [REQUEST_LBA], ecx
        jmp     .chunk
.protected:
        mov     ah, DISK_PROTECTED
.end:   ret

; EAX bytes are wanted; for a verification none.
wanted_bytes:
        cmp     byte [REQUEST_COMMAND], OPERATION_VERIFY
        jne     .set
        xor     eax, eax
.set:   mov     [REQUEST_WANTED], eax
        ret

; Does a request in sectors of 2 KB. AH: status of INT 13h.
atapi_transfer:
        mov     si, .read
        jmp     cd_transfer
.read:  movzx   eax, cx
        shl     eax, 11
        call    wanted_bytes
        mov     word [REQUEST_SKIP], 0
        mov     eax, [REQUEST_LBA]
        jmp     cd_read

; Does a request to the drive that a CD's image emulates, in sectors of 512 bytes. AH: status. BX: its descriptor.
emulated_transfer:
        push    bx
        mov     bx, [EMULATION_SOURCE]
        mov     si, .read
        call    cd_transfer
        pop     bx
        ret
.read:  movzx   eax, cx
        shl     eax, 9
        call    wanted_bytes
        mov     dx, [REQUEST_LBA]
        and     dx, 3
        add     cx, dx
        add     cx, 3
        shr     cx, 2               ; sectors of the CD that have them
        shl     dx, 9
        mov     [REQUEST_SKIP], dx
        mov     eax, [REQUEST_LBA]
        shr     eax, 2
        add     eax, [EMULATION_LBA]
        jmp     cd_read
`;
