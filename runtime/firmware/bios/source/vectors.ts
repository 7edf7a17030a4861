/** The interrupt vectors, and handlers of interrupts that mean nothing. */
export const vectors = `
bits 16
; Vectors 00h-1Fh, 0 where there is none (tables of the video BIOS).
vector_table:
        dw ENTRY_RETURN, ENTRY_RETURN, ENTRY_NMI, ENTRY_RETURN
        dw ENTRY_RETURN, ENTRY_INT05, ENTRY_RETURN, ENTRY_RETURN
        dw ENTRY_INT08, ENTRY_INT09, irq_master, irq_master
        dw irq_master, irq_master, ENTRY_INT0E, irq_master
        dw ENTRY_INT10, ENTRY_INT11, ENTRY_INT12, ENTRY_INT13
        dw ENTRY_INT14, ENTRY_INT15, ENTRY_INT16, ENTRY_INT17
        dw int18, ENTRY_INT19, ENTRY_INT1A, ENTRY_RETURN
        dw ENTRY_RETURN, ENTRY_VIDEO_TABLE, ENTRY_FLOPPY_TABLE, ENTRY_FONT
; Vectors 70h-77h: IRQ 8-15.
slave_table:
        dw int70, int71, irq_slave, irq_slave, int74, int75, int76, irq_slave

; ES: 0. All vectors lead to an IRET at first; 60h-66h are the user's.
vectors_setup:
        mov     cx, 256
        xor     di, di
        mov     eax, BIOS_SEGMENT << 16 | ENTRY_RETURN
        rep stosd
        mov     si, vector_table
        xor     di, di
        mov     cx, 32
        call    .copy
        mov     si, slave_table
        mov     di, 0x70 * 4
        mov     cx, 8
        call    .copy
        mov     word [es:0x40 * 4], ENTRY_INT40
        mov     di, 0x60 * 4
        mov     cx, 7
        xor     eax, eax
        rep stosd
        mov     [es:0x79 * 4], eax
        ret
.copy:  mov     ax, [cs:si]
        stosw
        add     si, 2
        add     di, 2
        loop    .copy
        ret

; A non-maskable interrupt is a failure of memory or a bus: the machine stops, as there is nothing to be done.
nmi:    push    si
        mov     si, text_nmi
        call    put_text
        pop     si
        cli
.stop:  hlt
        jmp     .stop
text_nmi: db 10, 'Non-maskable interrupt.', 10, 0

; Hardware interrupts that nobody took. One that is not in service is spurious: it gets no end of interrupt.
irq_slave:
        push    ax
        mov     al, 0x0B            ; read the in-service register
        out     PIC2, al
        in      al, PIC2
        test    al, al
        jz      irq_master.end_master
        mov     al, PIC_EOI
        out     PIC2, al
        jmp     irq_master.end_master
irq_master:
        push    ax
        mov     al, 0x0B
        out     PIC1, al
        in      al, PIC1
        test    al, al
        jz      .spurious
.end_master:
        mov     al, PIC_EOI
        out     PIC1, al
.spurious:
        pop     ax
        iret

; IRQ 9 was IRQ 2 in the first PC: its handler is asked.
int71:  push    ax
        mov     al, PIC_EOI
        out     PIC2, al
        pop     ax
        int     0x0A
        iret

; IRQ 13, the coprocessor: the request is taken back, and the handler of NMI asked as in the first PC.
int75:  push    ax
        xor     al, al
        out     0xF0, al
        mov     al, PIC_EOI
        out     PIC2, al
        out     PIC1, al
        pop     ax
        int     0x02
        iret

; IRQ 14, the disk controller.
int76:  push    ax
        push    ds
        push    word BDA_SEGMENT
        pop     ds
        mov     byte [BDA_DISK_EVENT], 0xFF
        mov     al, PIC_EOI
        out     PIC2, al
        out     PIC1, al
        pop     ds
        pop     ax
        iret

; INT 05h: there is no printing of the screen.
int05:  iret

; INT 10h while there is no video BIOS.
int10:  iret
`;
