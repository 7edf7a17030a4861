import { enter, leave } from './layout.ts';

/** INT 15h: system services. */
export const system = `
bits 16
; DS: EBDA for the functions. They end at system_done (CF clear, AH as in the frame), system_failed or system_unsupported.
int15:  cmp     ah, 0x4F            ; a hook for programs: quick, and CF stays as it was
        je      .hook
        cmp     ah, 0x80
        jb      .full
        cmp     ah, 0x82            ; device open, close, program end
        jbe     .nothing
        cmp     ah, 0x85            ; system key
        je      .nothing
        cmp     ah, 0x90            ; device busy, interrupt complete
        je      .clear
        cmp     ah, 0x91
        je      .clear
.full:
${enter}
        call    ebda_select
        mov     ax, [bp + FRAME_AX]
        mov     si, .functions
.next:  cmp     [cs:si], ah
        je      .found
        add     si, 3
        cmp     si, .functions_end
        jb      .next
        jmp     system_unsupported
.found: jmp     [cs:si + 1]
.nothing:
        mov     ah, 0
.clear: push    bp
        mov     bp, sp
        and     byte [bp + 6], ~CARRY & 0xFF
        pop     bp
        iret
.hook:  push    bp
        mov     bp, sp
        or      byte [bp + 6], CARRY
        pop     bp
        iret
.functions:
        db 0x24
        dw system_a20
        db 0x53
        dw apm_real_mode
        db 0x83
        dw system_set_wait
        db 0x86
        dw system_wait
        db 0x87
        dw block_move
        db 0x88
        dw memory_extended
        db 0x89
        dw enter_protected_mode
        db 0xC0
        dw system_configuration
        db 0xC1
        dw system_extended_area
        db 0xC2
        dw mouse_service
        db 0xE8
        dw system_memory
.functions_end:

system_unsupported:
        mov     byte [bp + FRAME_AH], 0x86
system_failed:
        or      byte [bp + FRAME_FLAGS], CARRY
        jmp     system_leave
system_done:
        and     byte [bp + FRAME_FLAGS], ~CARRY & 0xFF
system_leave:
${leave}

system_memory:
        cmp     al, 0x20
        je      memory_map
        cmp     al, 0x01
        je      memory_sizes
        jmp     system_unsupported

; 2400h off, 2401h on, 2402h state in AL, 2403h how it can be done (BX: keyboard controller, port 92h).
system_a20:
        cmp     al, 3
        ja      system_unsupported
        mov     byte [bp + FRAME_AH], 0
        je      .support
        cmp     al, 2
        je      .state
        call    a20_set
        jmp     system_done
.state: call    a20_state
        mov     [bp + FRAME_AL], al
        jmp     system_done
.support:
        mov     word [bp + FRAME_BX], 3
        jmp     system_done

; CX:DX microseconds; 8300h: sets bit 7 at ES:BX afterwards, 8301h: not any more.
system_set_wait:
        push    word BDA_SEGMENT
        pop     ds
        cmp     al, 1
        ja      system_unsupported
        je      .cancel
        call    .time
        mov     es, [bp + FRAME_ES]
        mov     di, [bp + FRAME_BX]
        call    wait_start
        jc      system_failed
        jmp     system_done
.cancel:
        call    wait_cancel
        jmp     system_done
.time:  mov     ax, [bp + FRAME_CX]
        shl     eax, 16
        mov     ax, [bp + FRAME_DX]
        ret

; Waits CX:DX microseconds; the machine sleeps meanwhile.
system_wait:
        push    word BDA_SEGMENT
        pop     ds
        call    system_set_wait.time
        push    ds
        pop     es
        mov     di, BDA_WAIT_ACTIVE ; its own flag
        call    wait_start
        jc      system_failed
.sleep: sti
        hlt
        test    byte [BDA_WAIT_ACTIVE], 0x80
        jz      .sleep
        mov     byte [BDA_WAIT_ACTIVE], 0
        jmp     system_done

; ES:BX: a table of what the machine is.
system_configuration:
        mov     word [bp + FRAME_ES], BIOS_SEGMENT
        mov     word [bp + FRAME_BX], ENTRY_CONFIGURATION
        mov     byte [bp + FRAME_AH], 0
        jmp     system_done

; ES: the extended BIOS data area.
system_extended_area:
        mov     [bp + FRAME_ES], ds
        jmp     system_done
`;
