/** Parts of Open Firmware's paths, as fw_cfg's file 'bootorder' has them. ES:DI: the text. */
export const pathText = `
bits 16
; CX: the function whose device and, after a comma, number are at ES:DI in hexadecimal. DI: after them.
path_function:
        call    path_number
        shl     al, 3
        mov     cl, al
        mov     ch, 0
        cmp     byte [es:di], ','
        jne     .end
        inc     di
        call    path_number
        or      cl, al
.end:   ret

; AL: the number at ES:DI in hexadecimal. DI: after it.
path_number:
        xor     al, al
.digit: mov     ah, [es:di]
        sub     ah, '0'
        cmp     ah, 10
        jb      .add
        sub     ah, 'a' - '0'
        cmp     ah, 6
        jae     .end
        add     ah, 10
.add:   shl     al, 4
        add     al, ah
        inc     di
        jmp     .digit
.end:   ret

; ZF: the text at ES:DI begins with that at CS:SI, which has CX characters.
text_begins:
        xor     cx, cx
        push    di
.next:  mov     al, [cs:si]
        test    al, al
        jz      .end
        cmp     al, [es:di]
        jne     .end
        inc     si
        inc     di
        inc     cx
        jmp     .next
.end:   pop     di
        ret
`;
