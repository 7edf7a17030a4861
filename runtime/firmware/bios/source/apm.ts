/** The differences between the 16-bit and the 32-bit text of a service. */
interface Width {
  readonly bits: 16 | 32;
  /** Ends the names of labels. */
  readonly suffix: string;
}

/** The functions that real and protected mode share: AL has the number, CF and AH the result. Changes AX, BX, CX, DX only. */
const functions = ({ bits, suffix }: Width): string => `
bits ${bits}
apm_call_${suffix}:
        cmp     al, 0x05            ; CPU idle
        je      .idle
        cmp     al, 0x06            ; CPU busy
        je      .done
        cmp     al, 0x07            ; set power state
        je      .state
        cmp     al, 0x08            ; enable power management
        je      .done
        cmp     al, 0x0A            ; power status: AC, no battery
        je      .power
        cmp     al, 0x0B            ; event: none
        je      .event
        cmp     al, 0x0D            ; enable for a device
        je      .done
        cmp     al, APM_VERSION
        je      .version
        cmp     al, 0x0F            ; engage
        je      .done
        cmp     al, 0x10            ; capabilities
        je      .capabilities
        mov     ah, 0x0C            ; not supported
        stc
        ret
.idle:  sti
        hlt
.done:  xor     ah, ah
        clc
        ret
.state: cmp     bx, 1               ; all devices
        jne     .done
        cmp     cx, 3               ; off
        jne     .done
        push    dx
        mov     dx, POWER_CONTROL
        mov     ax, SLEEP_S5
        out     dx, ax
        pop     dx
        jmp     .done
.power: mov     bx, 0x01FF
        mov     cx, 0x80FF
        mov     dx, 0xFFFF
        jmp     .done
.event: mov     ah, 0x80
        stc
        ret
.version:
        mov     ax, 0x0102
        clc
        ret
.capabilities:
        xor     bx, bx
        xor     cx, cx
        jmp     .done
`;

/** An entry point for protected mode, which programs call far. */
const entry = ({ bits, suffix }: Width): string => `
bits ${bits}
apm_entry_${suffix}:
        call    apm_call_${suffix}
        retf
`;

/** INT 15h 53h: advanced power management (APM BIOS Interface Specification 1.2), as much as turns the machine off. */
export const apm = `
${functions({ bits: 16, suffix: '16' })}
${entry({ bits: 16, suffix: '16' })}
${functions({ bits: 32, suffix: '32' })}
${entry({ bits: 32, suffix: '32' })}
bits 16
APM_VERSION     equ 0x0E
APM_SIGNATURE   equ 0x504D      ; 'PM'
APM_FLAGS       equ 0x0003      ; interfaces of 16 and 32 bits

apm_real_mode:
        test    al, al
        jz      .check
        cmp     al, 0x02
        je      .connect16
        cmp     al, 0x03
        je      .connect32
        cmp     al, 0x04
        jbe     system_done         ; connect and disconnect in real mode
        mov     bx, [bp + FRAME_BX]
        mov     cx, [bp + FRAME_CX]
        mov     dx, [bp + FRAME_DX]
        call    apm_call_16
        mov     [bp + FRAME_DX], dx
        mov     [bp + FRAME_BX], bx
        mov     [bp + FRAME_CX], cx
        jc      .failed
        cmp     byte [bp + FRAME_AL], APM_VERSION
        jne     system_done
        mov     [bp + FRAME_AX], ax
        jmp     system_done
.failed:
        mov     [bp + FRAME_AH], ah
        jmp     system_failed
.check: mov     word [bp + FRAME_AX], 0x0102
        mov     word [bp + FRAME_BX], APM_SIGNATURE
        mov     word [bp + FRAME_CX], APM_FLAGS
        jmp     system_done
.connect16:
        mov     word [bp + FRAME_AX], BIOS_SEGMENT
        mov     word [bp + FRAME_BX], apm_entry_16
        mov     word [bp + FRAME_CX], BIOS_SEGMENT
        mov     word [bp + FRAME_SI], 0xFFF0
        mov     word [bp + FRAME_DI], 0xFFF0
        jmp     system_done
.connect32:
        mov     word [bp + FRAME_AX], BIOS_SEGMENT
        mov     dword [bp + FRAME_BX], apm_entry_32
        mov     word [bp + FRAME_CX], BIOS_SEGMENT
        mov     word [bp + FRAME_DX], BIOS_SEGMENT
        mov     dword [bp + FRAME_SI], 0xFFF0FFF0
        mov     word [bp + FRAME_DI], 0xFFF0
        jmp     system_done
`;
