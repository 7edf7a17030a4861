/** The PS/2 mouse: INT 15h C2h and its interrupt, INT 74h. */
export const mouse = `
bits 16
MOUSE_BAD_FUNCTION equ 1
MOUSE_BAD_INPUT equ 2
MOUSE_INTERFACE equ 3
MOUSE_NO_HANDLER equ 5
MOUSE_HAS_HANDLER equ 0x80

; INT 15h C2h. DS: EBDA. A function gives AH: status.
mouse_service:
        mov     al, [bp + FRAME_AL]
        mov     ah, MOUSE_BAD_FUNCTION
        cmp     al, 8
        jae     .done
        movzx   bx, al
        add     bx, bx
        call    [cs:.functions + bx]
.done:  mov     [bp + FRAME_AH], ah
        test    ah, ah
        jnz     system_failed
        jmp     system_done
.functions:
        dw mouse_enable, mouse_reset, mouse_rate, mouse_resolution
        dw mouse_type, mouse_initialize, mouse_extended, mouse_set_handler

; AL: command, CL: how many bytes come back, which are put at DS:DI; BL: data for it if BH is not 0. AH: status.
mouse_command:
        mov     dl, TO_MOUSE
        call    ps2_begin
        call    ps2_send
        jc      .failed
        test    bh, bh
        jz      .answer
        mov     al, bl
        call    ps2_send
        jc      .failed
.answer:
        test    cl, cl
        jz      .done
        call    ps2_read
        jc      .failed
        mov     [di], al
        inc     di
        dec     cl
        jmp     .answer
.done:  mov     ah, 0
        jmp     ps2_end
.failed:
        mov     ah, MOUSE_INTERFACE
        jmp     ps2_end

; A command alone.
mouse_simple:
        xor     bh, bh
        xor     cl, cl
        jmp     mouse_command

mouse_enable:
        mov     al, [bp + FRAME_BH]
        mov     ah, MOUSE_BAD_INPUT
        cmp     al, 1
        ja      .end
        je      .on
        mov     al, 0xF5
        jmp     mouse_simple
.on:    mov     ah, MOUSE_NO_HANDLER
        test    byte [EBDA_MOUSE_SIZE], MOUSE_HAS_HANDLER
        jz      .end
        mov     byte [EBDA_MOUSE_STATE], 0
        call    .connect
        mov     al, 0xF4
        jmp     mouse_simple
.end:   ret
; The controller passes the mouse's bytes on, and interrupts.
.connect:
        mov     dl, TO_MOUSE
        call    ps2_begin
        or      dh, CONTROL_MOUSE_INTERRUPT
        and     dh, ~CONTROL_NO_MOUSE & 0xFF
        jmp     ps2_end

mouse_initialize:
        mov     al, [bp + FRAME_BH]
        dec     al
        mov     ah, MOUSE_BAD_INPUT
        cmp     al, 7
        ja      mouse_enable.end
        and     byte [EBDA_MOUSE_SIZE], MOUSE_HAS_HANDLER
        or      [EBDA_MOUSE_SIZE], al
        ; fall through to mouse_reset

; BL: result of the self-test, BH: kind.
mouse_reset:
        mov     al, 0xFF
        xor     bh, bh
        mov     cl, 2
        mov     di, EBDA_MOUSE_DATA
        call    mouse_command
        test    ah, ah
        jnz     .end
        mov     byte [EBDA_MOUSE_STATE], 0
        mov     bx, [EBDA_MOUSE_DATA]
        mov     [bp + FRAME_BX], bx
.end:   ret

; BH: 0-6 for 10, 20, 40, 60, 80, 100, 200 samples a second.
mouse_rate:
        mov     bl, [bp + FRAME_BH]
        mov     ah, MOUSE_BAD_INPUT
        cmp     bl, 6
        ja      mouse_enable.end
        xor     bh, bh
        mov     bl, [cs:.rates + bx]
        mov     al, 0xF3
.with_data:
        mov     bh, 1
        xor     cl, cl
        jmp     mouse_command
.rates: db 10, 20, 40, 60, 80, 100, 200

mouse_resolution:
        mov     bl, [bp + FRAME_BH]
        mov     ah, MOUSE_BAD_INPUT
        cmp     bl, 3
        ja      mouse_enable.end
        mov     al, 0xE8
        jmp     mouse_rate.with_data

mouse_type:
        mov     al, 0xF2
        xor     bh, bh
        mov     cl, 1
        mov     di, EBDA_MOUSE_DATA
        call    mouse_command
        mov     al, [EBDA_MOUSE_DATA]
        mov     [bp + FRAME_BH], al
        ret

; BH 0: status in BL, CL, DL; 1 and 2: scaling 1:1 and 2:1.
mouse_extended:
        mov     bl, [bp + FRAME_BH]
        mov     ah, MOUSE_BAD_INPUT
        cmp     bl, 2
        ja      mouse_enable.end
        mov     al, 0xE5
        add     al, bl
        test    bl, bl
        jnz     mouse_simple
        mov     al, 0xE9
        xor     bh, bh
        mov     cl, 3
        mov     di, EBDA_MOUSE_DATA
        call    mouse_command
        mov     al, [EBDA_MOUSE_DATA]
        mov     [bp + FRAME_BL], al
        mov     al, [EBDA_MOUSE_DATA + 1]
        mov     [bp + FRAME_CL], al
        mov     al, [EBDA_MOUSE_DATA + 2]
        mov     [bp + FRAME_DL], al
        ret

; ES:BX: called with status, X, Y and 0 on the stack; 0:0: none.
mouse_set_handler:
        mov     ax, [bp + FRAME_BX]
        mov     dx, [bp + FRAME_ES]
        mov     [EBDA_MOUSE_HANDLER], ax
        mov     [EBDA_MOUSE_HANDLER + 2], dx
        or      ax, dx
        jz      .none
        or      byte [EBDA_MOUSE_SIZE], MOUSE_HAS_HANDLER
        mov     ah, 0
        ret
.none:  and     byte [EBDA_MOUSE_SIZE], ~MOUSE_HAS_HANDLER & 0xFF
        mov     dl, TO_MOUSE
        call    ps2_begin
        and     dh, ~CONTROL_MOUSE_INTERRUPT & 0xFF
        call    ps2_end
        mov     ah, 0
        ret

; IRQ 12: bytes are collected; the handler gets whole packets.
int74:  push    ds
        push    es
        pushad
        cld
        call    ebda_select
        in      al, KEYBOARD_STATUS
        and     al, 0x21
        cmp     al, 0x21
        jne     .end
        in      al, KEYBOARD_DATA
        test    byte [EBDA_MOUSE_SIZE], MOUSE_HAS_HANDLER
        jz      .end
        mov     bl, [EBDA_MOUSE_STATE]
        and     bx, 7
        mov     [EBDA_MOUSE_DATA + bx], al
        mov     al, [EBDA_MOUSE_SIZE]
        and     al, 7
        cmp     bl, al
        jae     .packet
        inc     byte [EBDA_MOUSE_STATE]
        jmp     .end
.packet:
        mov     byte [EBDA_MOUSE_STATE], 0
        movzx   ax, byte [EBDA_MOUSE_DATA]
        push    ax
        movzx   ax, byte [EBDA_MOUSE_DATA + 1]
        push    ax
        movzx   ax, byte [EBDA_MOUSE_DATA + 2]
        push    ax
        push    word 0
        call    far [EBDA_MOUSE_HANDLER]
        add     sp, 8
.end:   cli
        mov     al, PIC_EOI
        out     PIC2, al
        out     PIC1, al
        popad
        pop     es
        pop     ds
        iret
`;
