/**
 * Disks on the USB: SCSI commands (SBC) by the bulk-only transport (Mass Storage Class, Bulk-Only Transport 1.0). DS: EBDA, BX: the drive's descriptor, ES: the segment of
 * EBDA_USB.
 */
export const usbStorage = `
bits 16
SCSI_INQUIRY    equ 0x12
SCSI_WRITE      equ 0x2A
INQUIRY_BYTES   equ 36
CAPACITY_BYTES  equ 8
READY_TRIES     equ 5
MOST_OWN_CYLINDERS equ 16383    ; of what reports no geometry, as by SeaBIOS
; The wrappers around a command (5.1, 5.2).
WRAPPER_SIGNATURE equ 'USBC'
WRAPPER_TAG     equ 4
WRAPPER_LENGTH  equ 8
WRAPPER_FLAGS   equ 12          ; bit 7: data goes to the host
WRAPPER_COMMAND_BYTES equ 14
WRAPPER_COMMAND equ 15
WRAPPER_BYTES   equ 31
STATUS_RESIDUE  equ 8
STATUS_RESULT   equ 12
STATUS_BYTES    equ 13
TO_HOST         equ 0x80
; Requests that begin anew after an error (3.1, and USB 2.0, 9.4.1): the first four bytes.
BULK_RESET      equ 0x0000FF21
CLEAR_HALT      equ 0x00000102

; The device is a configured one of its class. CF: it is no disk with sectors of 512 bytes.
usb_disk_setup:
        mov     al, SCSI_INQUIRY
        mov     cx, INQUIRY_BYTES << 8 | INQUIRY_BYTES
        call    usb_ask
        jc      .end
        test    byte [es:USB_ANSWER], 0x1F ; a disk
        stc
        jnz     .end
        mov     cx, READY_TRIES
.ready: push    cx
        mov     al, SCSI_TEST_READY
        xor     cx, cx
        call    usb_ask
        pop     cx
        jnc     .is_ready
        push    cx
        mov     al, SCSI_SENSE
        mov     cx, SENSE_BYTES << 8 | SENSE_BYTES
        call    usb_ask
        pop     cx
        loop    .ready
        stc
        ret
.is_ready:
        mov     al, SCSI_CAPACITY
        mov     cx, CAPACITY_BYTES
        call    usb_ask
        jc      .end
        mov     eax, [es:USB_ANSWER + 4]
        cmp     eax, 0x00020000     ; 512, the highest byte first
        stc
        jne     .end
        mov     eax, [es:USB_ANSWER]
        bswap   eax
        add     eax, 1              ; it has told the last one
        mov     dword [bx + DRIVE_TOTAL], eax
        setc    al
        movzx   eax, al
        mov     [bx + DRIVE_TOTAL + 4], eax
        mov     byte [bx + DRIVE_TRANSLATION], TRANSLATION_LBA
        mov     word [bx + DRIVE_OWN_CYLINDERS], MOST_OWN_CYLINDERS
        call    drive_place
        mov     byte [bx + DRIVE_KIND], KIND_USB
        mov     byte [bx + DRIVE_FLAGS], DRIVE_HAS_LBA
        call    disk_ready
        clc
.end:   ret

; Sends command AL, of whose other bytes all but that at 4 are zeros: CH, where many have the length of their answer. CL bytes of an answer are
; expected at USB_ANSWER. CF: it failed.
usb_ask:
        call    packet_clear
        mov     [EBDA_PACKET + 4], ch
        movzx   ecx, cl
        mov     eax, USB_ANSWER
        call    usb_address
        mov     dl, PACKET_IN
        ; fall through to usb_command

; Sends the command at EBDA_PACKET and moves ECX bytes at address EAX; DL: PACKET_IN or PACKET_OUT. CF: it failed, or fewer were moved.
usb_command:
        call    .exchange
        jnc     .answered
        call    usb_recover
        stc
        ret
.answered:
        movzx   eax, byte [es:USB_WRAPPER_STATUS + STATUS_RESULT]
        or      eax, [es:USB_WRAPPER_STATUS + STATUS_RESIDUE]
        neg     eax                 ; CF unless it is 0
        ret
.exchange:
        call    usb_begin
        push    edx
        push    ecx
        push    eax
        call    usb_wrap
        mov     eax, USB_WRAPPER
        call    usb_address
        mov     ecx, WRAPPER_BYTES
        mov     dl, PACKET_OUT
        call    usb_bulk
        pop     eax
        pop     ecx
        pop     edx
        jecxz   .moved
        call    usb_bulk
.moved: mov     eax, USB_WRAPPER_STATUS
        call    usb_address
        mov     ecx, STATUS_BYTES
        mov     dl, PACKET_IN
        call    usb_bulk
        jmp     usb_run

; The wrapper for the command at EBDA_PACKET; ECX, DL: as usb_command. Keeps all.
usb_wrap:
        pushad
        mov     dword [es:USB_WRAPPER], WRAPPER_SIGNATURE
        inc     dword [es:USB_WRAPPER + WRAPPER_TAG]
        mov     [es:USB_WRAPPER + WRAPPER_LENGTH], ecx
        mov     eax, PACKET_BYTES << 16
        cmp     dl, PACKET_IN
        jne     .flags
        mov     al, TO_HOST
.flags: mov     [es:USB_WRAPPER + WRAPPER_FLAGS], eax
        mov     si, EBDA_PACKET
        mov     di, USB_WRAPPER + WRAPPER_COMMAND
        mov     cx, 16
        xor     al, al
        push    di
        rep stosb
        pop     di
        mov     cx, PACKET_BYTES
        rep movsb
        popad
        ret

; Adds packets of an endpoint for data: ECX bytes at address EAX; DL: PACKET_IN or PACKET_OUT.
usb_bulk:
        lea     si, [bx + DRIVE_USB_OUT]
        cmp     dl, PACKET_OUT
        je      .endpoint
        lea     si, [bx + DRIVE_USB_IN]
.endpoint:
        push    si
        mov     dh, [si]
        movzx   ebp, byte [bx + DRIVE_USB_PACKET]
        call    usb_packets
        pop     si
        mov     [si], dh
        ret

; The device begins anew with the next command (5.3.4).
usb_recover:
        mov     eax, BULK_RESET
        movzx   edx, byte [bx + DRIVE_USB_INTERFACE]
        call    usb_control
        movzx   edx, byte [bx + DRIVE_USB_IN]
        and     dl, 0x0F
        mov     [bx + DRIVE_USB_IN], dl
        or      dl, ENDPOINT_IN
        mov     eax, CLEAR_HALT
        call    usb_control
        movzx   edx, byte [bx + DRIVE_USB_OUT]
        and     dl, 0x0F
        mov     [bx + DRIVE_USB_OUT], dl
        mov     eax, CLEAR_HALT
        jmp     usb_control

; Does the request of OPERATION_ REQUEST_COMMAND. AH: status of INT 13h, REQUEST_DONE: sectors.
usb_transfer:
        push    ebp
        call    usb_start
        mov     ax, [EBDA_USB]
        add     ax, USB_DATA / 16
        mov     [REQUEST_ROOM], ax
        mov     word [REQUEST_ROOM_SECTORS], USB_DATA_SECTORS
        mov     si, usb_move
        movzx   ax, byte [bx + DRIVE_USB_PACKET]
        shr     ax, 2               ; 128 packets
        call    bus_master_transfer
        push    ax
        call    usb_halt
        pop     ax
        pop     ebp
        ret

; CX sectors at address EAX. AH: status of INT 13h. Keeps CX.
usb_move:
        push    cx
        push    eax
        cmp     dword [REQUEST_LBA + 4], 0
        jne     .absent
        mov     al, SCSI_READ
        mov     dl, PACKET_IN
        cmp     byte [REQUEST_COMMAND], OPERATION_WRITE
        jne     .command
        mov     al, SCSI_WRITE
        mov     dl, PACKET_OUT
.command:
        call    packet_clear
        mov     eax, [REQUEST_LBA]
        bswap   eax
        mov     [EBDA_PACKET + 2], eax
        mov     [EBDA_PACKET + 8], cl
        pop     eax
        movzx   ecx, cx
        shl     ecx, 9
        call    usb_command
        pop     cx
        mov     ah, DISK_OK
        jnc     .end
        mov     ah, DISK_CONTROLLER
.end:   ret
.absent:
        pop     eax
        pop     cx
        mov     ah, DISK_NOT_FOUND
        ret
`;
