/** The gate of address line 20. It is open while the keyboard controller or port 92h holds it open. */
export const a20 = `
bits 16
OUTPUT_A20_OFF  equ 0xDD        ; the keyboard controller's output port
OUTPUT_A20_ON   equ 0xDF
WRITE_OUTPUT    equ 0xD1

; AL 1: opens the gate, 0: closes it. Gives AH: how it was.
a20_set:
        push    bx
        mov     bl, al
        call    a20_state
        cmp     al, bl
        mov     bh, al
        je      .end
        test    bl, bl
        jnz     .open
        call    a20_release_92
        mov     al, OUTPUT_A20_OFF
        call    a20_by_keyboard
        jmp     .end
.open:  mov     al, OUTPUT_A20_ON
        call    a20_by_keyboard
.end:   mov     ah, bh
        pop     bx
        ret

; The keyboard controller alone holds the gate open, so that programs that close it there (most do) find it closed.
a20_setup:
        call    a20_release_92
        mov     al, OUTPUT_A20_ON
        ; fall through to a20_by_keyboard

; AL: the keyboard controller's output port.
a20_by_keyboard:
        push    ax
        mov     al, WRITE_OUTPUT
        call    ps2_controller
        pop     ax
        call    ps2_data
        jmp     ps2_ready

a20_release_92:
        in      al, PORT_92
        and     al, ~3 & 0xFF
        out     PORT_92, al
        ret

; AL: 1 if the gate is open: then a word above 1 MB is not the one 1 MB below.
a20_state:
        push    ds
        push    es
        push    bx
        pushf
        cli
        xor     ax, ax
        mov     ds, ax
        dec     ax
        mov     es, ax
        mov     bx, [A20_WORD]
        mov     ax, bx
        cmp     ax, [es:A20_WORD + 16]
        jne     .open
        not     word [A20_WORD]
        cmp     ax, [es:A20_WORD + 16]
        mov     [A20_WORD], bx
        je      .open
        mov     al, 0
        jmp     .end
.open:  mov     al, 1
.end:   popf
        pop     bx
        pop     es
        pop     ds
        ret
A20_WORD        equ 0x500           ; in segment 0; free for a moment
`;
