import { describe, expect } from 'vitest';
import { type Guest, type GuestProgram, onEveryEngine } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** A ROM of 64 KB. The CPU starts at its end, with CS at its place below 4 GB, and goes on at `main`. */
function rom(main: string): GuestProgram {
  const source = `
${main}
exit:   mov     dx, 0xF4
        out     dx, eax
        hlt
wrong:  mov     eax, 0xDEAD
        jmp     exit
        align   8
table:  dq      0, 0x00CF92000000FFFF
table_register:
        dw      15
        dd      0xFFFF0000 + table
; FS: all of the 4 GB.
open_fs:
        cli
        o32 lgdt [cs:table_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     bx, 8
        mov     fs, bx
        and     al, 0xFE
        mov     cr0, eax
        jmp     bp
        times   0xFFF0 - ($ - $$) db 0xFF
        jmp     main
        times   0x10000 - ($ - $$) db 0xFF
`;
  return { source, origin: 0, mode: 'rom' };
}

function expectValue(name: string, expected: number, main: string): void {
  onEveryEngine(name, rom(main), (_: Guest, value: number) => expect(value).toBe(expected));
}

describe('a ROM', () => {
  expectValue(
    'runs at the end of 4 GB, with loops, and ignores stores of every sort',
    401 + 0x5a,
    `
ROM     equ 0xFFFF0000
main:   mov     bp, .opened
        jmp     open_fs
.opened:
        xor     ax, ax
        mov     ss, ax
        mov     sp, 0x7000
        xor     ebx, ebx
        mov     ecx, 400
        mov     edi, ROM + .value
        mov     esi, ROM + .function
.next:  call    .function
        mov     [fs:edi], cl
        mov     [fs:edi + 1], ecx
        add     byte [fs:edi], cl
        xchg    [fs:edi], dl
        mov     [fs:esi], cl
        dec     ecx
        jnz     .next
        call    .function
        movzx   eax, byte [cs:.value]
        add     eax, ebx
        jmp     exit
.function:
        inc     ebx
        ret
.value: times   16 db 0x5A
`,
  );

  onEveryEngine(
    'ignores repeated stores with flat segments',
    rom(`
main:   cli
        o32 lgdt [cs:flat_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 8:0xFFFF0000 + flat
        align   8
flat_register:
        dw      23
        dd      0xFFFF0000 + flat_table
flat_table:
        dq      0, 0x00CF9A000000FFFF, 0x00CF92000000FFFF
        bits    32
flat:   mov     eax, 16
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     edi, 0xFFFF0000 + .value
        mov     ecx, 64
        xor     eax, eax
        rep stosb
        mov     esi, 0xFFFF0000
        mov     edi, 0xFFFF0000 + .value
        mov     ecx, 16
        rep movsd
        mov     eax, [0xFFFF0000 + .value + 60]
        mov     edx, 0xF4
        out     dx, eax
.value: times   64 db 0x5A
        bits    16
`),
    (_, value) => expect(value).toBe(0x5a5a5a5a),
  );

  expectValue(
    'and the gate of A20: with it closed the megabytes look alike, for data and for code',
    300 * (1 + 2),
    `
; 0:0500 and FFFF:0510 are 1 MB apart.
main:   jmp     0xF000:.low                     ; an even megabyte
.low:   xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7000
        mov     ax, 0xFFFF
        mov     es, ax
        mov     al, 0xD1                        ; the keyboard controller keeps it closed
        call    .command
        mov     al, 0xDD
        out     0x60, al
        call    .ready
        in      al, 0x92
        or      al, 2
        out     0x92, al
        mov     dword [0x500], 0xCB01C383       ; ADD BX, 1; RETF
        mov     dword [es:0x510], 0xCB02C383
        xor     ebx, ebx
        mov     ebp, 300
.again: in      al, 0x92
        and     al, ~3 & 0xFF
        out     0x92, al
        cmp     byte [es:0x512], 1
        jne     wrong
        call    0xFFFF:0x510
        in      al, 0x92
        and     al, ~1 & 0xFF
        or      al, 2
        out     0x92, al
        cmp     byte [es:0x512], 2
        jne     wrong
        call    0xFFFF:0x510
        dec     ebp
        jnz     .again
        mov     eax, ebx
        jmp     exit
.command:
        out     0x64, al
.ready: in      al, 0x64
        test    al, 2
        jnz     .ready
        ret
`,
  );
});

describe('the PAM registers of the host bridge', () => {
  expectValue(
    'choose between ROM and RAM for loads and stores apart',
    0x10000 + 5 + 5 + 9,
    `
main:   mov     ax, 0xF000
        mov     ds, ax
        mov     dx, 0xCF8
        mov     eax, 0x80000058
        out     dx, eax
        mov     cx, 300
.next:  mov     dx, 0xCFD
        mov     al, 0x20                ; loads from ROM, stores to RAM
        out     dx, al
        mov     dword [.value], 5
        mov     esi, [.value]
        mov     al, 0x10                ; loads from RAM, stores go nowhere
        out     dx, al
        add     esi, [.value]
        mov     dword [.value], 7
        add     esi, [.value]
        mov     al, 0x30                ; RAM
        out     dx, al
        mov     dword [.value], 8
        inc     dword [.value]
        add     esi, [.value]
        mov     al, 0                   ; ROM
        out     dx, al
        inc     dword [.value]
        cmp     dword [.value], 0x10000
        jne     wrong
        dec     cx
        jnz     .next
        mov     eax, esi
        jmp     exit
        align   4
.value: dd      0x10000
`,
  );
});

describe('where there is no memory', () => {
  onEveryEngine(
    'reads give zeros and stores go nowhere, in loops too',
    kernel(`
NOTHING equ 0x40000000
main:   mov     ecx, 400
        xor     ebx, ebx
        mov     esi, NOTHING
.next:  mov     [esi], ecx
        add     [esi + 3], ecx
        mov     eax, [esi]
        or      eax, [esi + 1]
        jnz     .wrong
        mov     edx, -1
        movzx   edx, word [esi + 0xFFF]
        shl     edx, 16
        mov     dl, [esi]
        or      dl, dl
        jnz     .wrong
        inc     ebx
        loop    .next
        mov     edi, NOTHING
        mov     ecx, 64
        rep stosd
        mov     edi, FREE
        mov     ecx, 64
        rep movsd
        cmp     dword [FREE + 252], 0
        jne     .wrong
        or      edx, edx
        jnz     .wrong
        mov     eax, ebx
        jmp     exit
.wrong: mov     eax, 1
        jmp     exit
`),
    (_, value) => expect(value).toBe(400),
  );

  expectValue(
    'reads give ones below 1 MB',
    0xffff,
    `
main:   mov     bp, .opened
        jmp     open_fs
.opened:
        mov     esi, 0xC8000
        mov     [fs:esi], word 0
        movzx   eax, word [fs:esi]
        jmp     exit
`,
  );
});
