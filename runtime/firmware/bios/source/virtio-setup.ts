/**
 * POST: which virtio block devices there are (VIRTIO 1.2, 4.1 and 5.2), by the legacy interface at ports. DS: EBDA, BX: a
 * drive's descriptor.
 */
export const virtioSetup = `
bits 16
VIRTIO_BLOCK_ID equ 0x10011AF4  ; device and vendor of the transitional function
; Ports of the legacy interface (4.1.4.8), from DRIVE_PORT on.
VIRTIO_FEATURES equ 0
VIRTIO_DRIVER_FEATURES equ 4
VIRTIO_QUEUE_PAGE equ 8
VIRTIO_QUEUE_SIZE equ 12
VIRTIO_QUEUE_SELECT equ 14
VIRTIO_QUEUE_NOTIFY equ 16
VIRTIO_STATUS   equ 18
VIRTIO_ISR      equ 19
VIRTIO_CONFIG   equ 20
; Device status (2.1).
VIRTIO_RESET    equ 0
VIRTIO_DRIVER   equ 0x03        ; it is seen, and there is a driver
VIRTIO_DRIVER_OK equ 0x07
; The configuration of a block device (5.2.4).
CONFIG_CAPACITY equ VIRTIO_CONFIG + 0
CONFIG_CYLINDERS equ VIRTIO_CONFIG + 16
CONFIG_HEADS    equ VIRTIO_CONFIG + 18
CONFIG_SECTORS  equ VIRTIO_CONFIG + 19
CONFIG_BLOCK_BYTES equ VIRTIO_CONFIG + 20
FEATURE_BLOCK_BYTES equ 1 << 6
; How large a queue may be, which the device alone decides: its descriptors have room for a sector, and all fit in
; RING_KILOBYTES.
RING_LEAST      equ 64
RING_MOST       equ 256
RING_KILOBYTES  equ 11

; Disks come after those on the IDE channels, in the order of their PCI functions.
virtio_setup:
        mov     bx, EBDA_DRIVES + IDE_PLACES * DRIVE_BYTES
        xor     cx, cx
.next:  cmp     bx, EBDA_DRIVES_END
        jae     .end
        push    bx
        mov     bx, cx
        mov     di, PCI_ID
        call    pci_read_dword
        pop     bx
        cmp     eax, VIRTIO_BLOCK_ID
        jne     .other
        push    cx
        call    virtio_begin
        pop     cx
        jc      .other
        add     bx, DRIVE_BYTES
.other: inc     cl
        jnz     .next
.end:   ret

; BX: a free descriptor, CX: the function. CF: it cannot be used.
virtio_begin:
        mov     [bx + DRIVE_PCI], cx
        call    virtio_ports
        jc      .end
        mov     al, VIRTIO_RESET
        call    virtio_put_status
        call    virtio_is_usable
        jc      .end
        call    virtio_ring_reserve
        call    virtio_capacity
        call    virtio_translation
        call    drive_place
        mov     byte [bx + DRIVE_KIND], KIND_VIRTIO
        mov     byte [bx + DRIVE_FLAGS], DRIVE_HAS_LBA
        call    disk_ready
        clc
.end:   ret

; Finds the ports of the function, and lets it reach memory. CF: there are none.
virtio_ports:
        push    bx
        mov     bx, [bx + DRIVE_PCI]
        mov     di, PCI_COMMAND
        call    pci_read_word
        or      ax, COMMAND_MASTER
        call    pci_write_word
        mov     di, PCI_BAR0
        call    pci_read_dword
        pop     bx
        test    al, BAR_IO
        stc
        jz      .end
        and     al, ~3 & 0xFF
        mov     [bx + DRIVE_PORT], ax
        clc
.end:   ret

; CF: its queue or its blocks have sizes that are not served.
virtio_is_usable:
        mov     si, VIRTIO_QUEUE_SELECT
        call    virtio_port
        xor     ax, ax
        out     dx, ax
        mov     si, VIRTIO_QUEUE_SIZE
        call    virtio_port
        in      ax, dx
        cmp     ax, RING_LEAST
        jb      .end
        cmp     ax, RING_MOST + 1
        cmc
        jc      .end
        mov     si, VIRTIO_FEATURES
        call    virtio_port
        in      eax, dx
        test    eax, FEATURE_BLOCK_BYTES
        jz      .end
        mov     si, CONFIG_BLOCK_BYTES
        call    virtio_port
        in      eax, dx
        cmp     eax, 512
        clc
        je      .end
        stc
.end:   ret

; Conventional memory ends below the ring, so that nobody else uses it: the first drive takes it for all.
virtio_ring_reserve:
        cmp     word [EBDA_RING], 0
        jne     .end
        mov     ax, RING_KILOBYTES
        call    low_memory_room
        call    low_memory_take
        mov     [EBDA_RING], ax
.end:   ret

; Sectors, and the geometry that the device reports.
virtio_capacity:
        mov     si, CONFIG_CAPACITY
        call    virtio_port
        in      eax, dx
        mov     [bx + DRIVE_TOTAL], eax
        add     dx, 4
        in      eax, dx
        mov     [bx + DRIVE_TOTAL + 4], eax
        mov     si, CONFIG_CYLINDERS
        call    virtio_port
        in      ax, dx
        mov     [bx + DRIVE_OWN_CYLINDERS], ax
        mov     si, CONFIG_HEADS
        call    virtio_port
        in      ax, dx              ; heads and sectors
        mov     [bx + DRIVE_OWN_HEADS], al
        mov     [bx + DRIVE_OWN_SECTORS], ah
        ret

; CMOS says nothing of these disks. As SeaBIOS does it: none where the geometry is small enough, by LBA where it is too large
; to be doubled, or wrong.
virtio_translation:
        mov     byte [bx + DRIVE_TRANSLATION], TRANSLATION_LBA
        movzx   eax, word [bx + DRIVE_OWN_CYLINDERS]
        mul     word [bx + DRIVE_OWN_HEADS]
        shl     edx, 16
        mov     dx, ax
        mov     ecx, edx            ; tracks
        movzx   eax, word [bx + DRIVE_OWN_SECTORS]
        mul     ecx
        test    eax, eax
        jz      .end
        cmp     dword [bx + DRIVE_TOTAL + 4], 0
        jne     .valid
        cmp     eax, [bx + DRIVE_TOTAL]
        ja      .end
.valid: mov     byte [bx + DRIVE_TRANSLATION], TRANSLATION_NONE
        cmp     word [bx + DRIVE_OWN_CYLINDERS], MOST_CYLINDERS
        ja      .large
        cmp     word [bx + DRIVE_OWN_HEADS], 16
        ja      .large
        cmp     word [bx + DRIVE_OWN_SECTORS], 63
        jbe     .end
.large: mov     byte [bx + DRIVE_TRANSLATION], TRANSLATION_LARGE
        cmp     ecx, 131072
        jbe     .end
        mov     byte [bx + DRIVE_TRANSLATION], TRANSLATION_LBA
.end:   ret

; DX: port SI of the legacy interface.
virtio_port:
        mov     dx, [bx + DRIVE_PORT]
        add     dx, si
        ret

; AL: device status.
virtio_put_status:
        push    si
        mov     si, VIRTIO_STATUS
        call    virtio_port
        pop     si
        out     dx, al
        ret

; DH: the place of the virtio or NVMe disk whose device and function are at ES:DI in hexadecimal; BOOT_NO_NUMBER: there is none.
function_place:
        push    bx
        push    cx
        call    path_function
        mov     dh, BOOT_NO_NUMBER
        mov     bx, EBDA_DRIVES + IDE_PLACES * DRIVE_BYTES
.next:  cmp     byte [bx + DRIVE_KIND], KIND_NONE
        je      .end
        cmp     cx, [bx + DRIVE_PCI]
        je      .found
        add     bx, DRIVE_BYTES
        cmp     bx, EBDA_DRIVES_END
        jb      .next
        jmp     .end
.found: mov     dh, [bx + DRIVE_INDEX]
.end:   pop     cx
        pop     bx
        ret
`;
