/** Output of the firmware's own messages: through INT 10h, and to the debug console. */
export const console = `
bits 16
; CS:SI: text, ended by 0.
put_text:
        push    ax
.next:  mov     al, [cs:si]
        inc     si
        test    al, al
        jz      .end
        call    put_character
        jmp     .next
.end:   pop     ax
        ret

; AL: character; a line feed begins a new line.
put_character:
        pushad
        mov     dx, DEBUG_CONSOLE
        out     dx, al
        cmp     al, 10
        jne     .plain
        mov     al, 13
        call    .video
        mov     al, 10
.plain: call    .video
        popad
        ret
.video: mov     ah, 0x0E
        mov     bx, 0x0007
        int     0x10
        ret

; EAX in decimal.
put_decimal:
        pushad
        mov     ebx, 10
        xor     cx, cx
.digit: xor     edx, edx
        div     ebx
        push    dx
        inc     cx
        test    eax, eax
        jnz     .digit
.put:   pop     ax
        add     al, '0'
        call    put_character
        loop    .put
        popad
        ret

; AX in hexadecimal, 4 digits.
put_hexadecimal:
        pusha
        mov     cx, 4
.digit: rol     ax, 4
        push    ax
        and     al, 0x0F
        cmp     al, 10
        jb      .decimal
        add     al, 'A' - 10 - '0'
.decimal:
        add     al, '0'
        call    put_character
        pop     ax
        loop    .digit
        popa
        ret
`;
