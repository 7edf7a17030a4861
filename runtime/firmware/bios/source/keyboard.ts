/** IRQ 1, INT 09h: scan codes become keys in the buffer and states of the shift keys. */
export const keyboard = `
bits 16
; BDA_SHIFT
SHIFT_RIGHT     equ 0x01
SHIFT_LEFT      equ 0x02
SHIFT_CTRL      equ 0x04
SHIFT_ALT       equ 0x08
SHIFT_SCROLL    equ 0x10
SHIFT_NUM       equ 0x20
SHIFT_CAPS      equ 0x40
SHIFT_INSERT    equ 0x80
; BDA_SHIFT_DOWN
DOWN_LEFT_CTRL  equ 0x01
DOWN_LEFT_ALT   equ 0x02
DOWN_SYSTEM     equ 0x04
DOWN_PAUSE      equ 0x08        ; the machine is paused
; BDA_KEYBOARD
KEYBOARD_E1     equ 0x01
KEYBOARD_E0     equ 0x02
KEYBOARD_RIGHT_CTRL equ 0x04
KEYBOARD_RIGHT_ALT equ 0x08
KEYBOARD_ENHANCED equ 0x10
; BDA_LEDS
LEDS_SECOND     equ 0x20        ; the byte with the lights was sent
LEDS_FIRST      equ 0x40        ; the command was sent
KEYBOARD_ACKNOWLEDGE equ 0xFA
KEYBOARD_RESEND equ 0xFE

int09:
        push    ds
        push    es
        pushad
        cld
        push    word BDA_SEGMENT
        pop     ds
        in      al, KEYBOARD_STATUS
        and     al, 0x21            ; a byte of the mouse is not for here
        cmp     al, 0x21
        je      .acknowledge
        in      al, KEYBOARD_DATA   ; again, if somebody who took the interrupt first has read it
        mov     ah, 0x4F            ; programs may replace the code or, by clearing CF, drop it
        stc
        int     0x15
        cli
        pushf
        mov     ah, al
        mov     al, PIC_EOI         ; now, as what a key does may take long
        out     PIC1, al
        mov     al, ah
        popf
        jnc     .end
        call    key_code
        jmp     .end
.acknowledge:
        mov     al, PIC_EOI
        out     PIC1, al
.end:   popad
        pop     es
        pop     ds
        iret

; AL: a byte from the keyboard. DS: BIOS data area.
key_code:
        cmp     al, KEYBOARD_ACKNOWLEDGE
        je      leds_acknowledged
        cmp     al, KEYBOARD_RESEND
        je      .done
        cmp     al, 0xE0
        je      .extended
        cmp     al, 0xE1
        je      .pause
        mov     bl, [BDA_KEYBOARD]
        test    bl, KEYBOARD_E1
        jnz     key_of_pause
        and     byte [BDA_KEYBOARD], ~KEYBOARD_E0 & 0xFF
        mov     bh, al
        and     bh, 0x7F            ; BH: key, AL: with bit 7 if it went up
        call    key_is_shift
        jc      .done
        test    al, 0x80
        jnz     .done
        jmp     key_pressed
.extended:
        or      byte [BDA_KEYBOARD], KEYBOARD_E0
        ret
.pause: or      byte [BDA_KEYBOARD], KEYBOARD_E1
.done:  ret

; The codes after E1h, AL: 1Dh, then 45h, with bit 7 if the key went up.
key_of_pause:
        mov     ah, al
        and     ah, 0x7F
        cmp     ah, 0x1D
        je      .more
        and     byte [BDA_KEYBOARD], ~KEYBOARD_E1 & 0xFF
        test    al, 0x80
        jz      key_pause
.more:  ret

; Shift keys. BH: key, AL: its code, BL: prefixes. CF: it was one.
key_is_shift:
        mov     si, .table
.next:  mov     ah, [cs:si]
        test    ah, ah
        jz      .none
        cmp     ah, bh
        je      .found
        add     si, 3
        jmp     .next
.found: call    [cs:si + 1]
        stc
        ret
.none:  clc
        ret
.table: db 0x2A
        dw .left
        db 0x36
        dw .right
        db 0x1D
        dw .ctrl
        db 0x38
        dw .alt
        db 0x3A
        dw .caps
        db 0x45
        dw .num
        db 0x46
        dw .scroll
        db 0

; With E0h these go around other keys, and say nothing.
.left:  mov     cl, SHIFT_LEFT
        jmp     .plain_shift
.right: mov     cl, SHIFT_RIGHT
.plain_shift:
        test    bl, KEYBOARD_E0
        jnz     .end
        mov     si, BDA_SHIFT
        jmp     .hold
; Sets or clears CL at SI by the key's bit 7.
.hold:  test    al, 0x80
        jnz     .up
        or      [si], cl
        ret
.up:    not     cl
        and     [si], cl
.end:   ret

.ctrl:  test    bl, KEYBOARD_E0
        jnz     .right_ctrl
        mov     si, BDA_SHIFT_DOWN
        mov     cl, DOWN_LEFT_CTRL
        jmp     .any_ctrl
.right_ctrl:
        mov     si, BDA_KEYBOARD
        mov     cl, KEYBOARD_RIGHT_CTRL
.any_ctrl:
        call    .hold
        mov     cl, SHIFT_CTRL
        mov     ah, [BDA_SHIFT_DOWN]
        and     ah, DOWN_LEFT_CTRL
        mov     ch, [BDA_KEYBOARD]
        and     ch, KEYBOARD_RIGHT_CTRL
        jmp     .either
.alt:   test    bl, KEYBOARD_E0
        jnz     .right_alt
        mov     si, BDA_SHIFT_DOWN
        mov     cl, DOWN_LEFT_ALT
        jmp     .any_alt
.right_alt:
        mov     si, BDA_KEYBOARD
        mov     cl, KEYBOARD_RIGHT_ALT
.any_alt:
        call    .hold
        mov     cl, SHIFT_ALT
        mov     ah, [BDA_SHIFT_DOWN]
        and     ah, DOWN_LEFT_ALT
        mov     ch, [BDA_KEYBOARD]
        and     ch, KEYBOARD_RIGHT_ALT
        call    .either
        test    al, 0x80
        jnz     key_alt_number
        ret
; The state CL is on while AH or CH is not 0.
.either:
        or      ah, ch
        jnz     .on
        not     cl
        and     [BDA_SHIFT], cl
        ret
.on:    or      [BDA_SHIFT], cl
        ret

.caps:  mov     cl, SHIFT_CAPS
        jmp     .toggle
.num:   mov     cl, SHIFT_NUM
        test    byte [BDA_SHIFT], SHIFT_CTRL
        jz      .toggle
        test    al, 0x80
        jz      key_pause           ; Ctrl-Num Lock is Pause on old keyboards
        ret
.scroll:
        test    bl, KEYBOARD_E0
        jnz     .break
        test    byte [BDA_SHIFT], SHIFT_CTRL
        jnz     .break
        mov     cl, SHIFT_SCROLL
; A press changes the state CL once, however long it is held.
.toggle:
        test    al, 0x80
        jnz     .toggle_up
        test    [BDA_SHIFT_DOWN], cl
        jnz     .held
        or      [BDA_SHIFT_DOWN], cl
        xor     [BDA_SHIFT], cl
        jmp     leds_update
.toggle_up:
        not     cl
        and     [BDA_SHIFT_DOWN], cl
.held:  ret
.break: test    al, 0x80
        jnz     .held
        jmp     key_break

; A key went down. BH: key, BL: prefixes before it.
key_pressed:
        test    byte [BDA_SHIFT_DOWN], DOWN_PAUSE
        jnz     .go_on
        cmp     bh, 0x53
        jne     .no_reset
        mov     al, [BDA_SHIFT]
        and     al, SHIFT_CTRL | SHIFT_ALT
        cmp     al, SHIFT_CTRL | SHIFT_ALT
        je      key_reset
.no_reset:
        cmp     bh, 0x54
        je      key_system
        test    bl, KEYBOARD_E0
        jnz     key_extended
        cmp     bh, KEY_COUNT
        jae     .none
        call    key_column
        movzx   si, bh
        shl     si, 3
        add     si, key_table
        jmp     key_take
.go_on: and     byte [BDA_SHIFT_DOWN], ~DOWN_PAUSE & 0xFF
.none:  ret

; A key with the prefix E0h: 37h is Print Screen, the others are looked up.
key_extended:
        cmp     bh, 0x37
        je      key_print_screen
        mov     si, extended_table
.next:  mov     al, [cs:si]
        test    al, al
        jz      key_pressed.none
        inc     si
        cmp     al, bh
        je      .found
        add     si, 8
        jmp     .next
.found: xor     di, di
        mov     al, [BDA_SHIFT]
        call    key_column.modifiers
        ; fall through to key_take

; CS:SI: 4 words, DI: which of them. Digits of the keypad with Alt spell a character.
key_take:
        cmp     di, 3
        jne     .plain
        cmp     word [cs:si + 6], 0
        je      .number
.plain: add     di, di
        add     si, di
        mov     cx, [cs:si]
        jcxz    .none
        jmp     key_put
.number:
        mov     cl, [cs:si + 2]     ; with Shift: the digit
        sub     cl, '0'
        cmp     cl, 9
        ja      .none
        mov     al, [BDA_ALT_NUMBER]
        mov     ah, 10
        mul     ah
        add     al, cl
        mov     [BDA_ALT_NUMBER], al
.none:  ret

; Which column of its row a key BH without prefix takes: DI 0 plain, 1 Shift, 2 Ctrl, 3 Alt.
key_column:
        xor     di, di
        mov     al, [BDA_SHIFT]
        test    al, SHIFT_LEFT | SHIFT_RIGHT
        jz      .no_shift
        inc     di
.no_shift:
        cmp     bh, 0x47
        jb      .letters
        cmp     bh, 0x53
        ja      .modifiers
        test    al, SHIFT_NUM
        jz      .modifiers
        xor     di, 1
        jmp     .modifiers
.letters:
        test    al, SHIFT_CAPS
        jz      .modifiers
        movzx   si, bh
        shl     si, 3
        mov     ah, [cs:key_table + si]
        sub     ah, 'a'
        cmp     ah, 'z' - 'a'
        ja      .modifiers
        xor     di, 1
.modifiers:
        test    al, SHIFT_CTRL
        jz      .no_ctrl
        mov     di, 2
.no_ctrl:
        test    al, SHIFT_ALT
        jz      .no_alt
        mov     di, 3
.no_alt:
        ret

; Alt went up: the number typed meanwhile is a character.
key_alt_number:
        xor     cx, cx
        xchg    cl, [BDA_ALT_NUMBER]
        jcxz    key_put.end
        ; fall through to key_put

; CX: scan code and character. Puts it into the buffer; CF: that was full. DS: BIOS data area.
key_put:
        mov     si, [BDA_KEY_TAIL]
        mov     di, si
        add     si, 2
        cmp     si, [BDA_KEYS_LAST]
        jb      .inside
        mov     si, [BDA_KEYS_FIRST]
.inside:
        cmp     si, [BDA_KEY_HEAD]
        je      .full
        mov     [di], cx
        mov     [BDA_KEY_TAIL], si
.end:   clc
        ret
.full:  stc
        ret
`;
