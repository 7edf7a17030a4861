import { enter, leave } from './layout.ts';

/** The timer's interrupt and the clock: INT 08h, 1Ah and 70h. */
export const timer = `
bits 16
TICKS_OF_DAY    equ 0x1800B0

; IRQ 0, 18.2 times a second. AX, DX and DS are free for the handler of 1Ch.
int08:  push    ds
        push    ax
        push    dx
        push    word BDA_SEGMENT
        pop     ds
        inc     dword [BDA_TICKS]
        cmp     dword [BDA_TICKS], TICKS_OF_DAY
        jb      .same_day
        mov     dword [BDA_TICKS], 0
        inc     byte [BDA_MIDNIGHT]
.same_day:
        cmp     byte [BDA_MOTOR_TICKS], 0
        je      .motors
        dec     byte [BDA_MOTOR_TICKS]
        jnz     .motors
        call    floppy_motors_off
.motors:
        call    console_poll
        int     0x1C
        cli
        mov     al, PIC_EOI
        out     PIC1, al
        pop     dx
        pop     ax
        pop     ds
        iret

; INT 1Ah. DS: BIOS data area for the functions.
int1A:  sti
${enter}
        mov     ax, BDA_SEGMENT
        mov     ds, ax
        mov     ax, [bp + FRAME_AX]
        cmp     ah, 0xB1
        je      .pci
        cmp     ah, 8
        jae     .unsupported
        movzx   bx, ah
        add     bx, bx
        call    [cs:.functions + bx]
        jc      .failed
        and     byte [bp + FRAME_FLAGS], ~CARRY & 0xFF
        jmp     .end
.pci:   call    pci_bios_16
        jmp     .end
.unsupported:
        mov     byte [bp + FRAME_AH], 0x86
.failed:
        or      byte [bp + FRAME_FLAGS], CARRY
.end:
${leave}
.functions:
        dw clock_ticks, clock_set_ticks, clock_time, clock_set_time
        dw clock_date, clock_set_date, clock_set_alarm, clock_no_alarm

clock_ticks:
        cli
        mov     eax, [BDA_TICKS]
        mov     bl, [BDA_MIDNIGHT]
        mov     byte [BDA_MIDNIGHT], 0
        sti
        mov     [bp + FRAME_DX], ax
        shr     eax, 16
        mov     [bp + FRAME_CX], ax
        mov     [bp + FRAME_AL], bl
        mov     byte [bp + FRAME_AH], 0
        clc
        ret

clock_set_ticks:
        cli
        mov     ax, [bp + FRAME_DX]
        mov     [BDA_TICKS], ax
        mov     ax, [bp + FRAME_CX]
        mov     [BDA_TICKS + 2], ax
        mov     byte [BDA_MIDNIGHT], 0
        sti
        mov     byte [bp + FRAME_AH], 0
        clc
        ret

; Waits until the clock is not updating its registers. CF: it never ends.
clock_ready:
        push    ax
        push    cx
        xor     cx, cx
.wait:  mov     ah, CMOS_STATUS_A
        call    cmos_read
        test    al, 0x80
        jz      .ready
        loop    .wait
        stc
        jmp     .end
.ready: clc
.end:   pop     cx
        pop     ax
        ret

clock_time:
        call    clock_ready
        jc      .end
        mov     ah, CMOS_SECOND
        call    cmos_read
        mov     [bp + FRAME_DH], al
        mov     ah, CMOS_MINUTE
        call    cmos_read
        mov     [bp + FRAME_CL], al
        mov     ah, CMOS_HOUR
        call    cmos_read
        mov     [bp + FRAME_CH], al
        mov     [bp + FRAME_AL], al
        mov     ah, CMOS_STATUS_B
        call    cmos_read
        and     al, 1               ; daylight saving
        mov     [bp + FRAME_DL], al
        mov     byte [bp + FRAME_AH], 0
        clc
.end:   ret

clock_set_time:
        call    clock_stop
        mov     al, [bp + FRAME_DH]
        mov     ah, CMOS_SECOND
        call    cmos_write
        mov     al, [bp + FRAME_CL]
        mov     ah, CMOS_MINUTE
        call    cmos_write
        mov     al, [bp + FRAME_CH]
        mov     ah, CMOS_HOUR
        call    cmos_write
        mov     al, [bp + FRAME_DL]
        and     al, 1
        or      ch, al
        jmp     clock_go

clock_date:
        call    clock_ready
        jc      clock_time.end
        mov     ah, CMOS_YEAR
        call    cmos_read
        mov     [bp + FRAME_CL], al
        mov     ah, CMOS_MONTH
        call    cmos_read
        mov     [bp + FRAME_DH], al
        mov     ah, CMOS_DAY
        call    cmos_read
        mov     [bp + FRAME_DL], al
        mov     ah, CMOS_CENTURY
        call    cmos_read
        mov     [bp + FRAME_CH], al
        mov     [bp + FRAME_AL], al
        mov     byte [bp + FRAME_AH], 0
        clc
        ret

clock_set_date:
        call    clock_stop
        mov     al, [bp + FRAME_CL]
        mov     ah, CMOS_YEAR
        call    cmos_write
        mov     al, [bp + FRAME_DH]
        mov     ah, CMOS_MONTH
        call    cmos_write
        mov     al, [bp + FRAME_DL]
        mov     ah, CMOS_DAY
        call    cmos_write
        mov     al, [bp + FRAME_CH]
        mov     ah, CMOS_CENTURY
        call    cmos_write
        jmp     clock_go

; Stops the updates; CH: status register B without the bits of that and of daylight saving.
clock_stop:
        mov     ah, CMOS_STATUS_B
        call    cmos_read
        and     al, 0x7E
        mov     ch, al
        or      al, 0x80
        call    cmos_write
        ret

; The clock runs again, with status register B as CH has it.
clock_go:
        mov     al, ch
        mov     ah, CMOS_STATUS_B
        call    cmos_write
        mov     [bp + FRAME_AL], ch
        mov     byte [bp + FRAME_AH], 0
        clc
        ret

; The alarm rings daily at CH:CL:DH, by INT 4Ah. Fails if one is set.
clock_set_alarm:
        mov     ah, CMOS_STATUS_B
        call    cmos_read
        test    al, 0x20
        stc
        jnz     .set
        call    clock_stop
        mov     al, [bp + FRAME_DH]
        mov     ah, CMOS_SECOND + 1
        call    cmos_write
        mov     al, [bp + FRAME_CL]
        mov     ah, CMOS_MINUTE + 1
        call    cmos_write
        mov     al, [bp + FRAME_CH]
        mov     ah, CMOS_HOUR + 1
        call    cmos_write
        in      al, PIC2 + 1
        and     al, ~1 & 0xFF
        out     PIC2 + 1, al
        or      ch, 0x20
        call    clock_go
        mov     byte [bp + FRAME_AL], 0
        clc
        ret
.set:   mov     word [bp + FRAME_AX], 0
        ret

clock_no_alarm:
        mov     ah, CMOS_STATUS_B
        call    cmos_read
        mov     [bp + FRAME_AL], al
        mov     byte [bp + FRAME_AH], 0
        mov     ah, CMOS_STATUS_B
        and     al, 0x57
        call    cmos_write
        clc
        ret

; IRQ 8: the alarm, and the periodic interrupt that waits (INT 15h 83h and 86h) are made of.
int70:  push    ds
        push    es
        pushad
        push    word BDA_SEGMENT
        pop     ds
        mov     ah, CMOS_STATUS_C
        call    cmos_read
        mov     bl, al
        mov     ah, CMOS_STATUS_B
        call    cmos_read
        and     bl, al              ; those that are let through
        test    bl, 0x20
        jz      .no_alarm
        int     0x4A
.no_alarm:
        test    bl, 0x40
        jz      .end
        call    wait_elapsed
.end:   mov     al, PIC_EOI
        out     PIC2, al
        out     PIC1, al
        popad
        pop     es
        pop     ds
        iret

WAIT_PERIOD     equ 976             ; microseconds between periodic interrupts
; One more period of a wait is over. DS: BIOS data area.
wait_elapsed:
        cmp     byte [BDA_WAIT_ACTIVE], 0
        je      .end
        sub     dword [BDA_WAIT_TIME], WAIT_PERIOD
        ja      .end
        call    wait_cancel
        les     di, [BDA_WAIT_FLAG]
        or      byte [es:di], 0x80
.end:   ret

; No wait any more: the periodic interrupt is turned off.
wait_cancel:
        mov     byte [BDA_WAIT_ACTIVE], 0
        mov     ah, CMOS_STATUS_B
        call    cmos_read
        and     al, ~0x40 & 0xFF
        call    cmos_write
        ret

; EAX: microseconds, ES:DI: byte whose bit 7 is set afterwards. CF: a wait is on. DS: BIOS data area.
wait_start:
        cmp     byte [BDA_WAIT_ACTIVE], 0
        stc
        jne     .end
        mov     byte [BDA_WAIT_ACTIVE], 1
        mov     [BDA_WAIT_TIME], eax
        mov     [BDA_WAIT_FLAG], di
        mov     [BDA_WAIT_FLAG + 2], es
        in      al, PIC2 + 1
        and     al, ~1 & 0xFF
        out     PIC2 + 1, al
        mov     ah, CMOS_STATUS_B
        call    cmos_read
        or      al, 0x40
        call    cmos_write
        clc
.end:   ret

; Time limits, by the timer of ACPI. EAX: milliseconds from now on. Changes no registers.
deadline_start:
        pushad
        push    ds
        call    ebda_select
        imul    eax, eax, POWER_TIMER_KHZ
        mov     [EBDA_TIMER_LEFT], eax
        mov     dx, POWER_TIMER
        in      eax, dx
        mov     [EBDA_TIMER_LAST], eax
        pop     ds
        popad
        ret

; CF: the time is over. Must be asked every few seconds: the timer has 24 bits.
deadline_passed:
        pushad
        push    ds
        call    ebda_select
        mov     dx, POWER_TIMER
        in      eax, dx
        mov     ebx, eax
        xchg    [EBDA_TIMER_LAST], eax
        sub     ebx, eax
        and     ebx, 0xFFFFFF
        sub     [EBDA_TIMER_LEFT], ebx
        pop     ds
        popad
        ret
`;
