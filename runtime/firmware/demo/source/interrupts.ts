const EXCEPTIONS = 32;
/** Exceptions that push an error code (Intel SDM vol. 3, table 6-1). */
const withErrorCode = new Set([8, 10, 11, 12, 13, 14, 17, 21]);

function exceptionStub(_: unknown, vector: number): string {
  const errorCode = withErrorCode.has(vector) ? '' : '        push    dword 0\n';
  return `exception_${vector}:\n${errorCode}        push    dword ${vector}\n        jmp     exception\n`;
}

const stubs = Array.from({ length: EXCEPTIONS }, exceptionStub).join('');
const stubTable = Array.from({ length: EXCEPTIONS }, (_, vector) => `exception_${vector}`).join(', ');

/** IDT, PIC pair, timer, exceptions. */
export const interrupts = `
PIC1    equ 0x20
PIC2    equ 0xA0
EOI     equ 0x20
PIT     equ 0x40
PIT_HZ  equ 1193182
TICK_HZ equ 100
IRQ_BASE equ 0x20
GATE    equ 0x8E00              ; present, DPL 0, 32-bit interrupt gate

; Sets up the IDT, moves IRQs to 20h-2Fh, lets the timer and COM1 through, starts the timer.
interrupts_start:
        mov     edi, idt
        mov     esi, exception_table
        mov     ecx, ${EXCEPTIONS}
.exceptions:
        lodsd
        call    set_gate
        loop    .exceptions
        mov     ecx, 16
.irqs:  mov     eax, irq_unexpected
        call    set_gate
        loop    .irqs
        mov     edi, idt + (IRQ_BASE + 0) * 8
        mov     eax, irq_timer
        call    set_gate
        mov     edi, idt + (IRQ_BASE + 4) * 8
        mov     eax, irq_serial
        call    set_gate
        lidt    [idt_register]

        mov     al, 0x11            ; ICW1: edge, cascade, ICW4 follows
        out     PIC1, al
        out     PIC2, al
        mov     al, IRQ_BASE
        out     PIC1 + 1, al
        mov     al, IRQ_BASE + 8
        out     PIC2 + 1, al
        mov     al, 4               ; ICW3: the second PIC is at IRQ 2
        out     PIC1 + 1, al
        mov     al, 2
        out     PIC2 + 1, al
        mov     al, 1               ; ICW4: 8086 mode
        out     PIC1 + 1, al
        out     PIC2 + 1, al
        mov     al, ~(1 << 0 | 1 << 4) & 0xFF
        out     PIC1 + 1, al
        mov     al, 0xFF
        out     PIC2 + 1, al

        mov     al, 0x34            ; counter 0, low and high byte, mode 2
        out     PIT + 3, al
        mov     eax, (PIT_HZ + TICK_HZ / 2) / TICK_HZ
        out     PIT, al
        mov     al, ah
        out     PIT, al
        ret

; EAX: handler, EDI: gate, moved to the next one.
set_gate:
        mov     [edi], eax
        mov     [edi + 4], eax
        mov     word [edi + 2], CODE
        mov     word [edi + 4], GATE
        add     edi, 8
        ret

irq_timer:
        push    eax
        inc     dword [ticks]
        mov     al, EOI
        out     PIC1, al
        pop     eax
        iretd

; Spurious ones of IRQ 7 and 15: no end of interrupt for them.
irq_unexpected:
        iretd

PAGE_FAULT equ 14

; Entered with vector and error code on the stack. A page after DEMAND is put in place and the instruction done again;
; every other exception is reported and ends the command.
exception:
        pushad
        mov     ebp, esp            ; [ebp + 32]: vector, error code, EIP, CS, EFLAGS
        cmp     dword [ebp + 32], PAGE_FAULT
        je      .page_fault
        mov     esi, text_exception
        call    put_text
        mov     eax, [ebp + 32]
        call    put_decimal
        call    put_error_and_eip
        jmp     .end_command
.page_fault:
        mov     esi, text_page_fault
        call    put_text
        mov     eax, cr2
        call    put_hexadecimal
        call    put_error_and_eip
        mov     eax, cr2
        shr     eax, 12
        cmp     eax, DEMAND >> 12
        jne     .end_command
        mov     dword [demand_table], demand_frame - BASE + PAGE_RW
        popad
        add     esp, 8
        iretd
.end_command:
        mov     esp, stack_top
        sti
        jmp     shell

put_error_and_eip:
        mov     esi, text_error_code
        call    put_text
        mov     eax, [ebp + 36]
        call    put_hexadecimal
        mov     esi, text_eip
        call    put_text
        mov     eax, [ebp + 40]
        call    put_hexadecimal
        jmp     put_line_end

${stubs}
        align 4
exception_table: dd ${stubTable}
idt_register:
        dw 256 * 8 - 1
        dd idt
text_exception:  db 'exception ', 0
text_page_fault: db 'page fault at ', 0
text_error_code: db ', error code ', 0
text_eip:        db ', EIP ', 0
`;
