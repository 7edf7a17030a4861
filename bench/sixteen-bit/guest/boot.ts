import { ORIGIN, STACK, VARIABLES } from './layout.ts';

/** The boot sector loads the rest of the code behind itself, a sector at a time: it need not care for tracks. */
export const bootSector = `
        org     ${ORIGIN}
        bits    16
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, ${STACK}
        cld
        mov     bx, boot_end
        mov     si, 1
.load:  mov     ax, si
        xor     dx, dx
        mov     cx, 18
        div     cx
        mov     cl, dl
        inc     cl
        xor     dx, dx
        mov     di, 2
        div     di
        mov     ch, al
        mov     dh, dl
        mov     dl, 0
        mov     ax, 0x0201
        int     0x13
        jc      .load
        add     bx, 512
        inc     si
        cmp     si, SECTORS
        jb      .load
        jmp     0:main
        times   510 - ($ - $$) db 0
        dw      0xAA55
boot_end:
`;

/**
 * COM1 at 115,200 baud without interrupts, the screen in text mode, and no interrupts of devices: they would come at different places. Then
 * a line "@".
 */
export const setUp = `
main:   mov     ax, 3
        int     0x10
        mov     si, .values
        mov     cx, 6
.port:  lodsw
        mov     dx, ax
        lodsb
        out     dx, al
        loop    .port
        mov     al, 0xFF
        out     0x21, al
        out     0xA1, al
        mov     al, '@'
        call    send_line
        jmp     modes
.values:
        dw      0x3F9
        db      0
        dw      0x3FB
        db      0x80
        dw      0x3F8
        db      1
        dw      0x3FB
        db      3
        dw      0x3FA
        db      0
        dw      0x3FC
        db      3
`;

const [ROUNDS, PROGRAM, CHECKSUM] = [VARIABLES, VARIABLES + 4, VARIABLES + 8];

/**
 * Does works. It asks for the byte that begins one by a line "<" on COM1, and ends it with ">" and a checksum: a host that is busy notes
 * marks late, and would find a time too short by a mark at the begin. The same code does works in all modes of 16 bits.
 */
export const runner = `
; The works of the table at SI: the place of the code, and the number of rounds, until a place is 0.
run_works:
        mov     bx, [si]
        or      bx, bx
        jz      .end
        mov     al, '<'
        call    send_line
        call    receive
        mov     ecx, [si + 2]
        push    si
        push    ds
        call    bx
        pop     ds
        pop     si
        push    eax
        mov     al, '>'
        call    send
        pop     eax
        call    send_number
        add     si, 6
        jmp     run_works
.end:   ret

; Waits for a byte.
receive:
        mov     dx, 0x3FD
.wait:  in      al, dx
        test    al, 1
        jz      .wait
        mov     dx, 0x3F8
        in      al, dx
        ret

; Sends AL as a line.
send_line:
        call    send
        mov     al, 10
; Sends AL.
send:   push    dx
        push    ax
        mov     dx, 0x3FD
.busy:  in      al, dx
        test    al, 0x20
        jz      .busy
        pop     ax
        mov     dx, 0x3F8
        out     dx, al
        pop     dx
        ret

; Sends EAX as a line of eight hexadecimal digits.
send_number:
        mov     cx, 8
.digit: rol     eax, 4
        push    ax
        and     al, 15
        cmp     al, 10
        sbb     al, 0x69
        das
        call    send
        pop     ax
        loop    .digit
        mov     al, 10
        jmp     send

; The program at BX, ECX times. EAX: the checksum of each round; 0 if one had another than the first.
run_rounds:
        mov     [${ROUNDS}], ecx
        mov     [${PROGRAM}], bx
        call    bx
        mov     [${CHECKSUM}], eax
.next:  dec     dword [${ROUNDS}]
        jz      .end
        call    word [${PROGRAM}]
        cmp     eax, [${CHECKSUM}]
        je      .next
        xor     eax, eax
.end:   ret

; EAX: a checksum of the CX bytes at DS:SI.
checksum:
        xor     eax, eax
        xor     edx, edx
.next:  rol     eax, 5
        mov     dl, [si]
        add     eax, edx
        inc     si
        loop    .next
        ret
`;
