/**
 * Transfers on the USB by a universal host controller (UHCI Design Guide, revision 1.1). It runs from usb_start to usb_halt, and nothing interrupts. DS: EBDA, BX:
 * descriptor of the device, which is of full speed and at a port of the controller itself. ES: the segment of EBDA_USB.
 */
export const usbController = `
bits 16
; Ports of the controller (chapter 2), from DRIVE_PORT on.
UHCI_COMMAND    equ 0x00
UHCI_STATUS     equ 0x02
UHCI_INTERRUPTS equ 0x04
UHCI_FRAME      equ 0x06
UHCI_LIST       equ 0x08
UHCI_FIRST_PORT equ 0x10
UHCI_RUN        equ 0x0081      ; packets of 64 bytes at the end of frames
UHCI_RESET      equ 0x0002
UHCI_HALTED     equ 0x20
UHCI_EVENTS     equ 0x1F        ; written as ones they become 0
PORT_CONNECTED  equ 0x0001
PORT_ENABLED    equ 0x0004
PORT_CHANGES    equ 0x000A
PORT_LOW_SPEED  equ 0x0100
PORT_RESET      equ 0x0200
USB_PORTS       equ 2
; The segment of EBDA_USB: the frame list, all of whose entries lead to one queue, and what is in that.
USB_KILOBYTES   equ 8
USB_LIST        equ 0
USB_LIST_ENTRIES equ 1024
USB_QUEUE       equ 0x1000      ; its head
USB_REQUEST     equ 0x1010      ; 8 bytes: a control transfer's
USB_ANSWER      equ 0x1020      ; USB_ANSWER_BYTES
USB_ANSWER_BYTES equ 64
USB_WRAPPER     equ 0x1060      ; 32 bytes
USB_WRAPPER_STATUS equ 0x1080   ; 16 bytes
USB_TRANSFERS   equ 0x1100      ; descriptors of transfers, 16 bytes each, one for a packet
USB_DATA        equ 0x1A00      ; sectors that go by here
USB_DATA_SECTORS equ 3
; Link pointers (chapter 3).
LINK_END        equ 1
LINK_QUEUE      equ 2
LINK_DEPTH      equ 4
; A transfer's descriptor.
TRANSFER_LINK   equ 0
TRANSFER_STATUS equ 4
TRANSFER_TOKEN  equ 8
TRANSFER_BUFFER equ 12
TRANSFER_BYTES  equ 16
TRANSFER_ACTIVE equ 1 << 23
TRANSFER_TRIES  equ 3 << 27
TRANSFER_SHORT  equ 1 << 29     ; a short packet ends the queue
TOKEN_TOGGLE    equ 19
PACKET_SETUP    equ 0x2D
PACKET_IN       equ 0x69
PACKET_OUT      equ 0xE1
USB_MILLISECONDS equ 20000

; DX: port SI of the controller.
usb_port:
        mov     dx, [bx + DRIVE_PORT]
        add     dx, si
        ret

; Waits for EAX milliseconds.
usb_wait:
        call    deadline_start
.wait:  call    deadline_passed
        jnc     .wait
        ret

; EAX: address of offset EAX of the segment. Changes nothing else.
usb_address:
        push    edx
        movzx   edx, word [EBDA_USB]
        shl     edx, 4
        add     eax, edx
        pop     edx
        ret

; The controller runs, and every frame leads to one queue, which is empty.
usb_start:
        mov     es, [EBDA_USB]
        mov     dword [es:USB_QUEUE], LINK_END
        mov     dword [es:USB_QUEUE + 4], LINK_END
        mov     eax, USB_QUEUE
        call    usb_address
        or      al, LINK_QUEUE
        mov     di, USB_LIST
        mov     cx, USB_LIST_ENTRIES
        rep stosd
        mov     si, UHCI_LIST
        call    usb_port
        mov     eax, USB_LIST
        call    usb_address
        out     dx, eax
        mov     si, UHCI_FRAME
        call    usb_port
        xor     ax, ax
        out     dx, ax
        mov     si, UHCI_INTERRUPTS
        call    usb_port
        out     dx, ax
        mov     si, UHCI_STATUS
        call    usb_port
        mov     ax, UHCI_EVENTS
        out     dx, ax
        mov     si, UHCI_COMMAND
        call    usb_port
        mov     ax, UHCI_RUN
        out     dx, ax
        ret

; The controller halts at the end of its frame. Keeps the flags.
usb_halt:
        pushf
        mov     si, UHCI_COMMAND
        call    usb_port
        xor     ax, ax
        out     dx, ax
        mov     eax, 5
        call    deadline_start
        mov     si, UHCI_STATUS
        call    usb_port
.wait:  in      ax, dx
        test    al, UHCI_HALTED
        jnz     .end
        call    deadline_passed
        jnc     .wait
.end:   popf
        ret

; DI: place for the first packet of a queue.
usb_begin:
        mov     es, [EBDA_USB]
        mov     di, USB_TRANSFERS
        ret

; Adds a packet at DI: CX bytes at address EAX; DL: its kind, DH: endpoint, with the data toggle in bit 7. Keeps all but DI.
usb_packet:
        pushad
        mov     [es:di + TRANSFER_BUFFER], eax
        dec     cx
        movzx   ecx, cx
        shl     ecx, 21             ; bytes less one; of none 7FFh
        mov     cl, dl
        mov     ch, [bx + DRIVE_SELECT]
        movzx   eax, dh
        and     al, 0x0F
        shl     eax, 15
        or      ecx, eax
        shr     dh, 7
        movzx   eax, dh
        shl     eax, TOKEN_TOGGLE
        or      ecx, eax
        mov     [es:di + TRANSFER_TOKEN], ecx
        mov     eax, TRANSFER_ACTIVE | TRANSFER_TRIES
        cmp     dl, PACKET_IN
        jne     .status
        or      eax, TRANSFER_SHORT
.status:
        mov     [es:di + TRANSFER_STATUS], eax
        lea     eax, [edi + TRANSFER_BYTES]
        movzx   eax, ax
        call    usb_address
        or      al, LINK_DEPTH
        mov     [es:di + TRANSFER_LINK], eax
        popad
        add     di, TRANSFER_BYTES
        ret

; Adds packets for ECX bytes at address EAX, EBP bytes each at most; DL: their kind, DH: as usb_packet; it becomes that of the next.
usb_packets:
.next:  push    ecx
        cmp     ecx, ebp
        jbe     .fits
        mov     ecx, ebp
.fits:  call    usb_packet
        xor     dh, 0x80
        add     eax, ecx
        mov     esi, ecx
        pop     ecx
        sub     ecx, esi
        jnz     .next
        ret

; Has the controller do the packets up to DI. CF: one of them failed or was short, or the device does not answer.
usb_run:
        mov     dword [es:di - TRANSFER_BYTES + TRANSFER_LINK], LINK_END
        mov     eax, USB_TRANSFERS
        call    usb_address
        mov     [es:USB_QUEUE + 4], eax
        mov     eax, USB_MILLISECONDS
        call    deadline_start
.wait:  call    usb_is_done
        jnz     .done
        call    deadline_passed
        jnc     .wait
.done:  mov     dword [es:USB_QUEUE + 4], LINK_END ; of a queue that stands still, too
        ret

; ZF: the queue is not at its end. Otherwise CF: a packet failed, or was short.
usb_is_done:
        mov     esi, [es:USB_QUEUE + 4]
        test    esi, LINK_END
        jnz     .good
        mov     eax, USB_LIST
        call    usb_address
        and     si, ~0x0F & 0xFFFF
        sub     esi, eax
        test    dword [es:si + TRANSFER_STATUS], TRANSFER_ACTIVE
        jnz     .busy
        ; it stands still only if it has not gone on meanwhile
        add     eax, esi
        mov     esi, [es:USB_QUEUE + 4]
        and     si, ~0x0F & 0xFFFF
        cmp     eax, esi
        jne     .busy
        or      al, 1
        stc
        ret
.good:  or      al, 1
        clc
        ret
.busy:  cmp     al, al
        ret

; A control transfer (USB 2.0, 8.5.3): EAX and EDX are the 8 bytes of its request; what the device answers, as many bytes as the upper
; half of EDX says, goes to USB_ANSWER. CF: it failed.
usb_control:
        call    usb_begin
        mov     [es:USB_REQUEST], eax
        mov     [es:USB_REQUEST + 4], edx
        shr     edx, 16
        mov     ecx, edx            ; bytes of the answer
        push    ecx
        mov     eax, USB_REQUEST
        call    usb_address
        mov     cx, 8
        mov     dx, PACKET_SETUP
        call    usb_packet
        pop     ecx
        mov     dx, 0x80 << 8 | PACKET_IN
        jecxz   .status
        mov     eax, USB_ANSWER
        call    usb_address
        movzx   ebp, byte [bx + DRIVE_USB_PACKET0]
        call    usb_packets
        mov     dx, 0x80 << 8 | PACKET_OUT
.status:
        xor     cx, cx
        xor     eax, eax
        call    usb_packet
        jmp     usb_run
`;
