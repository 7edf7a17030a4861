import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { consoleOf, diskImage } from './guest.ts';

/**
 * A disk whose program runs in virtual-8086 mode with paging, where the page at C000h is memory at 2 MB: it reads 20 sectors
 * from number 20 on to there, writes them to 400, and reads the last of these.
 */
const paged = assemble(`
        org 0x7C00
        bits 16
        cld
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7C00
        mov     ax, 0x0204
        mov     bx, 0x7E00
        mov     cx, 0x0002
        mov     dx, 0x0080
        int     0x13
        jmp     start
        times 510 - ($ - $$) db 0
        dw 0xAA55
start:  cli
        mov     al, 0xFF                ; no interrupts
        out     0x21, al
        out     0xA1, al
        push    word 0x2000             ; the page directory, and its only table
        pop     es
        xor     di, di
        xor     eax, eax
        mov     cx, 0x400
        rep stosd
        mov     dword [es:0], 0x21007
        mov     eax, 7
        mov     cx, 0x400
.page:  stosd
        add     eax, 0x1000
        loop    .page
        mov     dword [es:0x1000 + 12 * 4], 0x200007
        push    word 0x3000             ; the task's state and its map of ports: all are allowed
        pop     es
        xor     di, di
        xor     eax, eax
        mov     cx, 0x900
        rep stosd
        mov     dword [es:4], 0x7000
        mov     word [es:8], 16
        mov     word [es:102], 104
        mov     byte [es:104 + 8192], 0xFF
        push    word 0x3800             ; the interrupt table: INT 13h alone
        pop     es
        mov     word [es:0x13 * 8], reflect
        mov     word [es:0x13 * 8 + 2], 8
        mov     word [es:0x13 * 8 + 4], 0xEE00
        mov     word [es:0x13 * 8 + 6], 0
        lgdt    [gdt_register]
        lidt    [idt_register]
        mov     eax, 0x20000
        mov     cr3, eax
        mov     eax, cr0
        or      eax, 0x80000001
        mov     cr0, eax
        jmp     8:.flat
        bits 32
.flat:  mov     ax, 16
        mov     ds, ax
        mov     ss, ax
        mov     esp, 0x7000
        mov     ax, 24
        ltr     ax
        push    dword 0                 ; GS, FS, DS, ES, SS
        push    dword 0
        push    dword 0
        push    dword 0
        push    dword 0
        push    dword 0x7C00
        push    dword 0x23002           ; VM, IOPL 3
        push    dword 0
        push    dword virtual
        iret
; INT 13h goes to its vector, as in real mode.
reflect:
        push    eax
        push    ebx
        mov     ax, 16
        mov     ds, ax
        sub     word [esp + 20], 6
        movzx   ebx, word [esp + 24]
        shl     ebx, 4
        movzx   eax, word [esp + 20]
        add     ebx, eax
        mov     ax, [esp + 8]
        mov     [ebx], ax
        mov     ax, [esp + 12]
        mov     [ebx + 2], ax
        mov     ax, [esp + 16]
        mov     [ebx + 4], ax
        movzx   eax, word [0x13 * 4]
        mov     [esp + 8], eax
        movzx   eax, word [0x13 * 4 + 2]
        mov     [esp + 12], eax
        and     dword [esp + 16], ~0x200
        pop     ebx
        pop     eax
        iret
        bits 16
virtual:
        mov     si, first
        mov     ah, 0x42
        call    transfer
        mov     al, [0xC000]
        call    hex
        mov     al, [0xCFFF]
        call    hex
        mov     al, [0xD000]
        call    hex
        mov     al, [0xC000 + 20 * 512 - 1]
        call    hex
        mov     si, second
        mov     ah, 0x43
        call    transfer
        mov     si, third
        mov     ah, 0x42
        call    transfer
        mov     al, [0xC000]
        call    hex
        mov     al, [0xC200]
        call    hex
        mov     al, 0
        out     0xF4, al
transfer:
        mov     dl, 0x80
        int     0x13
        mov     al, ah
hex:    push    ax
        shr     al, 4
        call    .digit
        pop     ax
        and     al, 15
        call    .digit
        mov     al, ' '
        jmp     .put
.digit: cmp     al, 10
        sbb     al, 0x69
        das
.put:   mov     dx, 0x402
        out     dx, al
        ret
first:  dw 16, 20, 0xC000, 0
        dq 20
second: dw 16, 20, 0xC000, 0
        dq 400
third:  dw 16, 1, 0xC000, 0
        dq 419
        align 8
gdt:    dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF, 0x0000890300002100
gdt_register:
        dw 31
        dd gdt
idt_register:
        dw 0x9F
        dd 0x38000
`).bytes;

test.each([
  ['IDE', undefined],
  ['virtio', 'virtio'],
  ['the USB', 'usb'],
  ['AHCI', 'sata'],
] as const)('in virtual-8086 mode a disk at %s reads and writes pages that lie elsewhere', async (_, bus) => {
  const drive = { image: diskImage(paged), format: 'raw' as const, ...(bus && { interface: bus }) };
  const text = await consoleOf({ drives: [drive] });
  expect(text).toMatch(/\.\.\.\n00 14 1B 1C 27 00 00 27 15 $/);
});

test("in virtual-8086 mode the registers of an NVMe disk's controller cannot be reached, which is an error", async () => {
  const text = await consoleOf({ drives: [{ image: diskImage(paged), format: 'raw', interface: 'nvme' }] });
  expect(text).toMatch(/\.\.\.\n20 00 00 00 00 20 20 00 00 $/);
});
