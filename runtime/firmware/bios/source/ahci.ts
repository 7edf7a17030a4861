/**
 * SATA drives at an AHCI controller: one command at a time, in the first slot (AHCI 1.3.1, 3.3 and 4.2). Registers are reached by the index port, so without
 * protected mode. One list serves all ports. DS: EBDA, BX: the drive's descriptor.
 */
export const ahci = `
bits 16
; Ports, from DRIVE_PORT on (10.4.1 of the ICH9's function: index and data).
AHCI_INDEX      equ 0x10
; Registers of a port.
AHCI_FIRST_PORT equ 0x100
PX_LIST         equ 0x00
PX_RECEIVED     equ 0x08
PX_INTERRUPTS   equ 0x10
PX_COMMAND      equ 0x18
PX_TASK_FILE    equ 0x20
PX_SIGNATURE    equ 0x24
PX_STATUS       equ 0x28
PX_CONTROL      equ 0x2C
PX_ERROR        equ 0x30
PX_ISSUE        equ 0x38
PORT_RECEIVES   equ 0x16        ; PX_COMMAND: the drive spins, FISes are received
PORT_RUNS       equ 0x17
PORT_BUSY       equ 0x8000      ; the list is at work
PORT_FATAL      equ 0x78000000  ; PX_INTERRUPTS: errors after which nothing more comes
; The list's memory, from EBDA_AHCI:0 on: the header, its table, what is received, and room for data.
LIST_MOVED      equ 4
LIST_TABLE      equ 8
AHCI_TABLE      equ 0x80
AHCI_PACKET     equ AHCI_TABLE + 0x40
AHCI_REGION     equ AHCI_TABLE + 0x80
AHCI_RECEIVED   equ 0x200
AHCI_DATA       equ 0x400
AHCI_SECTORS    equ 20
FIS_COMMAND     equ 0x8027      ; to the drive, with a command
FIS_WORDS       equ 5           ; of 32 bits
HEADER_PACKET   equ 0x20
HEADER_WRITE    equ 0x40
COMMAND_READ_DMA equ 0x25
COMMAND_WRITE_DMA equ 0x35
PACKET_DMA      equ 1
AHCI_CD_SECTORS equ 5           ; that the room has room for

; DX: the data port of register SI of the drive's port.
ahci_select:
        push    eax
        movzx   eax, byte [bx + DRIVE_SELECT]
        shl     ax, 7
        add     ax, AHCI_FIRST_PORT
        add     ax, si
        mov     dx, [bx + DRIVE_PORT]
        add     dx, AHCI_INDEX
        out     dx, eax
        add     dx, 4
        pop     eax
        ret

ahci_read:
        call    ahci_select
        in      eax, dx
        ret

ahci_write:
        call    ahci_select
        out     dx, eax
        ret

; The port runs, without errors of before. CF: its drive is not ready. A drive that is busy is reset.
ahci_start:
        mov     eax, RESET_MILLISECONDS
        call    deadline_start
        xor     eax, eax
        mov     si, PX_COMMAND
        call    ahci_write
.stop:  call    deadline_passed
        jc      .end
        call    ahci_read
        test    ah, PORT_BUSY >> 8
        jnz     .stop
        movzx   eax, word [EBDA_AHCI]
        shl     eax, 4
        mov     si, PX_LIST
        call    .address
        add     eax, AHCI_RECEIVED
        mov     si, PX_RECEIVED
        call    .address
        mov     eax, PORT_RECEIVES
        mov     si, PX_COMMAND
        call    ahci_write
        mov     si, PX_TASK_FILE
        call    ahci_read
        test    al, ATA_BUSY | ATA_REQUEST
        jz      .ready
        mov     eax, 1
        mov     si, PX_CONTROL
        call    ahci_write
        call    usb_wait            ; 1 ms
        xor     eax, eax
        call    ahci_write
        mov     eax, RESET_MILLISECONDS
        call    deadline_start
        mov     si, PX_TASK_FILE
.wait:  call    deadline_passed
        jc      .end
        call    ahci_read
        test    al, ATA_BUSY | ATA_REQUEST
        jnz     .wait
.ready: or      eax, -1
        mov     si, PX_ERROR
        call    ahci_write
        mov     si, PX_INTERRUPTS
        call    ahci_write
        mov     eax, PORT_RUNS
        mov     si, PX_COMMAND
        call    ahci_write
        clc
.end:   ret
; An address below 4 GB. Keeps EAX.
.address:
        call    ahci_write
        push    eax
        xor     eax, eax
        add     si, 4
        call    ahci_write
        pop     eax
        ret

; The table has command AL and zeros. ES: the list.
ahci_begin:
        mov     es, [EBDA_AHCI]
        push    ax
        xor     ax, ax
        mov     di, AHCI_TABLE
        mov     cx, (AHCI_REGION - AHCI_TABLE) / 2
        rep stosw
        pop     ax
        mov     word [es:AHCI_TABLE], FIS_COMMAND
        mov     [es:AHCI_TABLE + 2], al
        ret

; Sends the command that the table has, with ECX bytes at address EAX; DX: flags of its header. ES: the list. CF: it failed, AL: the error register.
ahci_run:
        mov     [es:AHCI_REGION], eax
        dec     ecx
        mov     [es:AHCI_REGION + 12], ecx
        movzx   eax, dx
        or      eax, 1 << 16 | FIS_WORDS
        mov     [es:0], eax
        movzx   eax, word [EBDA_AHCI]
        shl     eax, 4
        add     eax, AHCI_TABLE
        mov     [es:LIST_TABLE], eax
        xor     eax, eax
        mov     [es:LIST_TABLE + 4], eax
        mov     [es:LIST_MOVED], eax
        mov     eax, ATA_MILLISECONDS
        call    deadline_start
        mov     eax, 1
        mov     si, PX_ISSUE
        call    ahci_write
.wait:  mov     si, PX_INTERRUPTS
        call    ahci_read
        test    eax, PORT_FATAL
        jnz     .failed
        mov     si, PX_ISSUE
        call    ahci_read
        test    al, 1
        jz      .done
        call    deadline_passed
        jnc     .wait
.failed:
        mov     si, PX_TASK_FILE
        call    ahci_read
        push    ax
        call    ahci_start
        pop     ax
        mov     al, ah
        stc
        ret
.done:  or      eax, -1
        mov     si, PX_INTERRUPTS
        call    ahci_write
        clc
        ret

; Does the request of OPERATION_ REQUEST_COMMAND. AH: status of INT 13h, REQUEST_DONE: sectors.
ahci_transfer:
        mov     ax, [EBDA_AHCI]
        add     ax, AHCI_DATA / 16
        mov     [REQUEST_ROOM], ax
        mov     word [REQUEST_ROOM_SECTORS], AHCI_SECTORS
        mov     si, .move
        mov     ax, ATA_MOST_SECTORS
        jmp     bus_master_transfer
; CX sectors at address EAX. AH: status of INT 13h. Keeps CX.
.move:  push    cx
        push    cx
        push    eax
        mov     al, COMMAND_READ_DMA
        cmp     byte [REQUEST_COMMAND], OPERATION_WRITE
        jne     .command
        mov     al, COMMAND_WRITE_DMA
.command:
        call    ahci_begin
        mov     eax, [REQUEST_LBA]
        mov     [es:AHCI_TABLE + 4], eax
        mov     eax, [REQUEST_LBA + 3]
        mov     [es:AHCI_TABLE + 8], eax
        mov     byte [es:AHCI_TABLE + 7], ATA_USE_LBA
        pop     eax
        pop     cx
        mov     [es:AHCI_TABLE + 12], cx
        movzx   ecx, cx
        shl     ecx, 9
        xor     dx, dx
        cmp     byte [REQUEST_COMMAND], OPERATION_WRITE
        jne     .run
        mov     dl, HEADER_WRITE
.run:   call    ahci_run
        pop     cx
        jc      ata_error_status
        mov     ah, DISK_OK
        ret

; As packet_exchange: what comes goes by the BIOS's own room.
ahci_packet:
        mov     al, COMMAND_PACKET
        call    ahci_begin
        mov     byte [es:AHCI_TABLE + 3], PACKET_DMA
        mov     si, EBDA_PACKET
        mov     di, AHCI_PACKET
        mov     cx, PACKET_BYTES / 2
        rep movsw
        movzx   eax, word [EBDA_AHCI]
        shl     eax, 4
        add     eax, AHCI_DATA
        mov     ecx, AHCI_SECTORS * 512
        mov     dx, HEADER_PACKET
        call    ahci_run
        jc      .failed
        mov     ecx, [es:LIST_MOVED]
        movzx   eax, word [REQUEST_SKIP]
        sub     ecx, eax
        jbe     .end                ; nothing that is wanted
        cmp     ecx, [REQUEST_WANTED]
        jbe     .copy
        mov     ecx, [REQUEST_WANTED]
.copy:  sub     [REQUEST_WANTED], ecx
        mov     word [REQUEST_SKIP], 0
        mov     si, ax
        add     si, AHCI_DATA
        les     di, [REQUEST_BUFFER]
        call    pointer_normalize
        push    ds
        mov     ds, [EBDA_AHCI]
        rep movsb
        pop     ds
        mov     [REQUEST_BUFFER], di
        mov     [REQUEST_BUFFER + 2], es
.end:   clc
        ret
.failed:
        shr     al, 4
        stc
        ret
`;
