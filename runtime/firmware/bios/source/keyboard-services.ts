import { enter, leave } from './layout.ts';

/** INT 16h: the keyboard buffer and the states of shift keys. */
export const keyboardServices = `
bits 16
int16:  sti
${enter}
        mov     ax, BDA_SEGMENT
        mov     ds, ax
        mov     ax, [bp + FRAME_AX]
        mov     si, .functions
.next:  mov     bl, [cs:si]
        cmp     bl, ah
        je      .found
        add     si, 3
        cmp     si, .functions_end
        jb      .next
        jmp     .end
.found: call    [cs:si + 1]
.end:
${leave}
.functions:
        db 0x00
        dw key_get
        db 0x01
        dw key_peek
        db 0x02
        dw key_shift_state
        db 0x03
        dw key_typematic
        db 0x05
        dw key_store
        db 0x09
        dw key_capabilities
        db 0x0A
        dw key_identify
        db 0x10
        dw key_get_extended
        db 0x11
        dw key_peek_extended
        db 0x12
        dw key_extended_state
.functions_end:

; Waits for a key; AX. The machine sleeps meanwhile.
key_get:
        call    key_get_extended
        jmp     key_plain
key_get_extended:
        call    leds_check
        cli
        mov     si, [BDA_KEY_HEAD]
        cmp     si, [BDA_KEY_TAIL]
        jne     .there
        sti
        hlt
        jmp     key_get_extended
.there: mov     ax, [si]
        add     si, 2
        cmp     si, [BDA_KEYS_LAST]
        jb      .inside
        mov     si, [BDA_KEYS_FIRST]
.inside:
        mov     [BDA_KEY_HEAD], si
        sti
        mov     [bp + FRAME_AX], ax
        ret

; ZF: there is no key; else AX is the next one, which stays in the buffer.
key_peek:
        call    key_peek_extended
        jnz     key_plain
        ret
key_peek_extended:
        call    leds_check
        cli
        mov     si, [BDA_KEY_HEAD]
        cmp     si, [BDA_KEY_TAIL]
        sti
        je      .none
        mov     ax, [si]
        mov     [bp + FRAME_AX], ax
        and     byte [bp + FRAME_FLAGS], ~ZERO & 0xFF
        test    sp, sp              ; not zero
        ret
.none:  or      byte [bp + FRAME_FLAGS], ZERO
        ret

; A key that old keyboards didn't have becomes the one that they had.
key_plain:
        mov     ax, [bp + FRAME_AX]
        cmp     ah, 0xE0
        je      .keypad
        cmp     al, 0xE0
        jne     .end
        test    ah, ah
        jz      .end
        mov     byte [bp + FRAME_AL], 0
.end:   ret
.keypad:
        mov     ah, 0x35
        cmp     al, '/'
        je      .set
        mov     ah, 0x1C
.set:   mov     [bp + FRAME_AH], ah
        ret

key_shift_state:
        mov     al, [BDA_SHIFT]
        mov     [bp + FRAME_AL], al
        ret

; AL: as above; AH: the single keys that are held.
key_extended_state:
        mov     al, [BDA_SHIFT]
        mov     ah, [BDA_SHIFT_DOWN]
        mov     bl, ah
        and     ah, 0x73            ; locks, left Ctrl and Alt
        and     bl, DOWN_SYSTEM
        shl     bl, 5
        or      ah, bl
        mov     bl, [BDA_KEYBOARD]
        and     bl, KEYBOARD_RIGHT_CTRL | KEYBOARD_RIGHT_ALT
        or      ah, bl
        mov     [bp + FRAME_AX], ax
        ret

; Repetition: AL 05h, BH: delay, BL: rate.
key_typematic:
        cmp     al, 0x05
        jne     .end
        mov     bl, [bp + FRAME_BH]
        and     bl, 3
        shl     bl, 5
        mov     bh, [bp + FRAME_BL]
        and     bh, 0x1F
        or      bl, bh
        mov     dl, TO_KEYBOARD
        call    ps2_begin
        mov     al, 0xF3
        call    ps2_send
        jc      .failed
        mov     al, bl
        call    ps2_send
.failed:
        call    ps2_end
.end:   ret

; Puts CX into the buffer; AL: 1 if that is full.
key_store:
        mov     cx, [bp + FRAME_CX]
        cli
        call    key_put
        sti
        setc    byte [bp + FRAME_AL]
        ret

; AL: functions 0Ah, 10h-12h and 03h/05h are there.
key_capabilities:
        mov     byte [bp + FRAME_AL], 0x30
        ret

; BX: the keyboard's two bytes.
key_identify:
        xor     bx, bx
        mov     dl, TO_KEYBOARD
        call    ps2_begin
        mov     al, 0xF2
        call    ps2_send
        jc      .end
        call    ps2_read
        jc      .end
        mov     bl, al
        call    ps2_read
        jc      .end
        mov     bh, al
.end:   call    ps2_end
        mov     [bp + FRAME_BX], bx
        ret

; Lights follow the locks, which programs may change in memory.
leds_check:
        cli
        call    leds_update
        sti
        ret
`;
