/** The keyboard controller (8042): commands to it, to the keyboard and to the mouse, and their setup. */
export const ps2 = `
bits 16
STATUS_OUTPUT   equ 0x01        ; a byte can be read
STATUS_INPUT    equ 0x02        ; a byte written was not yet taken
CONTROL_KEYBOARD_INTERRUPT equ 0x01
CONTROL_MOUSE_INTERRUPT equ 0x02
CONTROL_SYSTEM  equ 0x04
CONTROL_NO_KEYBOARD equ 0x10
CONTROL_NO_MOUSE equ 0x20
CONTROL_TRANSLATE equ 0x40
TO_KEYBOARD     equ 0
TO_MOUSE        equ 1
PS2_MILLISECONDS equ 1000

; Waits until the controller has taken what was written.
ps2_ready:
        push    ax
        push    cx
        xor     cx, cx
.wait:  in      al, KEYBOARD_STATUS
        test    al, STATUS_INPUT
        loopnz  .wait
        pop     cx
        pop     ax
        ret

; AL: command for the controller.
ps2_controller:
        call    ps2_ready
        out     KEYBOARD_STATUS, al
        ret

; AL: data for the controller or the keyboard.
ps2_data:
        call    ps2_ready
        out     KEYBOARD_DATA, al
        ret

; Gives AL; CF: nothing came in time.
ps2_read:
        push    eax
        mov     eax, PS2_MILLISECONDS
        call    deadline_start
        pop     eax
.wait:  in      al, KEYBOARD_STATUS
        test    al, STATUS_OUTPUT
        jnz     .there
        call    deadline_passed
        jnc     .wait
        ret
.there: in      al, KEYBOARD_DATA
        clc
        ret

; Drops what was not read.
ps2_flush:
        push    ax
        push    cx
        mov     cx, 64
.next:  in      al, KEYBOARD_STATUS
        test    al, STATUS_OUTPUT
        jz      .end
        in      al, KEYBOARD_DATA
        loop    .next
.end:   pop     cx
        pop     ax
        ret

; AL: the controller's command byte.
ps2_set_control:
        push    ax
        mov     al, 0x60
        call    ps2_controller
        pop     ax
        jmp     ps2_data

; Begins a dialogue with device DL: no interrupts, and the other device is silent. DH: the command byte as it was.
ps2_begin:
        push    ax
        call    .control
        mov     al, dh
        and     al, ~(CONTROL_KEYBOARD_INTERRUPT | CONTROL_MOUSE_INTERRUPT | CONTROL_NO_KEYBOARD | CONTROL_NO_MOUSE) & 0xFF
        mov     ah, CONTROL_NO_MOUSE
        cmp     dl, TO_KEYBOARD
        je      .other
        mov     ah, CONTROL_NO_KEYBOARD
.other: or      al, ah
        call    ps2_set_control
        call    ps2_flush
        pop     ax
        ret
; To ask the controller would cause an interrupt, whose handler took the answer.
.control:
        push    ds
        call    ebda_select
        mov     dh, [EBDA_PS2_CONTROL]
        pop     ds
        ret

; Ends it. DH: the command byte to be set. Keeps the flags.
ps2_end:
        pushf
        push    ax
        push    ds
        call    ebda_select
        mov     [EBDA_PS2_CONTROL], dh
        pop     ds
        mov     al, dh
        call    ps2_set_control
        pop     ax
        popf
        ret

; AL: a byte for device DL. Waits for the acknowledgement; CF: there was none.
ps2_send:
        cmp     dl, TO_KEYBOARD
        je      .send
        push    ax
        mov     al, 0xD4
        call    ps2_controller
        pop     ax
.send:  call    ps2_data
        call    ps2_read
        jc      .end
        cmp     al, KEYBOARD_ACKNOWLEDGE
        je      .end
        stc
.end:   ret

; Resets device DL and reads the result of its self-test. CF: it failed, or there is no device.
ps2_reset:
        mov     al, 0xFF
        call    ps2_send
        jc      .end
        call    ps2_read
        jc      .end
        cmp     al, 0xAA
        je      .end
        stc
.end:   ret

; POST's setup of controller, keyboard and mouse. DS: EBDA.
ps2_setup:
        call    ps2_flush
        mov     al, 0xAD
        call    ps2_controller
        mov     al, 0xA7
        call    ps2_controller
        call    ps2_flush
        mov     al, 0xAA            ; self-test
        call    ps2_controller
        call    ps2_read
        jc      .end
        cmp     al, 0x55
        jne     .end
        mov     al, CONTROL_NO_KEYBOARD | CONTROL_NO_MOUSE
        call    ps2_set_control
        call    .mouse
        call    .keyboard
.end:   ret
.mouse: mov     dl, TO_MOUSE
        call    ps2_begin
        call    ps2_reset
        jc      .no_mouse
        call    ps2_read            ; its kind: 0
        or      byte [EBDA_FLAGS], FLAG_MOUSE
.no_mouse:
        ret
.keyboard:
        mov     dl, TO_KEYBOARD
        call    ps2_begin
        call    ps2_reset
        mov     al, 0xF5            ; defaults, silent
        call    ps2_send
        mov     al, 0xF0            ; scan codes: set 2, which the controller translates
        call    ps2_send
        mov     al, 2
        call    ps2_send
        mov     al, 0xF4            ; go
        call    ps2_send
        mov     dh, CONTROL_TRANSLATE | CONTROL_NO_MOUSE | CONTROL_SYSTEM | CONTROL_KEYBOARD_INTERRUPT
        jmp     ps2_end
`;
