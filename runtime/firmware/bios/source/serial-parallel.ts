import { enter, leave } from './layout.ts';

/** Serial and parallel ports: which there are, INT 14h and INT 17h. */
export const serialParallel = `
bits 16
UART_DATA       equ 0
UART_INTERRUPTS equ 1
UART_LINE       equ 3
UART_MODEM      equ 4
UART_LINE_STATUS equ 5
UART_MODEM_STATUS equ 6
UART_DIVISOR_LATCH equ 0x80
LINE_DATA       equ 0x01
LINE_EMPTY      equ 0x20
SERIAL_TIMEOUT  equ 0x80
PARALLEL_STATUS equ 1
PARALLEL_CONTROL equ 2

serial_bases:   dw 0x3F8, 0x2F8, 0x3E8, 0x2E8
parallel_bases: dw 0x378, 0x278, 0x3BC

; Finds the ports, enters them in the BIOS data area and counts them in the equipment word.
ports_setup:
        push    word BDA_SEGMENT
        pop     es
        xor     bx, bx              ; how many serial ones
        xor     si, si
.serial:
        mov     dx, [cs:serial_bases + si]
        call    serial_present
        jne     .no_serial
        mov     di, bx
        add     di, di
        mov     [es:BDA_SERIAL + di], dx
        mov     byte [es:BDA_SERIAL_TIMEOUT + bx], 0x0A
        inc     bx
.no_serial:
        add     si, 2
        cmp     si, 8
        jb      .serial
        shl     bx, 9
        xor     cx, cx
        xor     si, si
.parallel:
        mov     dx, [cs:parallel_bases + si]
        mov     al, 0xAA
        out     dx, al
        in      al, dx
        cmp     al, 0xAA
        jne     .no_parallel
        mov     di, cx
        mov     byte [es:BDA_PARALLEL_TIMEOUT + di], 0x14
        add     di, di
        mov     [es:BDA_PARALLEL + di], dx
        inc     cx
.no_parallel:
        add     si, 2
        cmp     si, 6
        jb      .parallel
        shl     cx, 14
        or      bx, cx
        or      [es:BDA_EQUIPMENT], bx
        ret

; ZF: there is a UART at DX: bits that interrupt enable and identification cannot have stay 0.
serial_present:
        push    dx
        add     dx, UART_INTERRUPTS
        mov     al, 0x02
        out     dx, al
        in      al, dx
        mov     ah, al
        mov     al, 0
        out     dx, al
        cmp     ah, 0x02
        jne     .end
        inc     dx
        in      al, dx
        and     al, 0x30
.end:   pop     dx
        ret

; INT 14h. DX: number of the port.
int14:  sti
${enter}
        push    word BDA_SEGMENT
        pop     ds
        mov     bx, [bp + FRAME_DX]
        cmp     bx, 4
        jae     .end
        movzx   cx, byte [BDA_SERIAL_TIMEOUT + bx]
        add     bx, bx
        mov     dx, [BDA_SERIAL + bx]
        test    dx, dx
        jz      .end
        movzx   si, byte [bp + FRAME_AH]
        cmp     si, 4
        ja      .end
        add     si, si
        call    [cs:.functions + si]
.end:
${leave}
.functions: dw serial_initialize, serial_send, serial_receive, serial_status, serial_extended

; AH: line status, AL: modem status.
serial_status:
        push    dx
        add     dx, UART_LINE_STATUS
        in      al, dx
        mov     ah, al
        inc     dx
        in      al, dx
        mov     [bp + FRAME_AX], ax
        pop     dx
        ret

; AL: rate in bits 5-7, parity, stop bits and length as the UART has them.
serial_initialize:
        movzx   si, byte [bp + FRAME_AL]
        shr     si, 5
        add     si, si
        mov     bx, [cs:.divisors + si]
        mov     cl, [bp + FRAME_AL]
        and     cl, 0x1F
; BX: divisor, CL: line control.
.set:   push    dx
        add     dx, UART_LINE
        mov     al, cl
        or      al, UART_DIVISOR_LATCH
        out     dx, al
        sub     dx, UART_LINE
        mov     al, bl
        out     dx, al
        inc     dx
        mov     al, bh
        out     dx, al
        add     dx, UART_LINE - 1
        mov     al, cl
        out     dx, al
        pop     dx
        jmp     serial_status
.divisors: dw 1047, 768, 384, 192, 96, 48, 24, 12

; CL: bits that the line status must have, CH: ticks until it is given up. CF: they did not come.
serial_wait:
        push    dx
        push    bx
        add     dx, UART_LINE_STATUS
        mov     bx, [BDA_TICKS]
.next:  in      al, dx
        and     al, cl
        cmp     al, cl
        je      .end
        mov     ax, [BDA_TICKS]
        sub     ax, bx
        cmp     al, ch
        jb      .next
        stc
.end:   pop     bx
        pop     dx
        ret

; AL: character. AH: line status, with bit 7 if it was not sent.
serial_send:
        push    dx
        add     dx, UART_MODEM
        in      al, dx
        or      al, 0x03            ; terminal ready, request to send
        out     dx, al
        pop     dx
        mov     ch, cl
        mov     cl, LINE_EMPTY
        call    serial_wait
        mov     al, [bp + FRAME_AL]
        jc      .late
        out     dx, al
        call    serial_line
        ret
.late:  call    serial_line
        or      byte [bp + FRAME_AH], SERIAL_TIMEOUT
        ret

; AH: line status.
serial_line:
        push    dx
        add     dx, UART_LINE_STATUS
        in      al, dx
        and     al, 0x7F
        mov     [bp + FRAME_AH], al
        pop     dx
        ret

serial_receive:
        mov     ch, cl
        mov     cl, LINE_DATA
        call    serial_wait
        jc      serial_send.late
        call    serial_line
        in      al, dx
        mov     [bp + FRAME_AL], al
        ret

; BH: parity, BL: stop bits, CH: length, CL: rate up to 19200.
serial_extended:
        movzx   si, byte [bp + FRAME_CL]
        cmp     si, 8
        ja      .end
        mov     bx, 6
        je      .divisor
        add     si, si
        mov     bx, [cs:serial_initialize.divisors + si]
.divisor:
        mov     cl, [bp + FRAME_CH]
        and     cl, 3
        mov     al, [bp + FRAME_BL]
        and     al, 1
        shl     al, 2
        or      cl, al
        movzx   si, byte [bp + FRAME_BH]
        cmp     si, 4
        ja      .end
        or      cl, [cs:.parity + si]
        jmp     serial_initialize.set
.end:   ret
.parity: db 0x00, 0x08, 0x18, 0x28, 0x38

; INT 17h. DX: number of the port, AH: 0 print AL, 1 initialize, 2 status. AH: status.
int17:  sti
${enter}
        push    word BDA_SEGMENT
        pop     ds
        mov     bx, [bp + FRAME_DX]
        cmp     bx, 3
        jae     .end
        movzx   cx, byte [BDA_PARALLEL_TIMEOUT + bx]
        add     bx, bx
        mov     dx, [BDA_PARALLEL + bx]
        test    dx, dx
        jz      .end
        mov     al, [bp + FRAME_AH]
        cmp     al, 1
        jb      .print
        je      .initialize
        cmp     al, 2
        je      .status
.end:
${leave}
.initialize:
        add     dx, PARALLEL_CONTROL
        mov     al, 0x08            ; selected, initialize active
        out     dx, al
        in      al, 0x80
        mov     al, 0x0C
        out     dx, al
        sub     dx, PARALLEL_CONTROL
.status:
        call    .read
        jmp     .end
.print: mov     al, [bp + FRAME_AL]
        out     dx, al
        mov     bx, [BDA_TICKS]
.busy:  inc     dx
        in      al, dx
        dec     dx
        test    al, 0x80
        jnz     .strobe
        mov     ax, [BDA_TICKS]
        sub     ax, bx
        cmp     al, cl
        jb      .busy
        call    .read
        or      byte [bp + FRAME_AH], 0x01
        jmp     .end
.strobe:
        add     dx, PARALLEL_CONTROL
        in      al, dx
        mov     ah, al
        or      al, 0x01
        out     dx, al
        mov     al, ah
        and     al, ~1 & 0xFF
        out     dx, al
        sub     dx, PARALLEL_CONTROL
        jmp     .status
.read:  inc     dx
        in      al, dx
        dec     dx
        xor     al, 0x48            ; acknowledge and error are active low
        and     al, 0xF8
        mov     [bp + FRAME_AH], al
        ret
`;
