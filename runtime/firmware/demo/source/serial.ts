/** The console: COM1, received by interrupt into a ring, sent when the transmitter is empty; numbers and text. */
export const serial = `
UART_DATA equ SERIAL_PORT
UART_IER  equ SERIAL_PORT + 1
UART_FCR  equ SERIAL_PORT + 2
UART_LCR  equ SERIAL_PORT + 3
UART_MCR  equ SERIAL_PORT + 4
UART_LSR  equ SERIAL_PORT + 5
DATA_READY        equ 0x01
TRANSMITTER_EMPTY equ 0x20
RING_SIZE equ 1024                  ; a power of two

; 115200 baud, 8 bits, no parity, FIFO, interrupt for every byte received.
serial_start:
        mov     esi, .settings
.next:  lodsw
        movzx   edx, ax
        lodsb
        out     dx, al
        cmp     esi, .settings_end
        jb      .next
        ret
.settings:
        dw UART_IER
        db 0
        dw UART_LCR
        db 0x80
        dw UART_DATA
        db 1
        dw UART_IER
        db 0
        dw UART_LCR
        db 0x03
        dw UART_FCR
        db 0x07
        dw UART_MCR
        db 0x0B                     ; DTR, RTS, and OUT2, which lets interrupts out
        dw UART_IER
        db 0x01
.settings_end:

irq_serial:
        pushad
.next:  mov     edx, UART_LSR
        in      al, dx
        test    al, DATA_READY
        jz      .done
        mov     edx, UART_DATA
        in      al, dx
        mov     ebx, [ring_head]
        lea     ecx, [ebx + 1]
        and     ecx, RING_SIZE - 1
        cmp     ecx, [ring_tail]
        je      .next               ; full: the byte is lost
        mov     [ring + ebx], al
        mov     [ring_head], ecx
        jmp     .next
.done:  mov     al, EOI
        out     PIC1, al
        popad
        iretd

; AL: the next byte received; halts until there is one.
get_byte:
        cli
        mov     ebx, [ring_tail]
        cmp     ebx, [ring_head]
        jne     .take
        sti                         ; interrupts come from after the next instruction on
        hlt
        jmp     get_byte
.take:  mov     al, [ring + ebx]
        inc     ebx
        and     ebx, RING_SIZE - 1
        mov     [ring_tail], ebx
        sti
        ret

; AL: a byte to send.
put_byte:
        push    edx
        push    eax
        mov     edx, UART_LSR
.wait:  in      al, dx
        test    al, TRANSMITTER_EMPTY
        jz      .wait
        pop     eax
        mov     edx, UART_DATA
        out     dx, al
        pop     edx
        ret

; ESI: text to its terminating zero.
put_text:
        push    eax
.next:  lodsb
        test    al, al
        jz      .done
        call    put_byte
        jmp     .next
.done:  pop     eax
        ret

put_line_end:
        push    esi
        mov     esi, text_line_end
        call    put_text
        pop     esi
        ret
text_line_end: db 13, 10, 0

; EAX: an unsigned number.
put_decimal:
        pushad
        mov     ebx, 10
        xor     ecx, ecx
.divide:
        xor     edx, edx
        div     ebx
        push    edx
        inc     ecx
        test    eax, eax
        jnz     .divide
.digit: pop     eax
        add     al, '0'
        call    put_byte
        loop    .digit
        popad
        ret

; EAX: a number, as 0x and 8 digits.
put_hexadecimal:
        pushad
        mov     edx, eax
        mov     al, '0'
        call    put_byte
        mov     al, 'x'
        call    put_byte
        mov     ecx, 8
.digit: rol     edx, 4
        mov     eax, edx
        and     eax, 15
        mov     al, [text_digits + eax]
        call    put_byte
        loop    .digit
        popad
        ret
text_digits: db '0123456789abcdef'
`;
