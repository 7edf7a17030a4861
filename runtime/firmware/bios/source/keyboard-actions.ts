/** Keys that do something at once, and the keyboard's lights. */
export const keyboardActions = `
bits 16
WARM_BOOT       equ 0x1234

; Ctrl-Alt-Del.
key_reset:
        mov     word [BDA_WARM_BOOT], WARM_BOOT
        ; fall through to machine_reset

; Resets the machine by the reset control register of the PIIX3, else by the keyboard controller.
machine_reset:
        mov     dx, 0xCF9
        mov     al, 0x02
        out     dx, al
        mov     al, 0x06
        out     dx, al
        mov     al, 0xFE
        out     KEYBOARD_STATUS, al
.wait:  hlt
        jmp     .wait

; Ctrl-Break: the buffer is emptied, INT 1Bh called, and a key 0 put.
key_break:
        mov     byte [BDA_BREAK], 0x80
        mov     ax, [BDA_KEYS_FIRST]
        mov     [BDA_KEY_HEAD], ax
        mov     [BDA_KEY_TAIL], ax
        int     0x1B
        xor     cx, cx
        jmp     key_put

; Pause: interrupts are served, until another key is pressed. That is the key's only effect.
key_pause:
        or      byte [BDA_SHIFT_DOWN], DOWN_PAUSE
.wait:  sti
        hlt
        test    byte [BDA_SHIFT_DOWN], DOWN_PAUSE
        jnz     .wait
        cli
        ret

key_print_screen:
        test    byte [BDA_SHIFT], SHIFT_CTRL
        jnz     .echo
        int     0x05
        ret
.echo:  mov     cx, 0x7200
        jmp     key_put

; Alt-Print Screen: the system key. INT 15h 8500h: pressed.
key_system:
        test    al, 0x80
        jnz     .end
        mov     ax, 0x8500
        int     0x15
.end:   ret

; Lights as the locks are. The keyboard acknowledges the command, then its data.
leds_update:
        test    byte [BDA_LEDS], LEDS_FIRST | LEDS_SECOND
        jnz     .end
        call    leds_wanted
        cmp     al, ah
        je      .end
        or      byte [BDA_LEDS], LEDS_FIRST
        mov     al, 0xED
        jmp     keyboard_send
.end:   ret

; AL: lights as they should be, AH: as they are.
leds_wanted:
        mov     al, [BDA_SHIFT]
        shr     al, 4
        and     al, 7
        mov     ah, [BDA_LEDS]
        and     ah, 7
        ret

leds_acknowledged:
        test    byte [BDA_LEDS], LEDS_FIRST
        jnz     .data
        and     byte [BDA_LEDS], ~LEDS_SECOND & 0xFF
        ret
.data:  call    leds_wanted
        mov     ah, [BDA_LEDS]
        and     ah, ~(7 | LEDS_FIRST) & 0xFF
        or      ah, LEDS_SECOND
        or      ah, al
        mov     [BDA_LEDS], ah
        ; fall through to keyboard_send

; AL: byte for the keyboard.
keyboard_send:
        push    cx
        push    ax
        xor     cx, cx
.wait:  in      al, KEYBOARD_STATUS
        test    al, 0x02
        loopnz  .wait
        pop     ax
        out     KEYBOARD_DATA, al
        pop     cx
        ret
`;
