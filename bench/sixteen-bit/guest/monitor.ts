import { selectors, VARIABLES } from './layout.ts';

/** The interrupt flag, in the byte of the flags that it is in. */
const INTERRUPTS = 0x200;

/**
 * A monitor of virtual-8086 mode that works as EMM386 does: what IOPL 0 denies comes as a general protection fault and is done here, for
 * operands of 16 bits. INT n goes to the handler that the vectors at 0 name.
 */
export const monitor = `
        bits    32
; The frame of a fault, above the eight registers of PUSHAD.
F_IP    equ     36
F_CS    equ     40
F_FLAGS equ     44
F_SP    equ     48
F_SS    equ     52
; Whether what runs below has interrupts on: the flag, in the upper byte of the flags.
virtual_interrupts equ ${VARIABLES + 16}

general_protection:
        pushad
        mov     ebp, esp
        mov     ax, ${selectors.data32}
        mov     ds, ax
        movzx   esi, word [ebp + F_CS]
        shl     esi, 4
        movzx   eax, word [ebp + F_IP]
        add     esi, eax
        movzx   eax, byte [esi]
        movzx   edi, word [ebp + F_SS]
        shl     edi, 4
        movzx   edx, word [ebp + F_SP]
        jmp     [monitor_table + eax * 4]

; Goes on behind an instruction of two bytes, or of one.
monitor_second:
        inc     word [ebp + F_IP]
monitor_first:
        inc     word [ebp + F_IP]
monitor_end:
        popad
        add     esp, 4
        iretd

emulate_cli:
        mov     byte [virtual_interrupts], 0
        jmp     monitor_first

emulate_sti:
        mov     byte [virtual_interrupts], ${INTERRUPTS >> 8}
        jmp     monitor_first

emulate_pushf:
        call    virtual_flags
        sub     dx, 2
        mov     [edi + edx], ax
        mov     [ebp + F_SP], dx
        jmp     monitor_first

emulate_popf:
        mov     ax, [edi + edx]
        add     dx, 2
        mov     [ebp + F_SP], dx
        call    set_virtual_flags
        jmp     monitor_first

; Pushes flags, CS and IP of the next instruction, and goes to the handler with interrupts off.
emulate_int:
        movzx   ebx, byte [esi + 1]
        add     word [ebp + F_IP], 2
        call    virtual_flags
        sub     dx, 2
        mov     [edi + edx], ax
        mov     ax, [ebp + F_CS]
        sub     dx, 2
        mov     [edi + edx], ax
        mov     ax, [ebp + F_IP]
        sub     dx, 2
        mov     [edi + edx], ax
        mov     [ebp + F_SP], dx
        mov     eax, [ebx * 4]
        mov     [ebp + F_IP], ax
        shr     eax, 16
        mov     [ebp + F_CS], ax
        mov     byte [virtual_interrupts], 0
        jmp     monitor_end

emulate_iret:
        mov     ax, [edi + edx]
        mov     [ebp + F_IP], ax
        add     dx, 2
        mov     ax, [edi + edx]
        mov     [ebp + F_CS], ax
        add     dx, 2
        mov     ax, [edi + edx]
        add     dx, 2
        mov     [ebp + F_SP], dx
        call    set_virtual_flags
        jmp     monitor_end

; AX: the flags as the code below sees them, whose interrupts are the monitor's to give.
virtual_flags:
        mov     ax, [ebp + F_FLAGS]
        and     ah, ${~(INTERRUPTS >> 8) & 0xff}
        or      ah, [virtual_interrupts]
        ret

; Sets them to AX. Interrupts stay on, and IOPL 0.
set_virtual_flags:
        mov     bl, ah
        and     bl, ${INTERRUPTS >> 8}
        mov     [virtual_interrupts], bl
        and     ax, 0x0DFF
        or      ah, ${INTERRUPTS >> 8}
        mov     [ebp + F_FLAGS], ax
        ret

; Says that something went wrong, with a line "?".
unexpected:
        mov     al, '?'
        jmp     last_line
; The end of the works: a line "!".
emulate_hlt:
        mov     al, '!'
last_line:
        mov     dx, 0x3F8
        out     dx, al
        mov     al, 10
        out     dx, al
        cli
.stop:  hlt
        jmp     .stop
`;

const emulated: Readonly<Record<number, string>> = {
  156: 'emulate_pushf',
  157: 'emulate_popf',
  205: 'emulate_int',
  207: 'emulate_iret',
  244: 'emulate_hlt',
  250: 'emulate_cli',
  251: 'emulate_sti',
};

/** Actions of the monitor, by the instruction's first byte. */
export const monitorTable = `
        align   4
monitor_table:
        dd      ${Array.from({ length: 256 }, (_, opcode) => emulated[opcode] ?? 'unexpected').join(', ')}
`;
