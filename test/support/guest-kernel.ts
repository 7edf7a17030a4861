import type { GuestProgram } from './guest.ts';

/** Where the parts of the test kernel are, physical and linear alike. */
export const Layout = {
  image: 0x10000,
  /** The handler's notes about each exception: `frameFields` as doublewords. */
  log: 0x60000,
  kernelStack: 0x70000,
  userStack: 0x78000,
  pageDirectory: 0x80000,
  /** Maps the first 4 MB. */
  pageTable: 0x81000,
  /** Free for other page tables. */
  spareTables: 0x82000,
  /** Free memory from here up to 4 MB. */
  free: 0x100000,
} as const;

export const Selector = {
  code: 0x08,
  data: 0x10,
  userCode: 0x1b,
  userData: 0x23,
  task: 0x28,
  code16: 0x30,
  data16: 0x38,
};

const EXCEPTIONS = 32;
/** Exceptions that push an error code (Intel SDM vol. 3, table 6-1). */
const withErrorCode = new Set([8, 10, 11, 12, 13, 14, 17]);

const exceptionStubs = Array.from({ length: EXCEPTIONS }, (_, vector) => {
  const errorCode = withErrorCode.has(vector) ? '' : 'push dword 0\n';
  return `exception_${vector}: ${errorCode ? `${errorCode}        ` : ''}push dword ${vector}\n        jmp exception\n`;
}).join('');

/** 32-bit interrupt gates; `type` 0xEE00 is for user mode as well. */
function gate(label: string, type = 0x8e00): string {
  return `        dw ${label} & 0xffff, ${Selector.code}, ${type}, ${label} >> 16\n`;
}

const gates = [
  ...Array.from({ length: EXCEPTIONS }, (_, vector) =>
    gate(`exception_${vector}`, vector === 3 || vector === 4 ? 0xee00 : 0x8e00),
  ),
  gate('irq_timer'),
  ...Array.from({ length: 15 }, () => gate('irq_other')),
].join('');

/** Fields of an entry of the log, in order. The registers are those of PUSHAD. */
export const frameFields = [
  ...['edi', 'esi', 'ebp', 'unused', 'ebx', 'edx', 'ecx', 'eax'],
  ...['vector', 'error', 'eip', 'cs', 'eflags', 'esp', 'ss', 'cr2'],
] as const;
export type Frame = Record<(typeof frameFields)[number], number>;
const FRAME_BYTES = frameFields.length * 4;

/**
 * A small kernel in flat protected mode around a test's text, which begins at `main:` with interrupts off.
 * - `exit` ends the guest with the value of EAX.
 * - Every exception is appended to the log, with the ESP and SS that it interrupted. Then the subroutine at [hook] is
 *   called if there is one, with EBP at the frame ([ebp + 40] is EIP, `frameFields` gives the order). Without a hook
 *   the guest goes on at [resume] if that is not 0, and ends otherwise.
 * - `timer_start` lets IRQ 0 come every AX ticks of 1193182 Hz; [ticks] counts them. [tick_hook] is called with EBP at
 *   the return address.
 * - `paging_start` maps the first 4 MB with small pages, for user mode too, and sets CR0.PG and WP.
 * - `user_start` goes to EAX in user mode with IOPL 3, `user_start_with` with EFLAGS from EDX; interrupt 0x80 goes to
 *   [system_call].
 */
export function kernel(main: string): GuestProgram {
  return { source: `${prelude}\n${main}\n`, origin: Layout.image, mode: 'flat32' };
}

const prelude = `
        jmp     start
${Object.entries(Layout)
  .map(([name, value]) => `${name.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()} equ ${value}\n`)
  .join('')}
CODE equ ${Selector.code}
DATA equ ${Selector.data}
USER_CODE equ ${Selector.userCode}
USER_DATA equ ${Selector.userData}
TASK equ ${Selector.task}
CODE16 equ ${Selector.code16}
DATA16 equ ${Selector.data16}
EXIT_PORT equ 0xF4

start:  lgdt    [gdt_register]
        lidt    [idt_register]
        jmp     CODE:.reload
.reload:
        mov     eax, DATA
        mov     ds, eax
        mov     es, eax
        mov     fs, eax
        mov     gs, eax
        mov     ss, eax
        mov     esp, KERNEL_STACK
        mov     eax, TASK
        ltr     ax
        xor     eax, eax
        jmp     main

exit:   out     EXIT_PORT, eax
        cli
.stop:  hlt
        jmp     .stop

${exceptionStubs}
exception:
        pushad
        mov     ebp, esp
        push    ds
        push    es
        mov     eax, DATA
        mov     ds, eax
        mov     es, eax
        cld
        mov     edi, [log_end]
        mov     esi, ebp
        mov     ecx, 13
        rep movsd
        lea     eax, [ebp + 52]         ; interrupted in kernel mode: the stack before the frame
        mov     edx, ss
        test    dword [ebp + 44], 3
        jz      .stack
        mov     eax, [ebp + 52]
        mov     edx, [ebp + 56]
.stack: stosd
        mov     eax, edx
        stosd
        mov     eax, cr2
        stosd
        mov     [log_end], edi
        cmp     dword [hook], 0
        je      .no_hook
        call    [hook]
        jmp     .return
.no_hook:
        mov     eax, [resume]
        mov     [ebp + 40], eax
        test    eax, eax
        jnz     .return
        mov     eax, 0xDEAD
        jmp     exit
.return:
        pop     es
        pop     ds
        popad
        add     esp, 8
        iretd

irq_timer:
        push    ebp
        lea     ebp, [esp + 4]
        push    eax
        inc     dword [ticks]
        mov     al, 0x20
        out     0x20, al
        cmp     dword [tick_hook], 0
        je      .done
        call    [tick_hook]
.done:  pop     eax
        pop     ebp
        iretd

irq_other:
        iretd

; AX: divisor of the PIT's counter 0. All IRQs but 0 are masked; interrupts stay off.
timer_start:
        push    eax
        mov     al, 0x11
        out     0x20, al
        out     0xA0, al
        mov     al, 0x20
        out     0x21, al
        mov     al, 0x28
        out     0xA1, al
        mov     al, 4
        out     0x21, al
        mov     al, 2
        out     0xA1, al
        mov     al, 1
        out     0x21, al
        out     0xA1, al
        mov     al, 0xFE
        out     0x21, al
        mov     al, 0xFF
        out     0xA1, al
        mov     al, 0x34
        out     0x43, al
        pop     eax
        out     0x40, al
        mov     al, ah
        out     0x40, al
        ret

; Waits, with interrupts off, until the timer's interrupt is requested.
await_request:
        mov     al, 0x0A                ; OCW3: read the request register
        out     0x20, al
.wait:  in      al, 0x20
        test    al, 1
        jz      .wait
        ret

PAGE_RWU equ 7
paging_start:
        push    eax
        push    edi
        mov     edi, PAGE_TABLE
        mov     eax, PAGE_RWU
.fill:  mov     [edi], eax
        add     edi, 4
        add     eax, 0x1000
        cmp     eax, 0x400000
        jb      .fill
        mov     dword [PAGE_DIRECTORY], PAGE_TABLE + PAGE_RWU
        mov     eax, PAGE_DIRECTORY
        mov     cr3, eax
        mov     eax, cr0
        or      eax, 0x80010000
        mov     cr0, eax
        pop     edi
        pop     eax
        ret

; EAX: where to go on in user mode, with IOPL 3, or with EFLAGS from EDX.
user_start:
        mov     edx, 0x3002
user_start_with:
        mov     esp, KERNEL_STACK
        push    dword USER_DATA
        push    dword USER_STACK
        push    edx
        push    dword USER_CODE
        push    eax
        mov     eax, USER_DATA
        mov     ds, eax
        mov     es, eax
        iretd

call_system:
        jmp     [system_call]

        align   8
gdt:    dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF, 0x00CFFB000000FFFF, 0x00CFF3000000FFFF
        dw      0x67, task_state, 0x8900 + (task_state >> 16), 0
        dq      0x00009B000000FFFF, 0x000093000000FFFF
gdt_end:
        align   8
idt:
page_gate equ idt + 14 * 8
double_gate equ idt + 8 * 8
${gates}
        times   (0x80 - ${EXCEPTIONS} - 16) dq 0
${gate('call_system', 0xee00)}
idt_end:
task_state:
        dd      0, KERNEL_STACK, DATA
        times   22 dd 0
        dw      0, 0x68
        align   4
gdt_register:
        dw      gdt_end - gdt - 1
        dd      gdt
idt_register:
        dw      idt_end - idt - 1
        dd      idt
        align   4
log_end:        dd LOG
hook:           dd 0
resume:         dd 0
ticks:          dd 0
tick_hook:      dd 0
system_call:    dd 0
        align   4096
`;

/** The exceptions that a guest has had. */
export function exceptionLog(guest: { word(at: string): number; words(at: number, count: number): number[] }): Frame[] {
  const count = (guest.word('log_end') - Layout.log) / FRAME_BYTES;
  const words = guest.words(Layout.log, count * frameFields.length);
  return Array.from({ length: count }, (_, entry) => {
    const at = entry * frameFields.length;
    return Object.fromEntries(frameFields.map((name, n) => [name, words[at + n]!])) as Frame;
  });
}

/** Memory operand of the entry that maps a linear address below 4 MB. */
export const pageEntry = (linear: number): string => `[PAGE_TABLE + ${(linear >>> 12) * 4}]`;
