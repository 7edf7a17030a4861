/** Line editing and the choice of the command. */
export const shell = `
LINE_SIZE equ 256
CTRL_C equ 3
CTRL_D equ 4
BACKSPACE equ 8
CTRL_L equ 12
CTRL_U equ 21
ESCAPE equ 27
DELETE equ 127

shell:
        mov     esi, text_prompt
        call    put_text
        call    read_line
        call    run_line
        jmp     shell

; Reads a line into line, zero-terminated. Ctrl-C gives it up, Ctrl-D on an empty line powers off.
read_line:
        mov     edi, line
.next:  call    get_byte
        mov     esi, keys
.search:
        cmp     byte [esi], 0
        je      .ordinary
        cmp     [esi], al
        je      .key
        add     esi, 5
        jmp     .search
.key:   jmp     [esi + 1]
.ordinary:
        cmp     al, ' '
        jb      .next
        cmp     edi, line_end - 1
        jae     .next
        stosb
        call    put_byte
        jmp     .next

.enter: mov     byte [edi], 0
        jmp     put_line_end
.interrupt:
        mov     edi, line
        mov     byte [edi], 0
        mov     esi, text_interrupt
        jmp     put_text
.end:   cmp     edi, line
        jne     .next
        mov     esi, text_power_off
        call    put_text
        call    put_line_end
        jmp     command_poweroff
.erase: call    erase_character
        jmp     .next
.kill:  cmp     edi, line
        je      .next
        call    erase_character
        jmp     .kill
.clear: mov     byte [edi], 0
        mov     esi, text_clear
        call    put_text
        mov     esi, text_prompt
        call    put_text
        mov     esi, line
        call    put_text
        jmp     .next
; An escape sequence (a cursor key, mostly) is read to its end and dropped.
.escape:
        call    get_byte
        cmp     al, '['
        je      .parameters
        cmp     al, 'O'
        jne     .next
.parameters:
        call    get_byte
        cmp     al, '@'
        jb      .parameters
        jmp     .next

keys:   db 13
        dd read_line.enter
        db 10
        dd read_line.enter
        db BACKSPACE
        dd read_line.erase
        db DELETE
        dd read_line.erase
        db CTRL_C
        dd read_line.interrupt
        db CTRL_D
        dd read_line.end
        db CTRL_L
        dd read_line.clear
        db CTRL_U
        dd read_line.kill
        db ESCAPE
        dd read_line.escape
        db 0

; EDI: end of the line, moved back by one character of UTF-8.
erase_character:
        cmp     edi, line
        je      .done
        dec     edi
        mov     al, [edi]
        and     al, 0xC0
        cmp     al, 0x80            ; a continuation byte
        je      erase_character
        push    esi
        mov     esi, text_erase
        call    put_text
        pop     esi
.done:  ret

; Runs the command that the line begins with; ESI is then what follows its name.
run_line:
        mov     esi, line
        call    skip_spaces
        cmp     byte [esi], 0
        je      .done
        mov     ebx, commands
.search:
        mov     edi, [ebx]
        test    edi, edi
        jz      .unknown
        call    match_word
        je      .found
        add     ebx, 12
        jmp     .search
.found: call    skip_spaces
        jmp     [ebx + 4]
.unknown:
        push    esi
        mov     esi, text_unknown
        call    put_text
        pop     esi
        call    put_text
        mov     esi, text_try_help
        call    put_text
.done:  ret

; Compares the word at ESI with the text at EDI. ZF: equal, and ESI is after the word.
match_word:
        push    esi
.next:  lodsb
        cmp     byte [edi], 0
        je      .end
        cmp     al, [edi]
        jne     .differ
        inc     edi
        jmp     .next
.end:   cmp     al, ' '
        je      .equal
        test    al, al
        jnz     .differ
.equal: dec     esi
        add     esp, 4
        cmp     eax, eax
        ret
.differ:
        pop     esi
        test    esp, esp            ; never zero
        ret

skip_spaces:
        cmp     byte [esi], ' '
        jne     .done
        inc     esi
        jmp     skip_spaces
.done:  ret

text_banner:    db 13, 10, 'The rawiron demo system. Type help for what it can do.', 13, 10, 0
text_prompt:    db 'demo> ', 0
text_interrupt: db '^C', 13, 10, 0
text_power_off: db 'poweroff', 0
text_erase:     db 8, ' ', 8, 0
text_clear:     db 27, '[H', 27, '[J', 0
text_unknown:   db 'There is no command ', 0
text_try_help:  db '. Type help for those that there are.', 13, 10, 0
`;
