/** POST: which disks there are on the USB (USB 2.0, chapter 9; Mass Storage Class, Bulk-Only Transport 1.0). DS: EBDA, BX: a drive's descriptor. */
export const usbSetup = `
bits 16
PCI_REVISION    equ 0x08        ; dword: the class is in its upper bytes
UHCI_CLASS      equ 0x0C0300
PCI_BAR4        equ 0x20
; Requests, as their first four bytes are in a register: kind, number, value.
GET_DEVICE      equ 0x01000680
GET_CONFIGURATION equ 0x02000680
SET_ADDRESS     equ 0x00000500
SET_CONFIGURATION equ 0x00000900
; Descriptors.
DESCRIPTOR_INTERFACE equ 4
DESCRIPTOR_ENDPOINT equ 5
DEVICE_PACKET0  equ 7
CONFIGURATION_BYTES equ 2
CONFIGURATION_VALUE equ 5
INTERFACE_NUMBER equ 2
INTERFACE_CLASS equ 5
INTERFACE_PROTOCOL equ 7
ENDPOINT_ADDRESS equ 2
ENDPOINT_ATTRIBUTES equ 3
ENDPOINT_PACKET equ 4
STORAGE_SCSI    equ 0x0608      ; class 8, subclass 6
STORAGE_BULK    equ 0x50
ENDPOINT_BULK   equ 2
ENDPOINT_IN     equ 0x80

; BX: the next free descriptor. Disks come after virtio disks, in the order of controllers and ports.
usb_setup:
        xor     cx, cx
.next:  push    bx
        mov     bx, cx
        mov     di, PCI_REVISION
        call    pci_read_dword
        pop     bx
        shr     eax, 8
        cmp     eax, UHCI_CLASS
        jne     .other
        push    cx
        call    usb_controller_setup
        pop     cx
.other: inc     cl
        jnz     .next
        ret

; CX: a controller's function. BX: the next free descriptor.
usb_controller_setup:
        mov     dl, 1
.port:  cmp     bx, EBDA_DRIVES_END
        jae     .end
        push    cx
        push    dx
        call    usb_device_setup
        pop     dx
        pop     cx
        jc      .other
        add     bx, DRIVE_BYTES
.other: inc     dl
        cmp     dl, USB_PORTS
        jbe     .port
.end:   ret

; What is at port DL of the controller CX. CF: no disk that can be used; the descriptor stays free.
usb_device_setup:
        mov     [bx + DRIVE_PCI], cx
        mov     [bx + DRIVE_USB_PORT], dl
        call    bar4_ports
        call    usb_port_reset
        jc      .end
        cmp     word [EBDA_USB], 0
        jne     .disk
        mov     ax, USB_KILOBYTES   ; only a disk takes them for good
        call    low_memory_room
        mov     [EBDA_USB], ax
        call    .disk
        mov     ax, [EBDA_USB]
        jnc     low_memory_take
        mov     word [EBDA_USB], 0
        ret
.disk:  call    usb_start
        call    usb_describe
        jc      .halt
        call    usb_disk_setup
.halt:  jmp     usb_halt
.end:   ret

; Finds the ports of the controller, and lets it reach memory.
bar4_ports:
        push    bx
        mov     bx, [bx + DRIVE_PCI]
        mov     di, PCI_COMMAND
        call    pci_read_word
        or      ax, COMMAND_MASTER
        call    pci_write_word
        mov     di, PCI_BAR4
        call    pci_read_dword
        pop     bx
        and     al, ~3 & 0xFF
        mov     [bx + DRIVE_PORT], ax
        ret

; Resets what is connected to the port, and enables that (USB 2.0, 7.1.7.5). CF: there is nothing of full speed.
usb_port_reset:
        call    usb_port_register
        in      ax, dx
        test    al, PORT_CONNECTED
        jz      .none
        test    ax, PORT_LOW_SPEED
        jnz     .none
        mov     ax, PORT_RESET
        out     dx, ax
        mov     eax, 50
        call    usb_wait
        xor     ax, ax
        out     dx, ax
        mov     eax, 1
        call    usb_wait
        mov     ax, PORT_ENABLED | PORT_CHANGES
        out     dx, ax
        mov     eax, 10
        call    usb_wait
        in      ax, dx
        test    al, PORT_ENABLED
        jz      .none
        clc
        ret
.none:  stc
        ret

; DX: the register of the device's port.
usb_port_register:
        movzx   si, byte [bx + DRIVE_USB_PORT]
        add     si, si
        add     si, UHCI_FIRST_PORT - 2
        jmp     usb_port

; The device gets an address and its configuration. CF: it is no disk.
usb_describe:
        mov     byte [bx + DRIVE_SELECT], 0
        mov     byte [bx + DRIVE_USB_PACKET0], 8
        mov     eax, GET_DEVICE
        mov     edx, 8 << 16
        call    usb_control
        jc      .end
        mov     al, [es:USB_ANSWER + DEVICE_PACKET0]
        cmp     al, 8
        jb      .end
        mov     [bx + DRIVE_USB_PACKET0], al
        movzx   eax, byte [bx + DRIVE_USB_PORT]
        push    ax
        shl     eax, 16
        or      eax, SET_ADDRESS
        xor     edx, edx
        call    usb_control
        pop     ax
        jc      .end
        mov     [bx + DRIVE_SELECT], al
        mov     eax, 3
        call    usb_wait
        mov     eax, GET_CONFIGURATION
        mov     edx, 9 << 16
        call    usb_control
        jc      .end
        movzx   edx, word [es:USB_ANSWER + CONFIGURATION_BYTES]
        cmp     dx, USB_ANSWER_BYTES + 1
        cmc
        jc      .end
        shl     edx, 16
        mov     eax, GET_CONFIGURATION
        call    usb_control
        jc      .end
        call    usb_endpoints
        jc      .end
        movzx   eax, byte [es:USB_ANSWER + CONFIGURATION_VALUE]
        shl     eax, 16
        or      eax, SET_CONFIGURATION
        xor     edx, edx
        jmp     usb_control
.end:   ret

; Finds the interface for SCSI commands by bulk-only transport, and its endpoints, in USB_ANSWER. CF: there is none.
usb_endpoints:
        mov     byte [bx + DRIVE_USB_IN], 0
        mov     byte [bx + DRIVE_USB_OUT], 0
        mov     dl, 0               ; whether this interface is it
        mov     si, USB_ANSWER
        mov     cx, [es:USB_ANSWER + CONFIGURATION_BYTES]
        add     cx, si
.next:  movzx   ax, byte [es:si]
        test    ax, ax
        jz      .end
        add     si, ax
        cmp     si, cx
        jae     .end
        mov     al, [es:si + 1]
        cmp     al, DESCRIPTOR_INTERFACE
        je      .interface
        cmp     al, DESCRIPTOR_ENDPOINT
        jne     .next
        test    dl, dl
        jz      .next
        mov     al, [es:si + ENDPOINT_ATTRIBUTES]
        and     al, 3
        cmp     al, ENDPOINT_BULK
        jne     .next
        mov     ax, [es:si + ENDPOINT_PACKET]
        mov     [bx + DRIVE_USB_PACKET], al
        mov     al, [es:si + ENDPOINT_ADDRESS]
        test    al, ENDPOINT_IN
        jz      .out
        and     al, 0x0F
        mov     [bx + DRIVE_USB_IN], al
        jmp     .next
.out:   mov     [bx + DRIVE_USB_OUT], al
        jmp     .next
.interface:
        mov     dl, 0
        cmp     word [es:si + INTERFACE_CLASS], STORAGE_SCSI
        jne     .next
        cmp     byte [es:si + INTERFACE_PROTOCOL], STORAGE_BULK
        jne     .next
        mov     al, [es:si + INTERFACE_NUMBER]
        mov     [bx + DRIVE_USB_INTERFACE], al
        inc     dl
        jmp     .next
.end:   cmp     byte [bx + DRIVE_USB_IN], 1 ; CF if it is 0
        jc      .return
        cmp     byte [bx + DRIVE_USB_OUT], 1
.return:
        ret
`;
