import { type Assembly, assemble } from '../../../runtime/firmware/assembler/index.ts';

/** Where the ROM of 64 KB is seen. */
const ROM = 0xf0000;

/** It enters protected mode, has something in the registers of the FPU and SSE, and counts for ever at 5000h. */
const source = `
        times   0x100 db 0
start:  cli
        lgdt    [cs:table]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 8:${ROM} + flat
        align   8
gdt:    dd      0, 0
        dd      0x0000FFFF, 0x00CF9B00
        dd      0x0000FFFF, 0x00CF9300
table:  dw      0x17
        dd      ${ROM} + gdt
        bits    32
flat:   mov     eax, 16
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     fs, ax
        mov     gs, ax
        mov     esp, 0x8000
        mov     eax, cr4
        or      eax, 0x600
        mov     cr4, eax
        xor     edx, edx
        mov     dword [0x5000], 0
        mov     dword [0x5010], 0
        fninit
        fld1
        fldpi
        movups  xmm1, [${ROM} + gdt]
count:  call    bump
        jmp     count
bump:   inc     dword [0x5000]
        mov     esi, [0x5000]
        test    esi, 7
        jnz     back
        add     dword [0x5010], 2
back:   ret
        times   0xFFF0 - ($ - $$) db 0
        bits    16
        jmp     start
        times   0x10000 - ($ - $$) db 0
`;

const rom: Assembly = assemble(source, { origin: 0, bits: 16 });

export const countingRom: Uint8Array = rom.bytes;

/** Linear address of a label, for gdb. */
export function at(label: string): string {
  return `0x${(ROM + rom.symbols.get(label)!).toString(16)}`;
}
