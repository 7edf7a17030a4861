/** int 10h, AH=08, 09, 0A, 0E and 13: characters. */
export const characters = `
CHARACTER_ONLY equ 0
WITH_ATTRIBUTE equ 1

; BH: page.
read_character:
        call    load_cursor
        mov     si, OPERATION_READ
        call    call_operation
        mov     [bp + CALLER_AX], ax
        ret

; AL: character, BL: attribute, BH: page, CX: how often.
write_character_attribute:
        mov     ah, WITH_ATTRIBUTE
        jmp     write_repeated

write_character:
        mov     ah, CHARACTER_ONLY

; Writes the character CX times from the cursor on, into the following rows too; the cursor stays.
write_repeated:
        call    load_cursor
.next:  jcxz    .done
        pushad
        mov     si, OPERATION_WRITE
        call    call_operation
        popad
        dec     cx
        inc     dl
        cmp     dl, [BDA_COLUMNS]
        jb      .next
        mov     dl, 0
        inc     dh
        cmp     dh, [BDA_LAST_ROW]
        jbe     .next
.done:  ret

; AL: character; BL: its colour in graphics modes. It goes to the active page.
teletype:
        mov     ah, CHARACTER_ONLY
        mov     bh, [BDA_PAGE]

; Writes AL at the cursor of page BH, or does what the control character means, and moves the cursor.
put_character:
        call    load_cursor
        call    move_by_character
        cmp     dl, [BDA_COLUMNS]
        jb      .column
        mov     dl, 0
        inc     dh
.column:
        cmp     dh, [BDA_LAST_ROW]
        jbe     .row
        mov     dh, [BDA_LAST_ROW]
        call    scroll_line
.row:   jmp     set_cursor_position

; DX: where the cursor goes from there; it may be beyond the screen's edges.
move_by_character:
        cmp     al, 7
        je      beep
        cmp     al, 8
        je      .back
        cmp     al, 10
        je      .feed
        cmp     al, 13
        je      .return
        pushad
        mov     si, OPERATION_WRITE
        call    call_operation
        popad
        inc     dl
        ret
.back:  sub     dl, 1
        adc     dl, 0               ; stays in the first column
        ret
.feed:  inc     dh
        ret
.return:
        mov     dl, 0
        ret

; Scrolls the screen by a line; the new one has the attribute of the last row in text modes.
scroll_line:
        pushad
        mov     dl, 0
        mov     si, OPERATION_READ
        call    active_kind
        mov     ah, 0
        cmp     di, KIND_TEXT
        jne     .attribute
        call    call_operation
.attribute:
        mov     bh, ah
        mov     al, 1
        xor     cx, cx
        mov     dh, [BDA_LAST_ROW]
        mov     dl, [BDA_COLUMNS]
        call    scroll_up
        popad
        ret

; AL: bit 0: the cursor moves, bit 1: attributes are in the text; BL: attribute, BH: page, CX: characters, DX: from
; where on, ES:BP: the text.
write_string:
        jcxz    .done
        push    word [bp + CALLER_AX]
        call    load_cursor
        push    dx
        mov     dx, [bp + CALLER_DX]
        cmp     dh, 0xFF            ; from the cursor on
        jne     .place
        pop     dx
        push    dx
.place: call    set_cursor_position
        mov     si, [bp + CALLER_BP]
.next:  call    .character
        loop    .next
        pop     dx
        pop     ax
        test    al, 1
        jnz     .done
        call    set_cursor_position
.done:  ret
; Writes the next character of ES:SI.
.character:
        es lodsb
        test    byte [bp + CALLER_AL], 2
        jz      .write
        xchg    ax, di
        es lodsb
        mov     bl, al
        xchg    ax, di
.write: mov     ah, WITH_ATTRIBUTE
        pushad
        push    es
        call    put_character
        pop     es
        popad
        ret

; A tone of 896 Hz for 60 ms, measured by its own oscillation, but for 65536 looks at most: on a busy host many of its
; changes are not seen.
BEEP_DIVISOR equ 1331
BEEP_CHANGES equ 110
beep:
        pushad
        mov     al, 0xB6            ; timer 2, square wave
        out     0x43, al
        mov     ax, BEEP_DIVISOR
        out     0x42, al
        mov     al, ah
        out     0x42, al
        in      al, 0x61
        mov     bl, al
        or      al, 3               ; the timer runs and is heard
        out     0x61, al
        mov     dx, BEEP_CHANGES
        xor     cx, cx
.level: in      al, 0x61
        mov     ah, al
.same:  in      al, 0x61
        xor     al, ah
        test    al, 0x20            ; the timer's output
        loopz   .same
        jcxz    .end
        dec     dx
        jnz     .level
.end:   mov     al, bl
        out     0x61, al
        popad
        ret
`;
