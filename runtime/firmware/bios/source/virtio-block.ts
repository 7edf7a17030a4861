/**
 * Virtio block devices: requests by a split virtqueue (VIRTIO 1.2, 2.7 and 5.2.6). One ring serves all drives, as there is one
 * request at a time: it goes from drive to drive. DS: EBDA, BX: the drive's descriptor.
 */
export const virtioBlock = `
bits 16
; The ring, from EBDA_RING:0 on. A request takes the first three descriptors, always the same ones; the others are never
; used, so that header, status and some sectors find room there.
RING_DESCRIPTORS equ 0
RING_HEADER     equ 3 * 16
RING_STATUS     equ 4 * 16
RING_DATA       equ 5 * 16
RING_BYTES      equ RING_KILOBYTES << 10
DESCRIPTOR_NEXT equ 1
DESCRIPTOR_WRITE equ 2          ; the device writes
; Areas of driver and device (2.7.6, 2.7.8).
AREA_FLAGS      equ 0
AREA_INDEX      equ 2
NO_INTERRUPT    equ 1
; A request (5.2.6).
HEADER_BYTES    equ 16
VIRTIO_READ     equ 0
VIRTIO_WRITE    equ 1
VIRTIO_PENDING  equ 0xFF        ; no device answers so
VIRTIO_MILLISECONDS equ 20000
VIRTIO_MOST_SECTORS equ 128     ; of a request

; Does the request of OPERATION_ REQUEST_COMMAND. AH: status of INT 13h, REQUEST_DONE: sectors.
virtio_transfer:
        mov     word [REQUEST_DONE], 0
        call    ring_take
        jc      .end
        mov     ax, [EBDA_RING]
        add     ax, RING_DATA / 16
        mov     [REQUEST_ROOM], ax
        mov     ax, [EBDA_RING_AVAILABLE]
        sub     ax, RING_DATA
        shr     ax, 9
        mov     [REQUEST_ROOM_SECTORS], ax
        mov     si, virtio_move
        mov     ax, VIRTIO_MOST_SECTORS
        jmp     bus_master_transfer
.end:   ret

virtio_move:
        call    virtio_describe
        jmp     virtio_run

; Makes the ring that of drive BX, unless it is so still: others may have reset the device. CF, and status in AH: it has another
; driver, whose queue must stay.
ring_take:
        call    ring_is_there
        jne     .no
        cmp     [EBDA_RING_DRIVE], bx
        jne     .move
        mov     si, VIRTIO_STATUS
        call    virtio_port
        in      al, dx
        cmp     al, VIRTIO_DRIVER_OK
        je      .end
.move:  call    ring_move
        clc
.end:   ret
.no:    test    eax, eax
        jz      .move
        mov     ah, DISK_CONTROLLER
        stc
        ret

; ZF: the queue of drive BX is the ring. EAX: its page; 0: it has none.
ring_is_there:
        mov     si, VIRTIO_QUEUE_SELECT
        call    virtio_port
        xor     ax, ax
        out     dx, ax
        mov     si, VIRTIO_QUEUE_PAGE
        call    virtio_port
        in      eax, dx
        movzx   edx, byte [EBDA_RING + 1] ; its page: 256 segments
        cmp     eax, edx
        ret

; The ring becomes that of drive BX. The one that had it must forget it first, if it has it still.
ring_move:
        push    bx
        mov     bx, [EBDA_RING_DRIVE]
        test    bx, bx
        jz      .free
        call    ring_is_there
        jne     .free
        mov     al, VIRTIO_RESET
        call    virtio_put_status
.free:  pop     bx
        mov     [EBDA_RING_DRIVE], bx
        ; fall through to ring_start

; Begins anew with an empty ring: no features, one queue (3.1.1). What may have been under way is forgotten.
ring_start:
        mov     al, VIRTIO_RESET
        call    virtio_put_status
        mov     es, [EBDA_RING]
        xor     di, di
        xor     eax, eax
        mov     cx, RING_BYTES / 4
        rep stosd
        mov     al, VIRTIO_DRIVER
        call    virtio_put_status
        mov     si, VIRTIO_DRIVER_FEATURES
        call    virtio_port
        xor     eax, eax
        out     dx, eax
        mov     si, VIRTIO_QUEUE_SELECT
        call    virtio_port
        out     dx, ax
        mov     si, VIRTIO_QUEUE_SIZE
        call    virtio_port
        in      ax, dx
        mov     di, ax
        shl     di, 4
        mov     [EBDA_RING_AVAILABLE], di
        mov     word [es:di + AREA_FLAGS], NO_INTERRUPT
        add     ax, ax              ; 6 bytes and 2 for each entry; the next page begins the device's area
        add     di, ax
        add     di, 6 + 0xFFF
        and     di, 0xF000
        mov     [EBDA_RING_USED], di
        mov     si, VIRTIO_QUEUE_PAGE
        call    virtio_port
        movzx   eax, byte [EBDA_RING + 1]
        out     dx, eax
        mov     al, VIRTIO_DRIVER_OK
        jmp     virtio_put_status

; Fills in header and descriptors for CX sectors at address EAX. ES: the ring.
virtio_describe:
        mov     es, [EBDA_RING]
        mov     [es:RING_DESCRIPTORS + 16], eax
        movzx   edx, cx
        shl     edx, 9
        mov     [es:RING_DESCRIPTORS + 16 + 8], edx
        movzx   edx, word [EBDA_RING]
        shl     edx, 4
        lea     eax, [edx + RING_HEADER]
        mov     [es:RING_DESCRIPTORS], eax
        mov     dword [es:RING_DESCRIPTORS + 8], HEADER_BYTES
        mov     dword [es:RING_DESCRIPTORS + 12], DESCRIPTOR_NEXT | 1 << 16
        lea     eax, [edx + RING_STATUS]
        mov     [es:RING_DESCRIPTORS + 32], eax
        mov     dword [es:RING_DESCRIPTORS + 32 + 8], 1
        mov     dword [es:RING_DESCRIPTORS + 32 + 12], DESCRIPTOR_WRITE
        mov     byte [es:RING_STATUS], VIRTIO_PENDING
        mov     eax, DESCRIPTOR_NEXT | 2 << 16
        mov     dl, VIRTIO_WRITE
        cmp     byte [REQUEST_COMMAND], OPERATION_WRITE
        je      .header
        or      al, DESCRIPTOR_WRITE
        mov     dl, VIRTIO_READ
.header:
        mov     [es:RING_DESCRIPTORS + 16 + 12], eax
        movzx   eax, dl
        mov     [es:RING_HEADER], eax
        mov     eax, [REQUEST_LBA]
        mov     [es:RING_HEADER + 8], eax
        mov     eax, [REQUEST_LBA + 4]
        mov     [es:RING_HEADER + 12], eax
        ret

; Gives the request to the device and waits for it. All entries of the driver's area are 0, the first descriptor. ES: the ring.
; AH: status of INT 13h. Keeps CX.
virtio_run:
        mov     di, [EBDA_RING_AVAILABLE]
        inc     word [es:di + AREA_INDEX]
        mov     ax, [es:di + AREA_INDEX]
        mov     di, [EBDA_RING_USED]
        push    ax
        mov     eax, VIRTIO_MILLISECONDS
        call    deadline_start
        mov     si, VIRTIO_QUEUE_NOTIFY
        call    virtio_port
        xor     ax, ax
        out     dx, ax
        pop     ax
.wait:  cmp     ax, [es:di + AREA_INDEX]
        je      .answered
        call    deadline_passed
        jnc     .wait
        push    cx
        call    ring_start          ; the device must not answer later, to memory that is others' then
        pop     cx
        mov     ah, DISK_TIMEOUT
        ret
.answered:
        mov     si, VIRTIO_ISR
        call    virtio_port
        in      al, dx              ; it may have interrupted nevertheless
        mov     ah, DISK_BAD_TRACK
        cmp     byte [es:RING_STATUS], 0
        jne     .end
        mov     ah, DISK_OK
.end:   ret
`;
